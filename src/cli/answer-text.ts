import type { AnswerJson } from '../host/index.ts'
import { oneLine } from '../shared/one-line.ts'

const mostShown = 12

const describeNumbers = (values: readonly AnswerJson[]): string => {
  const shown = values.slice(0, mostShown).map((value) => (Array.isArray(value) ? describeNumbers(value) : oneLine(JSON.stringify(value))))
  return `[${shown.join(', ')}${values.length > mostShown ? `, … ${values.length - mostShown} more` : ''}]`
}

/** An answer for people: a line a name, long vectors cut short; --json gives all of it. */
export const describeAnswer = (answer: AnswerJson): string => {
  if (typeof answer !== 'object' || answer === null) return `  ${oneLine(JSON.stringify(answer))}`
  if (Array.isArray(answer)) return `  ${describeNumbers(answer)}`
  const entries = Object.entries(answer).map(([name, value]) => [oneLine(name), value] as const)
  const width = Math.max(...entries.map(([name]) => name.length))
  return entries.map(([name, value]) => `  ${name.padEnd(width)}  ${
    Array.isArray(value) ? describeNumbers(value) : oneLine(JSON.stringify(value))}`).join('\n')
}
