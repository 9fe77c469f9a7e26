import type { Gauge } from '../host/buyer/gauge.ts'
import { counted } from '../shared/counted.ts'
import { describeLeakage } from '../shared/policy-words.ts'

const describeSeconds = (seconds: number): string => (seconds < 1 ? 'under a second' : `about ${Math.ceil(seconds)} s`)

/** How many the listing's budget is charged is known to the seller alone, who knows what was asked before. */
const describeBudget = ({ interaction, maxComparisons, countsRepeats }: Gauge): string[] => {
  if (interaction.comparisons === 0 || countsRepeats || maxComparisons === 0) return []
  return [`    of the ${counted(maxComparisons, 'comparison')} that ${maxComparisons === 1 ? 'is' : 'are'} sold this takes those alone that nobody has asked of this table before`]
}

const describeAsked = (gauge: Gauge): string[] => (gauge.interaction.rounds === 0 ? [] : [
  `  ${counted(gauge.interaction.comparisons, 'different comparison')} and ${counted(gauge.interaction.products, 'different product')} in all, `
    + `asked of the seller in ${counted(gauge.interaction.rounds, 'round')}, as the test data have it`,
  ...describeBudget(gauge),
  ...gauge.asked.map(({ line, operation, comparisons, products }) =>
    `    ${line === null ? '' : `line ${line}, `}${operation}: ${comparisons > 0 ? counted(comparisons, 'comparison') : counted(products, 'product')}`),
  ...describeLeakage(gauge.interaction.comparisons, gauge.leakage).map((words) => `  ${words}`),
])

/** What a script may not expect of its own lines, a line each. */
export const describeNotes = (notes: Gauge['notes']): string[] =>
  notes.map(({ line, words }) => `  ${line === null ? '' : `line ${line}: `}${words}`)

/** A gauge for people, a fact a line. */
export const describeGauge = (gauge: Gauge): string[] => [
  `  ${gauge.cells} of at most ${counted(gauge.maxAnswerCells, 'number')} to decrypt, ${counted(gauge.steps, 'step')} after decryption`,
  `  ${counted(gauge.ciphertextOperations, 'ciphertext')} multiplied in, ${describeSeconds(gauge.estimatedSeconds)} on this machine`,
  `  largest number ${counted(gauge.answerBits, 'bit')}, ${gauge.headroomBits} left; ${
    gauge.roundingError === 0 ? 'weights are exact' : `rounded weights move it by at most ${gauge.roundingError.toPrecision(2)}`}`,
  ...describeAsked(gauge),
  ...describeNotes(gauge.notes),
  ...gauge.shapes.filter(({ fits }) => !fits).map(({ path, shape, limit }) =>
    `  ${path === '' ? 'the answer' : `answer${path}`} decrypts shape (${shape.join(', ')}); the condition allows (${limit.join(', ')})`),
]
