import type { Gauge } from '../host/buyer/gauge.ts'

const describeSeconds = (seconds: number): string => (seconds < 1 ? 'under a second' : `about ${Math.ceil(seconds)} s`)

const describeAsked = ({ interaction, asked }: Gauge): string[] => (interaction.rounds === 0 ? [] : [
  `  ${interaction.comparisons} comparisons and ${interaction.products} products asked of the seller in ${interaction.rounds} rounds, as the test data have it`,
  ...asked.map(({ line, operation, comparisons, products }) =>
    `    ${line === null ? '' : `line ${line}, `}${operation}: ${comparisons > 0 ? `${comparisons} comparisons` : `${products} products`}`),
])

/** A gauge for people, a fact a line. */
export const describeGauge = (gauge: Gauge): string[] => [
  `  ${gauge.cells} of at most ${gauge.maxAnswerCells} numbers to decrypt, ${gauge.steps} steps after decryption`,
  `  ${gauge.ciphertextOperations} ciphertexts multiplied in, ${describeSeconds(gauge.estimatedSeconds)} on this machine`,
  `  largest number ${gauge.answerBits} bits, ${gauge.headroomBits} left; ${
    gauge.roundingError === 0 ? 'weights are exact' : `rounded weights move it by at most ${gauge.roundingError.toPrecision(2)}`}`,
  ...describeAsked(gauge),
  ...gauge.shapes.filter(({ fits }) => !fits).map(({ path, shape, limit }) =>
    `  ${path === '' ? 'the answer' : `answer${path}`} decrypts shape (${shape.join(', ')}); the condition allows (${limit.join(', ')})`),
]
