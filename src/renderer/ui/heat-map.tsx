import { useId } from 'react'
import { formatNumber } from './values.tsx'

const cell = 28
const nameRoom = 96
const headRoom = 20
const scaleRoom = 36
const scaleSteps = 24
const leastWidth = 320
/** What few columns share, so that their names can be read. */
const cellsRoom = 448
const widestCell = 64
/** Narrower cells say their value on hover alone. */
const widthOfValue = 40
/** Longer names are cut, and told whole on hover. */
const mostLetters = 14

const cut = (name: string, most: number): string => (name.length > most ? `${name.slice(0, most - 1)}…` : name)
const shade = (share: number): number => 0.08 + 0.92 * share

const sayShortly = (value: number): string =>
  value.toLocaleString('en', { maximumSignificantDigits: 3, notation: Math.abs(value) < 100_000 ? 'standard' : 'compact', useGrouping: false })

/** Its names where they are given, its numbers otherwise. */
const nameAt = (names: readonly string[], index: number): string => names[index] ?? String(index)

interface HeatProperties {
  readonly rows: readonly (readonly number[])[]
  readonly rowNames: readonly string[]
  readonly columnNames: readonly string[]
  readonly title: string
}

/** A matrix as shades from the ground to one that its numbers can be read on, lowest to highest, with the scale beneath. */
export const HeatMap = ({ rows, rowNames, columnNames, title }: HeatProperties) => {
  const id = useId()
  let [low, high] = [Infinity, -Infinity]
  for (const row of rows) {
    for (const value of row) {
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
  }
  const shareOf = (value: number): number => (high === low ? 0.5 : (value - low) / (high - low))
  const columns = rows[0]?.length ?? 0
  const wide = Math.max(cell, Math.min(widestCell, Math.floor(cellsRoom / Math.max(1, columns))))
  const across = Math.max(nameRoom + columns * wide, leastWidth)
  const down = headRoom + rows.length * cell
  const letters = Math.floor(wide / 6)
  const scale = (across - nameRoom) / scaleSteps
  return (
    <svg className="plot" viewBox={`0 0 ${across} ${down + scaleRoom}`} style={{ maxWidth: across * 1.4 }} role="img" aria-labelledby={id} fontFamily="Inter, sans-serif" fontSize="10" fill="var(--quiet)">
      <title id={id}>{title}</title>
      {Array.from({ length: columns }, (_, index) => (
        <text key={index} x={nameRoom + index * wide + wide / 2} y={headRoom - 7} textAnchor="middle">{cut(nameAt(columnNames, index), letters)}<title>{nameAt(columnNames, index)}</title></text>
      ))}
      {rows.map((row, at) => (
        <g key={at}>
          <text x={nameRoom - 8} y={headRoom + at * cell + cell / 2 + 3} textAnchor="end">{cut(nameAt(rowNames, at), mostLetters)}</text>
          {row.map((value, index) => (
            <rect key={index} x={nameRoom + index * wide} y={headRoom + at * cell} width={wide - 1} height={cell - 1} rx="2" fill="var(--heat)" fillOpacity={shade(shareOf(value))}>
              <title>{`${nameAt(rowNames, at)}, ${nameAt(columnNames, index)}: ${formatNumber(value)}`}</title>
            </rect>
          ))}
          {wide < widthOfValue ? null : row.map((value, index) => (
            <text
              key={index} x={nameRoom + index * wide + (wide - 1) / 2} y={headRoom + at * cell + cell / 2 + 3} textAnchor="middle" aria-hidden
              fill="var(--ink)" pointerEvents="none"
            >{sayShortly(value)}</text>
          ))}
        </g>
      ))}
      {Array.from({ length: scaleSteps }, (_, index) => (
        <rect key={index} x={nameRoom + index * scale} y={down + 10} width={scale} height={8} fill="var(--heat)" fillOpacity={shade(index / (scaleSteps - 1))} />
      ))}
      <text x={nameRoom} y={down + 31}>{formatNumber(low)}</text>
      <text x={across} y={down + 31} textAnchor="end">{formatNumber(high)}</text>
    </svg>
  )
}
