import { invert, reduce, residuePrime, type Residues } from '../datasets/residue-algebra.ts'

const mostTries = 64
const mostSampled = 2000

/** y = slope · x + offset, of residues. */
interface Line {
  readonly slope: number
  readonly offset: number
}

const isOn = ({ slope, offset }: Line, x: number, y: number): boolean => reduce(slope * x + offset) === y

/** Two columns over the same rows. */
interface Pair {
  readonly x: Residues
  readonly y: Residues
  /** What is commonest in either. */
  readonly commonest: readonly [x: number, y: number]
}
/** Rows that tell something one by one, and how many others there are, which all hold the same. */
interface SomeRows {
  readonly telling: Int32Array
  readonly others: number
}

/**
 * Whether a line holds most rows. Rows in which both columns hold what is commonest tell nothing where the line goes through that: most
 * bonuses are 0. Of two flags some line holds half of the rows always, so that a line of two values has to hold nearly all.
 */
const holdsMost = (line: Line, { x, y, commonest }: Pair, { telling, others }: SomeRows): boolean => {
  const throughOthers = others > 0 && isOn(line, ...commonest)
  const values = new Set<number>(throughOthers ? [commonest[0]] : [])
  let on = 0
  for (const row of telling) {
    if (!isOn(line, x[row] as number, y[row] as number)) continue
    on += 1
    if (values.size < 3) values.add(x[row] as number)
  }
  return on > (values.size < 3 ? 0.9 : 0.5) * (telling.length + (throughOthers ? 0 : others))
}

/** Whether one column is the other in other units, in most rows but not in all. */
export const isMostlyRecoded = (pair: Pair): boolean => {
  const { x, y, commonest } = pair
  const rows = x.length
  const [commonX, commonY] = commonest
  const isTelling = (row: number): boolean => x[row] !== commonX || y[row] !== commonY
  const found = new Int32Array(rows)
  let count = 0
  for (let row = 0; row < rows; row += 1) {
    if (!isTelling(row)) continue
    found[count] = row
    count += 1
  }
  const telling = found.subarray(0, count)
  const all: SomeRows = { telling, others: rows - count }
  const step = Math.ceil(rows / mostSampled)
  const sample = (): SomeRows => {
    const places = Int32Array.from({ length: Math.ceil(rows / step) }, (_, place) => place * step)
    const sampled = places.filter(isTelling)
    return { telling: sampled, others: places.length - sampled.length }
  }
  const sampled = step === 1 || count < mostSampled ? all : sample()
  for (let attempt = 0; attempt < mostTries && count > 1; attempt += 1) {
    const first = telling[(attempt * 7919) % count] as number
    const second = telling[(attempt * 104_729 + (count >> 1)) % count] as number
    const [run, rise] = [(x[second] as number) - (x[first] as number), (y[second] as number) - (y[first] as number)]
      .map((difference) => (difference < 0 ? difference + residuePrime : difference)) as [number, number]
    if (run === 0 || rise === 0) continue
    const slope = reduce(rise * invert(run))
    const offset = (y[first] as number) - reduce(slope * (x[first] as number))
    const line = { slope, offset: offset < 0 ? offset + residuePrime : offset }
    if (!holdsMost(line, pair, sampled) || (sampled !== all && !holdsMost(line, pair, all))) continue
    return x.some((value, row) => !isOn(line, value, y[row] as number))
  }
  return false
}
