import { Across, extent, Frame, inner, margin, plotHeight, ticksFor } from './plot-frame.tsx'
import { formatNumber } from './values.tsx'

/** More values than this are a line; fewer are bars that can be named. */
export const mostBars = 48

interface PlotProperties {
  readonly values: readonly number[]
  /** One for each value; numbered where they are not given. */
  readonly labels?: readonly string[]
  readonly title: string
}

/** About the width of a letter in a label. */
const labelRoom = 5.8

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
              <text x={x + slot / 2} y={plotHeight - margin.bottom + 18} textAnchor="middle">{label.length > fits ? `${label.slice(0, fits - 1)}…` : label}</text>
            )}
          </g>
        )
      })}
    </Frame>
  )
}

export const Line = ({ values, title }: PlotProperties) => {
  const [low, high] = extent(values)
  const last = Math.max(1, values.length - 1)
  const x = (index: number): number => margin.left + (inner.width * index) / last
  return (
    <Frame title={title} low={low} high={high}>
      {(y) => (
        <>
          <polyline points={values.map((value, index) => `${x(index).toFixed(2)},${y(value).toFixed(2)}`).join(' ')} fill="none" stroke="var(--accent)" strokeWidth="1.5" strokeLinejoin="round" />
          <Across ticks={ticksFor(0, last).filter(Number.isInteger)} x={x} />
        </>
      )}
    </Frame>
  )
}

/** How often values fall between edges: one count fewer than edges. */
export const Histogram = ({ counts, edges, title }: {
  readonly counts: readonly number[], readonly edges: readonly number[], readonly title: string
}) => {
  const [low, high] = extent(counts)
  const [first, last] = [edges[0] ?? 0, edges.at(-1) ?? 1]
  const x = (value: number): number => margin.left + (inner.width * (value - first)) / (last - first)
  return (
    <Frame title={title} low={low} high={high}>
      {(y) => (
        <>
          {counts.map((count, index) => {
            const [from, to] = [edges[index] ?? 0, edges[index + 1] ?? 0]
            return (
              <rect key={from} x={x(from) + 0.5} width={Math.max(0.5, x(to) - x(from) - 1)} y={y(count)} height={Math.max(0, y(0) - y(count))} fill="var(--accent)">
                <title>{`${formatNumber(from)} to ${formatNumber(to)}: ${formatNumber(count)}`}</title>
              </rect>
            )
          })}
          <Across ticks={ticksFor(first, last)} x={x} />
        </>
      )}
    </Frame>
  )
}

const usualBins = 20

/** Counts of values between evenly spaced edges. */
export const countBins = (values: readonly number[], bins = Math.min(usualBins, Math.max(1, Math.ceil(Math.sqrt(values.length))))): {
  readonly counts: readonly number[], readonly edges: readonly number[]
} => {
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  const width = high > low ? (high - low) / bins : 1
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.floor((value - low) / width))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return { counts, edges: Array.from({ length: bins + 1 }, (_, index) => low + index * width) }
}
