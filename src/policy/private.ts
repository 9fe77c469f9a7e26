import { nameCell } from '../compute/answer.ts'
import { answerBits } from '../compute/bounds.ts'
import type { DatasetDescription } from '../compute/columns.ts'
import { findTableColumns } from '../compute/products.ts'
import { AppError } from '../shared/errors.ts'
import type { Policy, PrivatePolicy } from '../shared/schemas/details.ts'
import type { Program } from '../shared/schemas/program.ts'
import { assertCellCount, assertCondition, assertDataset, assertPolicy } from './policy.ts'

/** Bits by which a mask is longer than what it hides (crypto/blinding.ts): what is decrypted is 2^−80 at most from the mask alone. */
export const answerMaskBits = 80

type Table = Pick<DatasetDescription, 'rows' | 'columns'>

/** The most cells one answer may decrypt: the listing's own limit, and the largest tensor that `condition` lets through. */
export const mostPrivateCells = ({ condition, maxAnswerCells }: PrivatePolicy, { rows, columns }: Table): number => {
  const [most = 1, across = 1] = [rows, findTableColumns(columns).length].map((length) => Math.max(1, Math.floor(length / condition)))
  return Math.min(maxAnswerCells, most * across)
}

/** All that the seller can hold a masked answer to before decrypting it: how many cells it has. Throws `policy.answer-cells`. */
export const assertPrivateCells = (cells: number, policy: PrivatePolicy, dataset: Table): void => {
  const limit = mostPrivateCells(policy, dataset)
  if (cells >= 1 && cells <= limit) return
  throw new AppError('policy.answer-cells', `the answer decrypts ${cells} cells, the listing allows 1 to ${limit}`, { details: { cells, limit } })
}

/**
 * What a buyer's own program must keep to in `private` mode, judged where the program is, by the buyer: the seller never sees it.
 * Every cell leaves room for a mask 80 bits longer than it. Throws `policy.wrong-dataset`, `policy.condition`, `policy.answer-cells`,
 * `policy.mask-too-short`.
 */
export const assertPrivateProgram = (program: Program, policy: PrivatePolicy, dataset: DatasetDescription): void => {
  assertDataset(program, dataset)
  assertCondition(program, policy, dataset)
  assertCellCount(program, policy)
  assertPrivateCells(program.cells.length, policy, dataset)
  const limit = policy.maxAnswerBits - answerMaskBits
  answerBits(program, dataset).forEach((bits, cell) => {
    if (bits <= limit) return
    const place = nameCell(program.answer, cell)
    const message = `${place} could have ${bits} bits; masked by ${answerMaskBits} bits more, answers of ${policy.maxAnswerBits} bits have room for ${limit}`
    throw new AppError('policy.mask-too-short', message, { details: { cell, place, bits, limit } })
  })
}

/** What a program must keep to under a listing's policy, whichever its mode, before anything was answered. Throws `policy.*`. */
export const assertProgramFits = (program: Program, policy: Policy, dataset: DatasetDescription): void => {
  if (policy.mode === 'disclosed') assertPolicy(program, policy, dataset)
  else assertPrivateProgram(program, policy, dataset)
}
