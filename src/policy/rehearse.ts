import { assertCanonicalProgram } from '../compute/canonical.ts'
import { columnRange, type DatasetDescription } from '../compute/columns.ts'
import type { ReadCell } from '../compute/integers.ts'
import { evaluateProgramOnIntegers } from '../compute/program.ts'
import { isAppError, type ErrorCode } from '../shared/errors.ts'
import type { DisclosedPolicy } from '../shared/schemas/details.ts'
import { createAttacks, type Attack } from './attacks.ts'
import type { Partition } from './partition.ts'
import { assertPolicy } from './policy.ts'
import { createRareClassAttack } from './rare-class-attack.ts'

/** What one attack would get out of a listing. */
export interface AttackReport {
  readonly attack: Attack['name']
  readonly words: string
  /** How many of its questions would be answered, before the first refusal. */
  readonly answered: number
  readonly questions: number
  readonly refusal: { readonly code: ErrorCode; readonly message: string } | null
  /** Cells of the table that it gets exactly, and their bits by the declared bounds of their column. */
  readonly cells: number
  readonly bits: number
}

interface Questioning {
  readonly answers: readonly (readonly bigint[])[]
  readonly refusal: AttackReport['refusal']
}

/** Asks one question after the other, each judged after those before it, until one is refused. */
const ask = (
  attack: Attack, policy: DisclosedPolicy, dataset: DatasetDescription, partition: Partition, readCell: ReadCell,
): Questioning => {
  const answers: (readonly bigint[])[] = []
  let known = partition
  for (const program of attack.queries) {
    assertCanonicalProgram(program)
    try {
      known = assertPolicy(program, policy, dataset, known)
    } catch (error) {
      if (!isAppError(error)) throw error
      return { answers, refusal: { code: error.code, message: error.message } }
    }
    answers.push(evaluateProgramOnIntegers(program, readCell))
  }
  return { answers, refusal: null }
}

/**
 * Runs the known attacks against a listing's policy on the seller's own table, and counts what they really get: cells that the
 * attacker computes and that are right. Nothing is counted in the ledger; `partition` is what was answered from the source so far.
 */
export const rehearseAttacks = (
  policy: DisclosedPolicy, dataset: DatasetDescription, partition: Partition, readCell: ReadCell,
): AttackReport[] => {
  const rareClass = createRareClassAttack(dataset, policy, readCell)
  return [...createAttacks(dataset, policy), ...(rareClass === null ? [] : [rareClass])].map((attack) => {
    const { answers, refusal } = ask(attack, policy, dataset, partition, readCell)
    const complete = answers.length === attack.queries.length && attack.queries.length > 0
    const right = complete ? attack.extract(answers).filter(({ cell, value }) => readCell(cell) === value) : []
    const bits = right.reduce((sum, { cell }) => {
      const column = dataset.columns[Math.floor(cell / dataset.rows)]
      const { lower, upper } = column === undefined ? { lower: 0n, upper: 0n } : columnRange(column)
      return sum + (upper - lower).toString(2).length
    }, 0)
    const { name, words, queries } = attack
    return { attack: name, words, answered: answers.length, questions: queries.length, refusal, cells: right.length, bits }
  })
}
