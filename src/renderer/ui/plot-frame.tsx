import { useId, type ReactNode } from 'react'
import { formatNumber } from './values.tsx'

/** Plots are drawn as SVG, so that what is saved is what is seen. */
export const plotWidth = 720
export const plotHeight = 260
export const margin = { left: 64, right: 12, top: 12, bottom: 40 }
export const inner = { width: plotWidth - margin.left - margin.right, height: plotHeight - margin.top - margin.bottom }
const wantedTicks = 4

/** Round numbers between two others, about four of them. */
export const ticksFor = (low: number, high: number): readonly number[] => {
  const rough = (high - low) / wantedTicks
  const magnitude = 10 ** Math.floor(Math.log10(rough))
  const step = magnitude * ([1, 2, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10)
  const first = Math.ceil(low / step)
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)))
}

/** Lowest and highest, zero among them. Written as a loop: a spread of very many arguments overflows the stack. */
export const extent = (values: readonly number[]): readonly [number, number] => {
  let low = 0
  let high = 0
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return low === high ? [low, low + 1] : [low, high]
}

interface FrameProperties {
  readonly title: string
  readonly low: number
  readonly high: number
  /** Drawn with the height of a value. */
  readonly children: (y: (value: number) => number) => ReactNode
}

/** The vertical axis, its lines, and what is drawn over them. */
export const Frame = ({ title, low, high, children }: FrameProperties) => {
  const id = useId()
  const y = (value: number): number => margin.top + inner.height * (1 - (value - low) / (high - low))
  return (
    <svg className="plot" viewBox={`0 0 ${plotWidth} ${plotHeight}`} role="img" aria-labelledby={id} fontFamily="Inter, sans-serif" fontSize="11" fill="var(--quiet)">
      <title id={id}>{title}</title>
      {ticksFor(low, high).map((tick) => (
        <g key={tick}>
          <line x1={margin.left} x2={plotWidth - margin.right} y1={y(tick)} y2={y(tick)} stroke={tick === 0 ? 'var(--line-strong)' : 'var(--line)'} />
          <text x={margin.left - 8} y={y(tick) + 4} textAnchor="end">{formatNumber(Number(tick.toPrecision(6)))}</text>
        </g>
      ))}
      {children(y)}
    </svg>
  )
}

/** Numbers along the horizontal axis, at their places. */
export const Across = ({ ticks, x }: { readonly ticks: readonly number[], readonly x: (value: number) => number }) => (
  <>{ticks.map((tick) => <text key={tick} x={x(tick)} y={plotHeight - margin.bottom + 18} textAnchor="middle">{formatNumber(tick)}</text>)}</>
)
