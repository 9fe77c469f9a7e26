import { columnRange, type DatasetDescription } from '../compute/columns.ts'
import type { ReadCell } from '../compute/integers.ts'
import type { DisclosedPolicy } from '../shared/schemas/details.ts'
import type { ProgramCell } from '../shared/schemas/program.ts'
import type { Attack } from './attacks.ts'

interface RareRow {
  readonly flag: number
  readonly column: number
  readonly start: number
  readonly row: number
}

/** The first `count` rows in one piece of which the flag has exactly one, with the row that has it. */
const findGroup = (flags: readonly bigint[], count: number): { readonly start: number, readonly row: number } | null => {
  let sum = 0n
  for (let end = 0; end < flags.length; end += 1) {
    sum += flags[end] ?? 0n
    if (end >= count) sum -= flags[end - count] ?? 0n
    const start = end - count + 1
    if (start >= 0 && sum === 1n) return { start, row: flags.indexOf(1n, start) }
  }
  return null
}

/** A 0/1 column and another that is 0 wherever it is, as products with it are: where one row has the flag, the sums tell its value. */
const findRareRow = ({ rows, columns }: DatasetDescription, minRows: number, readCell: ReadCell): RareRow | null => {
  const values = columns.map((_, column) => Array.from({ length: rows }, (__, row) => readCell(column * rows + row)))
  const isFlag = values.map((cells) => cells.includes(1n) && cells.every((cell) => cell === 0n || cell === 1n))
  for (const [flag, flags] of values.entries()) {
    const group = isFlag[flag] === true ? findGroup(flags, minRows) : null
    if (group === null) continue
    const column = values.findIndex((cells, at) =>
      isFlag[at] === false && cells[group.row] !== 0n && cells.every((cell, row) => cell === 0n || flags[row] === 1n))
    if (column !== -1) return { flag, column, ...group }
  }
  return null
}

/**
 * Rare classes through second moments: in a group of as few rows as the listing allows, of which one has the flag, the sum of a
 * column that is 0 without it is that one row's value. Chosen with the table in view, as no attacker has it: the most that luck
 * could bring. Null where no such columns stand side by side.
 */
export const createRareClassAttack = (dataset: DatasetDescription, { minRows }: DisclosedPolicy, readCell: ReadCell): Attack | null => {
  const { rows, columns, datasetRoot } = dataset
  const found = findRareRow(dataset, minRows, readCell)
  if (found === null) return null
  const sumOf = (column: number): ProgramCell =>
    ({ scale: { numerator: '1', denominator: '1' }, constant: '0', terms: [[column * rows + found.start, minRows, '1']] })
  const target = columns[found.column]
  const { lower, upper } = target === undefined ? { lower: 0n, upper: 0n } : columnRange(target)
  return {
    name: 'rare-class',
    words: 'sums a column that is 0 without a flag over a group in which one row has the flag',
    queries: [{
      version: 1, datasetRoot, rows, columns: columns.length,
      cells: [sumOf(found.flag), sumOf(found.column)],
      answer: { kind: 'list', items: [0, 1].map((cell) => ({ kind: 'tensor', shape: [], cells: [cell] })) },
    }],
    extract: ([answer = []]) => {
      const [count, value] = answer
      const isTold = count === 1n && value !== undefined && value >= lower && value <= upper
      return isTold ? [{ cell: found.column * rows + found.row, value }] : []
    },
  }
}
