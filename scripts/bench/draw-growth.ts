import type { Growth } from '../../src/host/index.ts'

const width = 640
const height = 360
const margin = { left: 70, right: 170, top: 40, bottom: 50 }
// Told apart without colour too: each line has a dash of its own.
const styles = [
  { colour: '#0b6bcb', dash: 'none' }, { colour: '#b3541e', dash: '8 4' }, { colour: '#2e7d32', dash: '2 4' }, { colour: '#6a1b9a', dash: '12 3 2 3' },
]

const digits = (value: number): string => String(Number(value.toPrecision(3)))

const escape = (text: string): string => text.replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`)

/** A logarithmic axis from `from` to `to`, on which the smallest of `values` and the largest have their places. */
const createAxis = (values: readonly number[], from: number, to: number): ((value: number) => number) => {
  const [least, most] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))]
  return (value) => (most === least ? (from + to) / 2 : from + ((Math.log(value) - least) / (most - least)) * (to - from))
}

const powersOfTen = (values: readonly number[]): number[] => {
  const [low, high] = [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))]
  return Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i))
}

/** A line chart of one growth, both axes logarithmic, as an SVG document. */
export const drawGrowth = ({ over, what, at, lines }: Growth): string => {
  const ticks = powersOfTen(lines.flatMap(({ milliseconds }) => milliseconds))
  const x = createAxis(at, margin.left, width - margin.right)
  const y = createAxis(ticks, height - margin.bottom, margin.top)
  const place = (value: number): string => value.toFixed(1)
  const grid = ticks.flatMap((tick) => [
    `<line x1="${margin.left}" x2="${width - margin.right}" y1="${place(y(tick))}" y2="${place(y(tick))}" stroke="#ddd"/>`,
    `<text x="${margin.left - 8}" y="${place(y(tick) + 4)}" text-anchor="end">${digits(tick)} ms</text>`,
  ])
  const marks = at.map((value) => `<text x="${place(x(value))}" y="${height - margin.bottom + 20}" text-anchor="middle">${value}</text>`)
  const curves = lines.flatMap(({ name, milliseconds }, i) => {
    const { colour, dash } = styles[i % styles.length] ?? { colour: '#000', dash: 'none' }
    const points = milliseconds.map((time, k) => [x(at[k] ?? 0), y(time)] as const)
    const [endX, endY] = points.at(-1) ?? [0, 0]
    return [
      `<polyline fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}" points="${
        points.map(([px, py]) => `${place(px)},${place(py)}`).join(' ')}"/>`,
      ...points.map(([px, py], k) => `<circle cx="${place(px)}" cy="${place(py)}" r="3" fill="${colour}"><title>${digits(milliseconds[k] ?? 0)} ms</title></circle>`),
      `<text x="${place(endX + 10)}" y="${place(endY + 4)}" fill="${colour}">${escape(name)}</text>`,
    ]
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>${escape(`Time over ${over}: ${what}`)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${margin.left}" y="22" font-size="14">${escape(what)}</text>`,
    ...grid,
    ...marks,
    `<text x="${(margin.left + width - margin.right) / 2}" y="${height - 10}" text-anchor="middle">${escape(over)}</text>`,
    ...curves,
    '</svg>',
    '',
  ].join('\n')
}
