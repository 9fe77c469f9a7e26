import type { z } from 'zod'
import { AppError, type ErrorCode } from './errors.ts'

/** Deeper than any document of ours; a recursive schema would exhaust the stack on what is nested further. */
const deepest = 100

const isTooDeep = (value: unknown): boolean => {
  let level = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepest) return true
    level = level.flatMap((inner) => (typeof inner === 'object' && inner !== null ? Object.values(inner) as unknown[] : []))
  }
  return false
}

/** Where a document departs from its schema: the name that it may not hold, or the place of a wrong value; '' for the document itself. */
export const placeOfIssue = (issue: z.core.$ZodIssue): string => {
  const names = issue.code === 'unrecognized_keys' ? issue.keys.map((name) => [...issue.path, name]) : [issue.path]
  return names.map((name) => name.map(String).join('.')).join(', ')
}

export interface FormProblem {
  readonly field: string
  readonly message: string
}

export type Parsed<T> = { readonly data: T } | { readonly data: null; readonly problems: readonly FormProblem[] }

/** Reads an unknown value by a schema, however it is nested: the value, or every place where it departs. Never throws for what it holds. */
export const tryParse = <T>(schema: z.ZodType<T>, value: unknown): Parsed<T> => {
  if (isTooDeep(value)) return { data: null, problems: [{ field: '', message: `is nested more than ${deepest} deep` }] }
  const parsed = schema.safeParse(value)
  return parsed.success ? parsed
    : { data: null, problems: parsed.error.issues.map((issue) => ({ field: placeOfIssue(issue), message: issue.message })) }
}

/**
 * Reads an unknown value by a schema. Throws `code` (by default `input.invalid`) naming `what` was read, the first place
 * where it departs from the schema, and why.
 */
export const parseAs = <T>(schema: z.ZodType<T>, value: unknown, what: string, code: ErrorCode = 'input.invalid'): T => {
  if (isTooDeep(value)) throw new AppError(code, `${what} is nested more than ${deepest} deep`, { details: { what, path: '' } })
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const path = issue === undefined ? '' : issue.path.map(String).join('.')
  const where = path === '' ? what : `${what}: ${path}`
  throw new AppError(code, `${where}: ${issue?.message ?? 'not valid'}`, { details: { what, path } })
}

/** The same for text that should hold JSON. */
export const parseJsonAs = <T>(schema: z.ZodType<T>, text: string, what: string, code: ErrorCode = 'input.invalid'): T => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new AppError(code, `${what} is not JSON`, { details: { what, path: '' }, cause: error })
  }
  return parseAs(schema, value, what, code)
}
