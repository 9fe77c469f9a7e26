import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { AppError, isAppError, type ErrorCode } from '../../../src/shared/errors.ts'
import type { ScriptLimits } from '../../../src/script/limits.ts'
import { createReferenceBackend } from '../../../src/script/reference-backend.ts'
import { evaluateReference } from '../../../src/script/reference-evaluator.ts'
import { runScript, type JsonValue } from '../../../src/script/run-script.ts'

export const table = { columns: ['wage', 'age'], rows: [[1.5, 20], [2.25, 30], [-4, 41]] }
export const listing = { rows: 3, columns: table.columns, title: 'Three workers' }

/** The answer of a script on the small table, as plain numbers. */
export const evaluate = (source: string): Promise<JsonValue> => evaluateReference({ source, fileName: 'wages.ts', listing, ...table })

export const run = (source: string, limits: Partial<ScriptLimits> = {}) =>
  runScript({ source, fileName: 'wages.ts', listing, backend: createReferenceBackend(table), limits })

/** The AppError a script ends in; anything else fails the test. */
export const failureOf = async (source: string, limits: Partial<ScriptLimits> = {}): Promise<AppError> => {
  const error: unknown = await run(source, limits).then(({ answer }) => answer, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(AppError)
  return error as AppError
}

export const expectFailure = async (source: string, code: ErrorCode, message: RegExp, limits?: Partial<ScriptLimits>): Promise<void> => {
  const error = await failureOf(source, limits)
  expect(isAppError(error) && error.code).toBe(code)
  expect(error.message).toMatch(message)
}

export interface NumpyVectors {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly number[])[]
  readonly cases: readonly { readonly script: string; readonly expected: JsonValue }[]
}

export const numpyVectors = JSON.parse(readFileSync(new URL('../../vectors/numpy.json', import.meta.url), 'utf8')) as NumpyVectors

/** Same nesting, and every number within `tolerance` of the other, relative to the larger of it and 1. */
export const expectClose = (actual: unknown, expected: JsonValue, tolerance: number, path = 'answer'): void => {
  if (typeof expected === 'number') {
    expect(Math.abs((actual as number) - expected) / Math.max(1, Math.abs(expected)), path).toBeLessThanOrEqual(tolerance)
    return
  }
  expect(Array.isArray(actual), `${path} is a list`).toBe(true)
  const items = expected as readonly JsonValue[]
  expect((actual as unknown[]).length, path).toBe(items.length)
  items.forEach((item, index) => expectClose((actual as unknown[])[index], item, tolerance, `${path}[${index}]`))
}
