import { describe, expect, it } from 'vitest'
import { parsePermittedProgram } from '../../../src/host/seller/answer-request.ts'
import type { Ledger } from '../../../src/host/ledger/ledger.ts'
import type { Details } from '../../../src/shared/schemas/details.ts'

const root = `0x${'1'.repeat(64)}`
const details: unknown = {
  policy: { mode: 'disclosed', minRows: 1, condition: 1, maxAnswerCells: 4, maxAnswerBits: 192 },
  dataset: { root, rows: 4, columns: 1, key: { bits: 2048 } },
}
const unreachable: unknown = { assertPermitted: () => { throw new Error('the ledger was asked') } }

const programWith = (cell: { numerator?: string; constant?: string; weight?: string }): unknown => ({
  version: 1, datasetRoot: root, rows: 4, columns: 1,
  cells: [{ scale: { numerator: cell.numerator ?? '1', denominator: '1' }, constant: cell.constant ?? '0', terms: [[0, 4, cell.weight ?? '1']] }],
  answer: { kind: 'tensor', shape: [], cells: [0] },
})

describe('a program from the network', () => {
  it('is refused for a number longer than its answers can need, wherever it stands, before anything is computed with it', () => {
    const long = `1${'0'.repeat(300)}`
    for (const cell of [{ numerator: long }, { constant: long }, { weight: long }]) {
      expect(() => parsePermittedProgram(programWith(cell), { dataset: 'wages', details: details as Details }, unreachable as Ledger))
        .toThrowError(expect.objectContaining({ code: 'policy.answer-bits' }))
    }
  })

  it('comes to the ledger where its numbers are of a size that answers have', () => {
    expect(() => parsePermittedProgram(programWith({}), { dataset: 'wages', details: details as Details }, unreachable as Ledger))
      .toThrowError('the ledger was asked')
  })
})
