import { columnRange, type DatasetDescription } from '../compute/columns.ts'
import type { ReadCell } from '../compute/integers.ts'
import type { PrivatePolicy } from '../shared/schemas/details.ts'
import { mostPrivateCells } from './private.ts'
import type { AttackReport } from './rehearse.ts'

/** What is left of a table's budgets. */
export interface PrivateBudgets {
  readonly cells: number
  readonly comparisons: number
}

interface PackedCell {
  readonly cell: number
  readonly lower: bigint
  readonly size: number
}

/** The table's cells in order, as many to a number as its bits hold, for as many numbers as are left. */
const packTable = ({ columns, rows }: DatasetDescription, numbers: number, bits: number): PackedCell[][] => {
  const packed: PackedCell[][] = [[]]
  let room = bits
  for (let cell = 0; cell < rows * columns.length; cell += 1) {
    const { lower, upper } = columnRange(columns[Math.floor(cell / rows)] as DatasetDescription['columns'][number])
    const size = (upper - lower).toString(2).length
    if (size > bits) continue
    if (size > room) {
      if (packed.length === numbers) break
      packed.push([])
      room = bits
    }
    packed.at(-1)?.push({ cell, lower, size })
    room -= size
  }
  return packed
}

/** What single rows yield to yes-or-no questions about them, each halving what a cell can be, until all comparisons are spent. */
const searchTable = ({ columns, rows }: DatasetDescription, comparisons: number, readCell: ReadCell): AttackReport => {
  let [left, cells, bits] = [comparisons, 0, 0]
  for (let cell = 0; cell < rows * columns.length; cell += 1) {
    let { lower, upper } = columnRange(columns[Math.floor(cell / rows)] as DatasetDescription['columns'][number])
    const size = (upper - lower).toString(2).length
    if (size > left) break
    while (lower < upper) {
      const middle = lower + (upper - lower + 1n) / 2n
      if (readCell(cell) >= middle) lower = middle
      else upper = middle - 1n
      left -= 1
    }
    if (lower !== readCell(cell)) continue
    cells += 1
    bits += size
  }
  return {
    attack: 'comparison-search',
    words: `Halves what a cell can be with each of the ${comparisons} comparisons the table ever answers: private mode cannot see what is compared.`,
    answered: comparisons - left, questions: comparisons, refusal: null, cells, bits,
  }
}

/**
 * What a buyer gets who packs raw cells side by side into unmasked numbers, until the table's budget is spent: run on the seller's own
 * table, and counted where what is unpacked is right. In `private` mode nothing refuses it but the limits.
 */
export const rehearsePrivate = (
  policy: PrivatePolicy, dataset: DatasetDescription, { cells: cellsLeft, comparisons }: PrivateBudgets, readCell: ReadCell,
): AttackReport[] => {
  const most = mostPrivateCells(policy, dataset)
  const packed = cellsLeft < 1 ? [] : packTable(dataset, cellsLeft, policy.maxAnswerBits)
  const right = packed.flatMap((number) => {
    const answer = number.reduceRight((sum, { cell, lower, size }) => (sum << BigInt(size)) + readCell(cell) - lower, 0n)
    let rest = answer
    return number.filter(({ cell, lower, size }) => {
      const value = rest % (1n << BigInt(size)) + lower
      rest >>= BigInt(size)
      return value === readCell(cell)
    })
  })
  const questions = Math.ceil(packed.length / most)
  return [{
    attack: 'weight-packing',
    words: `Raw cells side by side in numbers of ${policy.maxAnswerBits} bits, ${most} numbers an answer, until the table's budget is spent: `
      + 'private mode cannot refuse it.',
    answered: questions,
    questions,
    refusal: cellsLeft < 1 ? { code: 'policy.budget-spent', message: 'the table has decrypted all the cells it ever will' } : null,
    cells: right.length,
    bits: right.reduce((sum, { size }) => sum + size, 0),
  }, ...(comparisons > 0 ? [searchTable(dataset, comparisons, readCell)] : [])]
}
