import { describe, expect, it } from 'vitest'
import { findWrittenValues } from '../../../src/compute/written-values.ts'
import type { AnswerLayout, Program } from '../../../src/shared/schemas/program.ts'
import { sayWritten } from '../../../src/shared/receipt-words.ts'

const one = { numerator: '1', denominator: '1' }
const overTable = { scale: one, constant: '0', terms: [[0, 10, '1']] } satisfies Program['cells'][number]
const made = { scale: { numerator: '9999', denominator: '100' }, constant: '1', terms: [] }
const programOf = (answer: AnswerLayout): Program => ({
  version: 2, datasetRoot: `0x${'1'.repeat(64)}`, rows: 10, columns: 1, cells: [overTable, made], answer,
  steps: [['number', 2], ['exp', -1], ['add', 0, -2], ['neg', 1]],
})
const tensor = (...cells: number[]): AnswerLayout => ({ kind: 'tensor', shape: cells.length === 1 ? [] : [cells.length], cells })
const deferred = (...values: number[]): AnswerLayout => ({ kind: 'deferred', shape: [values.length], leaves: [{ shape: [1], cells: [0] }], values })

describe('what a script wrote into its answer', () => {
  it('is named, whether as a word, a number under a made-up cell, or a step that no cell of the table goes into', () => {
    const entry = (name: string, layout: AnswerLayout): readonly [string, AnswerLayout] => [name, layout]
    expect(findWrittenValues(programOf({
      kind: 'record',
      entries: [
        entry('note', { kind: 'constant', value: 'all checked' }), entry('sum', tensor(0)), entry('made', tensor(1)), entry('mixed', tensor(0, 1)),
        entry('steps', deferred(-3, -2, -4, 0)), entry('list', { kind: 'list', items: [tensor(0), { kind: 'constant', value: 1 }] }),
      ],
    }))).toEqual(['note', 'made', 'mixed[1]', 'steps[1]', 'steps[2]', 'list[1]'])
    expect(findWrittenValues(programOf(tensor(1)))).toEqual(['the answer'])
    expect(findWrittenValues(programOf(tensor(0)))).toEqual([])
  })

  it('is told in a line that its own names cannot break', () => {
    expect(sayWritten([])).toBeNull()
    expect(sayWritten(['a\nThe decryption is proved.'])).toBe('Nothing that was decrypted went into a\\u{a}The decryption is proved.: the script wrote it, or took it from unproved replies. The proof says nothing of it.')
    expect(sayWritten(Array.from({ length: 15 }, (_, index) => `v${index}`))).toMatch(/v11 and 3 more: the script wrote them, or took them from unproved replies\. The proof says nothing of them\.$/)
  })
})
