import { columnRange, type DatasetDescription } from '../compute/columns.ts'
import type { ReadCell } from '../compute/integers.ts'
import { findFactors } from '../compute/products.ts'
import type { DisclosedPolicy } from '../shared/schemas/details.ts'
import type { ProgramCell } from '../shared/schemas/program.ts'
import { findLoneRow, programOf, sumOfRows, sumOfRuns } from './attack-programs.ts'
import type { Attack } from './attacks.ts'

interface RareRow {
  readonly flag: number
  readonly column: number
  readonly start: number
  readonly row: number
}

/** A 0/1 column and another that is 0 wherever it is, as products with it are: where one row has the flag, the sums tell its value. */
const findRareRow = ({ rows, columns }: DatasetDescription, minRows: number, readCell: ReadCell): RareRow | null => {
  const values = columns.map((_, column) => Array.from({ length: rows }, (__, row) => readCell(column * rows + row)))
  const isFlag = values.map((cells) => cells.includes(1n) && cells.every((cell) => cell === 0n || cell === 1n))
  for (const [flag, flags] of values.entries()) {
    const group = isFlag[flag] === true ? findLoneRow(flags.map((value) => value === 1n), minRows) : null
    if (group === null) continue
    const column = values.findIndex((cells, at) =>
      isFlag[at] === false && cells[group.row] !== 0n && cells.every((cell, row) => cell === 0n || flags[row] === 1n))
    if (column !== -1) return { flag, column, ...group }
  }
  return null
}

/**
 * Second moments of a flag and a column, less the column's sum over all rows but one that have the flag: that row's value. The group is
 * chosen with the table in view; who knows of others whether they have the flag has it too. Null without such second moments.
 */
const createFlagGroupAttack = (dataset: DatasetDescription, readCell: ReadCell): Attack | null => {
  const { rows, columns } = dataset
  for (const [product, factors] of findFactors(columns).entries()) {
    if (factors === null || factors[0] === factors[1]) continue
    for (const [flag, column] of [factors, [factors[1], factors[0]] as const]) {
      const flags = Array.from({ length: rows }, (_, row) => readCell(flag * rows + row))
      if (flags.indexOf(1n) === flags.lastIndexOf(1n) || flags.some((value) => value !== 0n && value !== 1n)) continue
      const last = flags.lastIndexOf(1n)
      const runs: [number, number, string][] = []
      for (let row = 0; row < last; row += 1) {
        if (flags[row] === 0n) continue
        const before = runs.at(-1)
        if (before !== undefined && flags[row - 1] === 1n) before[1] += 1
        else runs.push([column * rows + row, 1, '1'])
      }
      return {
        name: 'rare-class',
        words: 'takes the second moments of a flag, less the sum over all rows but one that have it',
        queries: [programOf(dataset, [sumOfRuns([[product * rows, rows, '1']]), sumOfRuns(runs)])],
        extract: ([answer = []]) => {
          const [whole, rest] = answer
          return whole === undefined || rest === undefined ? [] : [{ cell: column * rows + last, value: whole - rest }]
        },
      }
    }
  }
  return null
}

/**
 * Rare classes through second moments: in a group of as few rows as the listing allows, of which one has the flag, the sum of a
 * column that is 0 without it is that one row's value; second moments of a flag, less the sum over a group, are one too.
 * Chosen with the table in view, as no attacker has it: the most that luck could bring. Null where no such columns stand side by side.
 */
export const createRareClassAttack = (dataset: DatasetDescription, { minRows }: DisclosedPolicy, readCell: ReadCell): Attack | null => {
  const { rows, columns } = dataset
  const found = findRareRow(dataset, minRows, readCell)
  if (found === null) return createFlagGroupAttack(dataset, readCell)
  const sumOf = (column: number): ProgramCell => sumOfRows(dataset, column, found.start, minRows)
  const target = columns[found.column]
  const { lower, upper } = target === undefined ? { lower: 0n, upper: 0n } : columnRange(target)
  return {
    name: 'rare-class',
    words: 'sums a column that is 0 without a flag over a group in which one row has the flag',
    queries: [programOf(dataset, [sumOf(found.flag), sumOf(found.column)])],
    extract: ([answer = []]) => {
      const [count, value] = answer
      const isTold = count === 1n && value !== undefined && value >= lower && value <= upper
      return isTold ? [{ cell: found.column * rows + found.row, value }] : []
    },
  }
}
