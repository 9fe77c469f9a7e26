import type { AnswerJson } from '../../host/index.ts'

export interface Comparison {
  readonly maxAbsError: number
  /** |a − e| / max(1, |e|), worst number. */
  readonly maxRelativeError: number
}

const numbersOf = (value: AnswerJson, path = ''): [string, number][] => {
  if (typeof value === 'number') return [[path, value]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => numbersOf(inner, `${path}/${name}`))
}

/** Holds an answer against what was expected, number by number; another structure is an infinite error. */
export const compareWithExpected = (answer: AnswerJson, expected: AnswerJson): Comparison => {
  const found = new Map(numbersOf(answer))
  const wanted = numbersOf(expected)
  if (found.size !== wanted.length) return { maxAbsError: Infinity, maxRelativeError: Infinity }
  let maxAbsError = 0
  let maxRelativeError = 0
  for (const [path, value] of wanted) {
    const difference = Math.abs((found.get(path) ?? Infinity) - value)
    maxAbsError = Math.max(maxAbsError, difference)
    maxRelativeError = Math.max(maxRelativeError, difference / Math.max(1, Math.abs(value)))
  }
  return { maxAbsError, maxRelativeError }
}
