import type { Details } from '../../shared/schemas/details.ts'
import { programSchema, type Inequality, type Program } from '../../shared/schemas/program.ts'
import { AppError } from '../../shared/errors.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import { nameCell } from '../../compute/answer.ts'
import { assertCanonicalProgram } from '../../compute/canonical.ts'
import { assertPackedReads } from '../../compute/packed-program.ts'
import { assertCellCount } from '../../policy/policy.ts'
import { describeDataset } from '../trade/details-document.ts'

/** Beyond the answer's own bits: what a column's values, its offset and its scale may add to a program's numbers. */
const spareDigits = 160

/** Numbers far longer than an answer may be are refused before their common divisors are looked for, which takes long. */
const assertDigits = ({ cells, answer, comparisons = [] }: Program, { maxAnswerBits }: Details['policy']): void => {
  const most = Math.ceil(maxAnswerBits * Math.log10(2)) + spareDigits
  const scales = cells.map(({ scale: { numerator, denominator } }) => Math.max(numerator.length, denominator.length))
  for (const [index, { constant, terms }] of [...cells, ...comparisons].entries()) {
    const fixed = Math.max(constant.length, scales[index] ?? 0)
    const digits = terms.reduce((longest, [, , weight]) => Math.max(longest, weight.length), fixed)
    if (digits <= most) continue
    const place = index < cells.length ? nameCell(answer, index) : `comparison ${index - cells.length + 1} of ${comparisons.length}`
    const message = `The program holds a number of ${digits} digits, for ${place}; the listing's answers need ${most} at most.`
    throw new AppError('policy.answer-bits', message, { details: { digits, place, limit: most } })
  }
}

/** A listing in `private` mode must not learn a program, not even one that is sent to it. Throws `policy.program-unexpected`. */
export const assertProgramAsked = ({ policy }: Pick<Details, 'policy'>): void => {
  if (policy.mode === 'disclosed') return
  throw new AppError('policy.program-unexpected', 'This listing is in private mode: it answers masked ciphertexts, and must not see a program.')
}

/**
 * Holds a program from the network to its listing's table and to its canonical form. Throws `policy.program-unexpected`,
 * `input.program-invalid`, `policy.answer-cells`, `policy.answer-bits`, `input.program-not-canonical`, `policy.packed-slot`.
 */
export const assertProgramForm = (program: Program, details: Details): void => {
  assertProgramAsked(details)
  const { root, rows, columns } = details.dataset
  if (program.datasetRoot !== root || program.rows !== rows || program.columns !== columns) {
    throw new AppError('input.program-invalid', 'The program was made for another dataset.', { details: { root: program.datasetRoot } })
  }
  assertCellCount(program, details.policy)
  assertDigits(program, details.policy)
  assertCanonicalProgram(program)
  assertPackedReads(program, describeDataset(details))
}

/** The same for a program's stored text. Throws `input.invalid` besides, where it is none. */
export const readProgram = (text: string, details: Details): Program => {
  assertProgramAsked(details)
  const program = parseJsonAs(programSchema, text, 'the stored program')
  assertProgramForm(program, details)
  return program
}

/**
 * What a purchase asks of the key holder, as the program of comparisons alone that it is judged as. Throws `policy.program-unexpected`,
 * `policy.comparisons-not-sold`, `policy.answer-bits`, `input.program-not-canonical`.
 */
export const createQuestions = (comparisons: readonly Inequality[], details: Details): Program => {
  assertProgramAsked(details)
  const { dataset: { root, rows, columns }, policy, budgets } = details
  if (budgets.comparisons === 0) throw new AppError('policy.comparisons-not-sold', 'This listing sells no comparisons.')
  const answer = { kind: 'constant', value: null } as const
  const questions: Program = { version: 1, datasetRoot: root, rows, columns, cells: [], answer, comparisons: [...comparisons] }
  assertDigits(questions, policy)
  assertCanonicalProgram(questions)
  return questions
}
