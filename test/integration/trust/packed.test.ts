import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { createProgram } from '../../../src/cli/program.ts'
import { checkVerdictSchema } from '../../../src/shared/schemas/http.ts'
import { programSchema, type Program } from '../../../src/shared/schemas/program.ts'
import { deriveFromScript } from '../../../src/host/buyer/derive.ts'
import type { OpenedListing } from '../../../src/host/buyer/open-listing.ts'
import type { Trade } from '../../../src/host/index.ts'
import { verifyReceipt } from '../../../src/host/protocol/verify-receipt.ts'
import { exportTensor, type CiphertextTable } from '../../../src/host/interop/export-tensor.ts'
import { expectedAnswer, publishListing, script, tableCsv } from '../../e2e/support/shop.ts'
import { openStage, serve, type Stage } from '../../e2e/support/stage.ts'

/** A command with --json in this process: its document. */
const runCommand = async ({ environment }: Stage, home: string, ...words: string[]): Promise<unknown> => {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  const written: string[] = []
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text))
    return true
  })
  try {
    await createProgram(true).parseAsync(['node', 'hesystem', '--home', home, '--json', ...words])
  } finally {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
  }
  return JSON.parse(written.join(''))
}

describe('a listing with packed columns', () => {
  let stage: Stage
  let trade: Trade
  let bought: CiphertextTable
  let listing: OpenedListing
  let withScript: (source: string) => Promise<Program>

  beforeAll(async () => {
    stage = await openStage()
    const seller = await stage.createParty('seller')
    const file = join(stage.folder, 'wages.csv')
    writeFileSync(file, tableCsv)
    await runCommand(stage, seller.home, 'dataset', 'import', file, '--name', 'wages')
    await runCommand(stage, seller.home, 'dataset', 'encrypt', 'wages', '--packed', '--key-bits', '2048')
    await runCommand(stage, seller.home, 'dataset', 'test-data', 'wages', '--rows', '8', '--key-bits', '2048')
    expect(await runCommand(stage, seller.home, 'dataset', 'show', 'wages')).toMatchObject({ data: { packedGroups: 1, chunks: 1 } })
    const shop = await seller.open()
    const { port } = await serve(shop)
    const { url } = await publishListing(shop, `http://127.0.0.1:${port}`, { condition: 1 })
    trade = await (await (await stage.createParty('buyer')).open()).trade()
    listing = await trade.openListing(url)
    withScript = async (source) => (await deriveFromScript({ fileName: 'a.ts', source }, listing.details, listing.details.dataset)).program
  })

  it('names them in its terms and answers means of all columns from one ciphertext, the same numbers, proved', async () => {
    expect(listing.details.dataset).toMatchObject({ columns: 3, packed: [[0, 1, 2]] })
    const { purchases, receipts } = trade
    const { number } = await purchases.buy(listing.url)
    const result = await purchases.compute(number, script)
    const program = programSchema.parse(JSON.parse(result.program))
    expect(program).toMatchObject({ version: 3, packed: [[0, 0, 12]], cells: { length: 4 } })
    expect(result.ciphertexts.length).toBe(512)
    const { answer, integers, proofVerified } = await purchases.request(number)
    expect(JSON.parse(answer ?? '')).toEqual(expectedAnswer)
    expect(integers?.length).toBe(4)
    expect(proofVerified).toBe(true)
    await purchases.confirm(number)
    const { receipt } = await receipts.export(number)
    expect(verifyReceipt(JSON.parse(JSON.stringify(receipt)))).toMatchObject({ ok: true, decryptionProved: true, answer: expectedAnswer })
    bought = purchases.openTable(number)
  })

  it('is exported as its columns, without the packed ciphertexts behind them', async () => {
    const path = join(stage.folder, 'bought.arrow')
    await exportTensor(bought, 'arrow', path)
    const table = tableFromIPC(readFileSync(path))
    expect([table.numRows, table.schema.fields.map(({ name }) => name)]).toEqual([12, ['wage', 'hours', 'score']])
    const [hours] = [await bought.source.read(12, 12)]
    for (const row of [0, 11]) expect(table.getChild('hours')?.get(row)).toEqual(hours.subarray(512 * row, 512 * (row + 1)))
  })

  it('answers one column from its own ciphertexts: the others would open too', async () => {
    const { purchases } = trade
    const { number } = await purchases.buy(listing.url)
    const result = await purchases.compute(number, { fileName: 'one.ts', source: 'export default data.col("wage").mean()' })
    expect(programSchema.parse(JSON.parse(result.program)).version).toBe(1)
    expect(JSON.parse((await purchases.request(number)).answer ?? '')).toBe(expectedAnswer.meanWage)
  })

  it('refuses a program written by hand whose packed sum opens a number that is no part of its answer (S2)', async () => {
    const check = (program: Program, packed: [number, number, number][]) => {
      const { datasetRoot, rows, columns, cells, answer } = program
      const forged: Program = { version: 3, datasetRoot, rows, columns, cells, answer, steps: [], packed }
      return listing.seller.fetchJson(`${listing.details.meta_link}/check`, checkVerdictSchema, { body: { program: forged } })
    }
    const two = await withScript('export default data.cols("wage", "hours").mean(0)')
    expect(await check(two, [[0, 0, 12]])).toMatchObject({ allowed: false, code: 'policy.packed-slot' })
    const all = await withScript('export default data.mean(0)')
    expect(await check(all, [[0, 0, 12]])).toMatchObject({ allowed: true })
    expect(await check(all, [[0, 0, 11], [0, 0, 12]])).toMatchObject({ allowed: false, code: 'policy.packed-slot' })
    const few = await withScript('export default data.slice([0, 3]).mean(0)')
    expect(await check(few, [[0, 0, 3]])).toMatchObject({ allowed: false, code: 'policy.min-rows' })
  })
})
