import { assertCanonicalProgram } from '../compute/canonical.ts'
import { columnRange, type DatasetDescription } from '../compute/columns.ts'
import type { ReadCell } from '../compute/integers.ts'
import { evaluateProgramOnIntegers } from '../compute/program.ts'
import type { ErrorCode } from '../shared/errors.ts'
import type { DisclosedPolicy } from '../shared/schemas/details.ts'
import type { Program } from '../shared/schemas/program.ts'
import { createAttacks, type Attack } from './attacks.ts'
import { createNearEqualColumnsAttack } from './near-equal-columns.ts'
import { createRareClassAttack } from './rare-class-attack.ts'
import { createSortedAttack } from './sorted-attack.ts'

/** What one attack would get out of a listing. */
export interface AttackReport {
  readonly attack: Attack['name']
  readonly words: string
  /** How many of its questions would be answered, before the first refusal. */
  readonly answered: number
  readonly questions: number
  readonly refusal: { readonly code: ErrorCode; readonly message: string } | null
  /**
   * Cells of the table that it gets exactly, and their bits by the declared bounds of their column; where it gets by how much one differs
   * from another cell of its row, or from what it was before, that counts as the cell; of `versions-together`, rows of whose sum it gets.
   */
  readonly cells: number
  readonly bits: number
}

/** One of an attack's questions, and to which of two listings it is put. */
export interface AttackQuestion {
  readonly program: Program
  readonly asked: 'own' | 'other'
}

export interface AttackVerdict {
  /** How many would be answered, one after the other, before the first refusal. */
  readonly answered: number
  readonly refusal: AttackReport['refusal']
}

export type JudgeAttack = (questions: readonly AttackQuestion[]) => AttackVerdict

/** The known attacks on a listing in `disclosed` mode by itself. */
export const listAttacks = (policy: DisclosedPolicy, dataset: DatasetDescription, readCell: ReadCell): readonly Attack[] => {
  const found = [createRareClassAttack, createNearEqualColumnsAttack, createSortedAttack].map((create) => create(dataset, policy, readCell))
  return [...createAttacks(dataset, policy), ...found.filter((attack) => attack !== null)]
}

/**
 * Runs attacks as `judge` lets them, on the seller's own table and that of another listing, and counts what they really get: cells that the
 * attacker computes and that are right.
 */
export const rehearseAttacks = (
  attacks: readonly Attack[], dataset: DatasetDescription, judge: JudgeAttack, readCell: ReadCell, readOther: ReadCell = readCell,
): AttackReport[] => attacks.map(({ name, words, queries, asked = [], extract }) => {
  const questions = queries.map((program, at): AttackQuestion => ({ program, asked: asked[at] ?? 'own' }))
  for (const { program } of questions) assertCanonicalProgram(program)
  const { answered, refusal } = judge(questions)
  const complete = answered === questions.length && answered > 0
  const got = complete ? extract(questions.map((question) => evaluateProgramOnIntegers(question.program, question.asked === 'own' ? readCell : readOther))) : []
  const right = got.filter(({ cell, value, less }) => readCell(cell) - (less === undefined ? 0n : readOther(less)) === value)
  const bits = right.reduce((sum, { cell }) => {
    const column = dataset.columns[Math.floor(cell / dataset.rows)]
    const { lower, upper } = column === undefined ? { lower: 0n, upper: 0n } : columnRange(column)
    return sum + (upper - lower).toString(2).length
  }, 0)
  return { attack: name, words, answered, questions: questions.length, refusal, cells: right.length, bits }
})
