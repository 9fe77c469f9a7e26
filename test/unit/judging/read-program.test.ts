import { describe, expect, it } from 'vitest'
import { readProgram } from '../../../src/host/judging/read-program.ts'
import type { Details } from '../../../src/shared/schemas/details.ts'

const root = `0x${'1'.repeat(64)}`
const details: unknown = {
  policy: { mode: 'disclosed', minRows: 1, condition: 1, maxAnswerCells: 4, maxAnswerBits: 192 },
  dataset: { root, rows: 4, columns: 1, key: { bits: 2048 } },
}

const programWith = (cell: { numerator?: string; constant?: string; weight?: string }): string => JSON.stringify({
  version: 1, datasetRoot: root, rows: 4, columns: 1,
  cells: [{ scale: { numerator: cell.numerator ?? '1', denominator: '1' }, constant: cell.constant ?? '0', terms: [[0, 4, cell.weight ?? '1']] }],
  answer: { kind: 'tensor', shape: [], cells: [0] },
})

describe('a program from the network', () => {
  it('is refused for a number longer than its answers can need, wherever it stands, before anything is computed with it', () => {
    const long = `1${'0'.repeat(300)}`
    for (const cell of [{ numerator: long }, { constant: long }, { weight: long }]) {
      expect(() => readProgram(programWith(cell), details as Details)).toThrowError(expect.objectContaining({ code: 'policy.answer-bits' }))
    }
  })

  it('is read where its numbers are of a size that answers have', () => {
    expect(readProgram(programWith({}), details as Details).cells).toHaveLength(1)
  })
})
