import type { AnswerJson } from '../host/index.ts'

const mostShown = 12

const describeNumbers = (values: readonly AnswerJson[]): string => {
  const shown = values.slice(0, mostShown).map((value) => (Array.isArray(value) ? describeNumbers(value) : JSON.stringify(value)))
  return `[${shown.join(', ')}${values.length > mostShown ? `, … ${values.length - mostShown} more` : ''}]`
}

/** An answer for people: a line a name, long vectors cut short; --json gives all of it. */
export const describeAnswer = (answer: AnswerJson): string => {
  if (typeof answer !== 'object' || answer === null) return `  ${JSON.stringify(answer)}`
  if (Array.isArray(answer)) return `  ${describeNumbers(answer)}`
  const width = Math.max(...Object.keys(answer).map((name) => name.length))
  return Object.entries(answer).map(([name, value]) => `  ${name.padEnd(width)}  ${
    Array.isArray(value) ? describeNumbers(value) : JSON.stringify(value)}`).join('\n')
}
