import type { z } from 'zod'
import { AppError, type ErrorCode } from './errors.ts'

/**
 * Reads an unknown value by a schema. Throws `code` (by default `input.invalid`) naming `what` was read, the first place
 * where it departs from the schema, and why.
 */
export const parseAs = <T>(schema: z.ZodType<T>, value: unknown, what: string, code: ErrorCode = 'input.invalid'): T => {
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
