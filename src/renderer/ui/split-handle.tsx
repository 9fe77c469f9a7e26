import type { KeyboardEvent, PointerEvent } from 'react'

const [least, most, step] = [15, 85, 5]

const within = (share: number): number => Math.round(Math.min(most, Math.max(least, share)))

/** The line between two parts, one above the other: dragged, or moved by the arrow keys. `share` is the upper part's, in percent. */
export const SplitHandle = ({ label, share, onChange, onMoved }: {
  readonly label: string, readonly share: number
  /** While it moves, and once it has come to rest. */
  readonly onChange: (share: number) => void, readonly onMoved: (share: number) => void
}) => {
  const shareAt = (event: PointerEvent<HTMLDivElement>): number => {
    const upper = event.currentTarget.previousElementSibling?.getBoundingClientRect()
    const lower = event.currentTarget.nextElementSibling?.getBoundingClientRect()
    return upper === undefined || lower === undefined ? share : within((100 * (event.clientY - upper.top)) / (lower.bottom - upper.top))
  }
  const steer = (event: KeyboardEvent<HTMLDivElement>): void => {
    const by = event.key === 'ArrowUp' ? -step : event.key === 'ArrowDown' ? step : 0
    if (by === 0) return
    event.preventDefault()
    onMoved(within(share + by))
  }
  return (
    <div
      className="split-handle" role="separator" aria-orientation="horizontal" aria-label={label} tabIndex={0}
      aria-valuenow={share} aria-valuemin={least} aria-valuemax={most} onKeyDown={steer}
      onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId) }}
      onPointerMove={(event) => { if (event.currentTarget.hasPointerCapture(event.pointerId)) onChange(shareAt(event)) }}
      onPointerUp={(event) => { onMoved(shareAt(event)) }}
    />
  )
}
