import { bitLength } from '../crypto/bytes.ts'
import type { Program } from '../shared/schemas/program.ts'
import { columnRange, type DatasetDescription } from './columns.ts'

/** x ↦ the sum of the bounds of all cells before cell x, from one prefix sum per column. */
const createPrefix = (rows: number, bounds: readonly bigint[]): ((cell: number) => bigint) => {
  const before = [0n]
  for (const bound of bounds) before.push((before.at(-1) ?? 0n) + bound * BigInt(rows))
  return (cell) => {
    const column = Math.floor(cell / rows)
    return (before[column] as bigint) + (bounds[column] ?? 0n) * BigInt(cell % rows)
  }
}

/**
 * Most bits (without sign) the decrypted integer of each cell can have, from the declared bounds of the columns alone:
 * interval arithmetic over the canonical form, so it holds whatever the data.
 */
export const answerBits = (program: Program, dataset: DatasetDescription): number[] => {
  const ranges = dataset.columns.map(columnRange)
  const lower = createPrefix(dataset.rows, ranges.map((range) => range.lower))
  const upper = createPrefix(dataset.rows, ranges.map((range) => range.upper))
  return program.cells.map(({ constant, terms }) => {
    let least = BigInt(constant)
    let most = least
    for (const [start, count, text] of terms) {
      const weight = BigInt(text)
      const small = lower(start + count) - lower(start)
      const large = upper(start + count) - upper(start)
      least += weight * (weight > 0n ? small : large)
      most += weight * (weight > 0n ? large : small)
    }
    return Math.max(bitLength(least), bitLength(most))
  })
}
