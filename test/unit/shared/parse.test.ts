import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isAppError, toErrorDocument } from '../../../src/shared/errors.ts'
import { parseAs, parseJsonAs } from '../../../src/shared/parse.ts'

const schema = z.strictObject({ rows: z.array(z.strictObject({ wage: z.number() })) })

const catchError = (act: () => unknown): unknown => {
  try {
    act()
  } catch (error) {
    return error
  }
  return null
}

describe('parseAs', () => {
  it('names what was read and the place where it departs from the schema', () => {
    const error = catchError(() => parseAs(schema, { rows: [{ wage: 1 }, { wage: 'x' }] }, 'the table'))
    expect(toErrorDocument(error)).toMatchObject({ code: 'input.invalid', details: { what: 'the table', path: 'rows.1.wage' } })
  })

  it('refuses what is nested too deep for a recursive schema, without exhausting the stack', () => {
    const deep = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000)) as unknown
    const recursive: z.ZodType<unknown> = z.lazy(() => z.array(recursive))
    expect(isAppError(catchError(() => parseAs(recursive, deep, 'the layout')), 'input.invalid')).toBe(true)
  })

  it('takes the code it is given, also for text that is no JSON', () => {
    expect(isAppError(catchError(() => parseJsonAs(schema, '{', 'the file', 'store.corrupt')), 'store.corrupt')).toBe(true)
  })
})

describe('toErrorDocument', () => {
  it('shows a foreign error as an opaque bug, without its words', () => {
    const document = toErrorDocument(new Error('the key is 0xdeadbeef'))
    expect(document.code).toBe('bug.unexpected')
    expect(JSON.stringify(document)).not.toContain('deadbeef')
  })
})
