import { describe, expect, it } from 'vitest'
import type { Engine } from '../../../src/engine/engine.ts'
import { openTable } from '../../../src/host/buyer/derive.ts'
import { rehearseAnswer } from '../../../src/host/buyer/rehearse.ts'
import type { SellerClient } from '../../../src/host/buyer/seller-client.ts'
import type { Details } from '../../../src/shared/schemas/details.ts'
import { createColumn, rootOf } from '../compute/support.ts'

const rows = 300
const bytes = 512
const test = { root: rootOf('22'), rows, columns: 2, chunks: 1, chunkRows: rows, key: { bits: 2048, n: 'f'.repeat(512), id: rootOf('33') } }
const details = {
  title: 'Workers', test, dataset: test, test_result_link: '/results',
  columns: [createColumn('wage', 0, 0, 1000), createColumn('age', 0, 0, 1000)],
  policy: { mode: 'disclosed', minRows: 10, condition: 4, maxAnswerCells: 16, maxAnswerBits: 128 },
} as unknown as Details
const table = Array.from({ length: rows }, (_, row) => [row, 1000 - row])

/** Ciphertexts that say in the clear which cell of the program's they are. */
const engine = { evaluate: (_key: unknown, _source: unknown, { length }: { length: number }) => {
  const ciphertexts = Buffer.alloc(length * bytes)
  for (let cell = 0; cell < length; cell += 1) ciphertexts.writeUInt32BE(cell, cell * bytes)
  return Promise.resolve(new Uint8Array(ciphertexts))
} } as unknown as Engine

const rehearseAll = async (open: (cells: number[]) => string[]) => {
  const sizes: number[] = []
  const seller = { fetchJson: (_path: string, _schema: unknown, { body }: { body: { ciphertexts: string } }) => {
    const sent = Buffer.from(body.ciphertexts, 'base64')
    const cells = Array.from({ length: sent.length / bytes }, (_, index) => sent.readUInt32BE(index * bytes))
    sizes.push(cells.length)
    return Promise.resolve({ integers: open(cells) })
  } } as unknown as SellerClient
  const { data } = openTable(details, details.test)
  const run = await rehearseAnswer(data, details, { rows: table, chunks: [new Uint8Array()] }, seller, engine)
  return { sizes, run }
}
const valueOf = (cell: number): string => String(table[Math.floor(cell / 2)]?.[cell % 2])

describe('an answer on test data', () => {
  it('may have more numbers than one request opens, and than the listing would answer for real', async () => {
    const { sizes, run } = await rehearseAll((cells) => cells.map(valueOf))
    expect(sizes).toEqual([256, 256, 88])
    expect(run.largestDifference).toBe(0)
    expect(run.encrypted).toEqual(table)
  })

  it('is not read from a seller who opens fewer than were sent', async () => {
    await expect(rehearseAll((cells) => cells.slice(1).map(valueOf))).rejects.toMatchObject({ code: 'runtime.seller-misbehaved' })
  })
})
