import { useId, type ReactNode } from 'react'
import { formatNumber } from './values.tsx'

/** Plots are drawn as SVG, so that what is saved is what is seen. */
const width = 720
const height = 260
const margin = { left: 64, right: 12, top: 12, bottom: 40 }
const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom }
/** More values than this are a line; fewer are bars that can be named. */
export const mostBars = 48
const wantedTicks = 4

const ticksFor = (low: number, high: number): readonly number[] => {
  const rough = (high - low) / wantedTicks
  const magnitude = 10 ** Math.floor(Math.log10(rough))
  const step = magnitude * ([1, 2, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10)
  const first = Math.ceil(low / step)
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, index) => (first + index) * step)
}

const extent = (values: readonly number[]): readonly [number, number] => {
  const low = Math.min(0, ...values)
  const high = Math.max(0, ...values)
  return low === high ? [low, low + 1] : [low, high]
}

interface PlotProperties {
  readonly values: readonly number[]
  /** One for each value; numbered where they are not given. */
  readonly labels?: readonly string[]
  readonly title: string
}

interface FrameProperties {
  readonly title: string
  readonly low: number
  readonly high: number
  /** Drawn with the height of a value. */
  readonly children: (y: (value: number) => number) => ReactNode
}

const Frame = ({ title, low, high, children }: FrameProperties) => {
  const id = useId()
  const y = (value: number): number => margin.top + inner.height * (1 - (value - low) / (high - low))
  return (
    <svg className="plot" viewBox={`0 0 ${width} ${height}`} role="img" aria-labelledby={id} fontFamily="Inter, sans-serif" fontSize="11" fill="var(--quiet)">
      <title id={id}>{title}</title>
      {ticksFor(low, high).map((tick) => (
        <g key={tick}>
          <line x1={margin.left} x2={width - margin.right} y1={y(tick)} y2={y(tick)} stroke={tick === 0 ? 'var(--line-strong)' : 'var(--line)'} />
          <text x={margin.left - 8} y={y(tick) + 4} textAnchor="end">{formatNumber(Number(tick.toPrecision(6)))}</text>
        </g>
      ))}
      {children(y)}
    </svg>
  )
}

const labelRoom = 7

export const Bars = ({ values, labels, title }: PlotProperties) => {
  const [low, high] = extent(values)
  const slot = inner.width / values.length
  const every = Math.ceil(values.length / 16)
  return (
    <Frame title={title} low={low} high={high}>
      {(y) => values.map((value, index) => {
        const label = labels?.[index] ?? String(index)
        const x = margin.left + slot * index
        const fits = Math.max(3, Math.floor((slot * every) / labelRoom))
        return (
          <g key={`${label}-${index}`}>
            <rect x={x + slot * 0.12} width={slot * 0.76} y={Math.min(y(0), y(value))} height={Math.max(0.5, Math.abs(y(value) - y(0)))} fill="var(--accent)" rx="1">
              <title>{`${label}: ${formatNumber(value)}`}</title>
            </rect>
            {index % every !== 0 ? null : (
              <text x={x + slot / 2} y={height - margin.bottom + 18} textAnchor="middle">{label.length > fits ? `${label.slice(0, fits - 1)}…` : label}</text>
            )}
          </g>
        )
      })}
    </Frame>
  )
}

export const Line = ({ values, title }: PlotProperties) => {
  const [low, high] = extent(values)
  const x = (index: number): number => margin.left + (inner.width * index) / (values.length - 1)
  return (
    <Frame title={title} low={low} high={high}>
      {(y) => <polyline points={values.map((value, index) => `${x(index)},${y(value)}`).join(' ')} fill="none" stroke="var(--accent)" strokeWidth="1.5" />}
    </Frame>
  )
}

const cell = 28

/** A matrix as shades: from the ground to the accent, lowest to highest. */
export const Heat = ({ rows, labels, title }: {
  readonly rows: readonly (readonly number[])[], readonly labels?: readonly string[], readonly title: string
}) => {
  const id = useId()
  const flat = rows.flat()
  const [low, high] = [Math.min(...flat), Math.max(...flat)]
  const across = (rows[0]?.length ?? 0) * cell
  return (
    <svg className="plot" viewBox={`0 0 ${Math.max(across, 320)} ${rows.length * cell}`} style={{ maxWidth: Math.max(across, 320) * 1.4 }} role="img" aria-labelledby={id}>
      <title id={id}>{title}</title>
      {rows.map((row, down) => row.map((value, right) => (
        <rect key={`${down}-${right}`} x={right * cell} y={down * cell} width={cell - 1} height={cell - 1} rx="2" fill="var(--accent)" fillOpacity={high === low ? 0.5 : 0.08 + 0.92 * ((value - low) / (high - low))}>
          <title>{`${labels?.[down] ?? down}, ${labels?.[right] ?? right}: ${formatNumber(value)}`}</title>
        </rect>
      )))}
    </svg>
  )
}
