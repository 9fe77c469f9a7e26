import type { AppError } from '../../shared/errors.ts'
import { invalidFile, normaliseName, readPlainFields, type PlainField, type PlainValue } from './plain-data.ts'

/** Typed access to the fields of one file. Every method takes the names a field may go by, the documented one first. */
export interface FieldReader {
  text(names: readonly string[]): string
  /** An absolute URL of one of the given protocols. */
  url(names: readonly string[], protocols: readonly string[]): string
  /** A whole number ≥ 0; `1e16`, `10_000` and `5.0` are whole numbers too. */
  wholeNumber(names: readonly string[]): bigint
  /** A decimal number. */
  number(names: readonly string[]): number
  /** A tuple, as `(534, 11)`, `[534, 11]` or `534, 11`. */
  tuple(names: readonly string[]): readonly string[]
  /** The error that says what is wrong with a field; never shows its value. */
  invalid(name: string, why: string): AppError
  /** Names that were in the file and never read. */
  ignored(): readonly string[]
}

const longestNumber = 80

/** Exact, by moving the decimal point in the text; null for anything but a whole number in plain digits. */
const findWholeNumber = (text: string): bigint | null => {
  const match = /^\+?(\d[\d_]*)(?:\.(\d*))?(?:[eE]\+?(\d{1,2}))?$/.exec(text)
  if (match === null || text.length > longestNumber) return null
  const whole = (match[1] ?? '').replaceAll('_', '')
  const fraction = match[2] ?? ''
  const exponent = Number(match[3] ?? '0')
  const digits = (whole + fraction).padEnd(whole.length + exponent, '0')
  const rest = digits.slice(whole.length + exponent)
  return /[^0]/.test(rest) ? null : BigInt(digits.slice(0, whole.length + exponent))
}

export const createFieldReader = (fileName: string, text: string, order: readonly string[]): FieldReader => {
  const fields = readPlainFields(fileName, text, order)
  const read = new Set<string>()

  const invalid = (name: string, why: string): AppError => invalidFile(fileName, `${name} ${why}`, fields.get(normaliseName(name))?.line)

  const take = (names: readonly string[]): PlainField => {
    const documented = names[0] ?? ''
    const present = names.map(normaliseName).filter((name) => fields.has(name))
    if (present.length > 1) throw invalidFile(fileName, `${documented} is given under two names: ${present.join(', ')}`)
    const field = fields.get(present[0] ?? '')
    if (field === undefined) throw invalidFile(fileName, `${documented} is missing`)
    read.add(present[0] ?? '')
    return field
  }
  const scalar = (names: readonly string[], expected: string): { text: string; fail: () => AppError } => {
    const { value, line } = take(names)
    const fail = (): AppError => invalidFile(fileName, `${names[0] ?? ''} must be ${expected}, written out: expressions are not run`, line)
    if (typeof value !== 'string' || value.trim() === '') throw fail()
    return { text: value.trim(), fail }
  }
  const flatten = (value: PlainValue): readonly string[] | null => {
    if (typeof value === 'string') return value.replace(/^\s*[([](.*)[)\]]\s*$/, '$1').split(',').map((part) => part.trim())
    return value.every((item) => typeof item === 'string') ? value : null
  }

  return {
    text: (names) => scalar(names, 'a plain text').text,
    url: (names, protocols) => {
      const { text: url, fail } = scalar(names, `a URL (${protocols.map((protocol) => `${protocol}//`).join(', ')})`)
      if (!URL.canParse(url) || !protocols.includes(new URL(url).protocol)) throw fail()
      return url
    },
    wholeNumber: (names) => {
      const { text: digits, fail } = scalar(names, 'a whole number')
      const value = findWholeNumber(digits)
      if (value === null) throw fail()
      return value
    },
    number: (names) => {
      const { text: digits, fail } = scalar(names, 'a number')
      if (!/^\+?\d+(\.\d*)?([eE][+-]?\d{1,2})?$/.test(digits)) throw fail()
      return Number(digits)
    },
    tuple: (names) => {
      const { value, line } = take(names)
      const parts = flatten(value)
      if (parts === null) throw invalidFile(fileName, `${names[0] ?? ''} must be a tuple of numbers`, line)
      return parts
    },
    invalid,
    ignored: () => [...fields.keys()].filter((name) => !read.has(name)),
  }
}
