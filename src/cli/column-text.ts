import type { Column } from '../host/index.ts'
import { oneLine } from '../shared/one-line.ts'

const mostWords = 12

/** A column in one line: what its values are, and for a category which word each code stands for. */
export const describeColumn = ({ name, type, unit, lower, upper, description, categories }: Column): string => {
  const codes = categories.slice(0, mostWords).map((word, code) => `${code} = ${word}`)
  const words = codes.length === 0 ? [] : [`${codes.join(', ')}${categories.length > mostWords ? ', …' : ''}`]
  return oneLine(['', name, type, unit, `${lower} … ${upper}`, description, ...words].filter((part, index) => index === 0 || part !== '').join('  '))
}
