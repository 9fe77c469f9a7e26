import { JsonRpcProvider } from 'ethers'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeProgram } from '../../src/compute/program.ts'
import { powerByBigInt } from '../../src/crypto/modular.ts'
import { checkScript } from '../../src/host/buyer/rehearse.ts'
import { hashResultRequest, signResultRequest } from '../../src/host/protocol/result-request.ts'
import { openProfileDatabase } from '../../src/host/storage/database.ts'
import { sha256Hex } from '../../src/host/trade/hash.ts'
import { encodeDetails, hashDetails } from '../../src/host/trade/details-document.ts'
import { detailsSchema, type Details } from '../../src/shared/schemas/details.ts'
import { programSchema, type Program } from '../../src/shared/schemas/program.ts'
import { healthSchema, signsSchema, testResultsSchema } from '../../src/shared/schemas/http.ts'
import { attackBounds } from './attacks/bounds.ts'
import { attackKeyHolder } from './attacks/key-holder.ts'
import { attackKeys } from './attacks/keys.ts'
import {
  askByHand, buyAndCompute, openTarget, postResult, readColumns, readState, toBytes, toInteger, type Ground, type Target,
} from './attacks/target.ts'
import { attackTraces } from './attacks/traces.ts'
import { onCleanup } from './support/cleanup.ts'
import { createCommandLine } from './support/command-line.ts'
import { queryProfile } from './support/profile.ts'
import { refusalOf } from './support/refusal.ts'
import { tableRows, valueWei } from './support/shop.ts'

const one = { numerator: '1', denominator: '1' }
const scalar = { kind: 'tensor', shape: [], cells: [0] }
const sumOf = (from: number, to: number): string => `export default data.col('wage').slice(${from}, ${to}).sum()\n`

describe('attacks on one seller that runs in a process of its own', { timeout: 120_000 }, () => {
  const ground = {} as Ground
  let target: Target
  let details: Details
  let n: bigint
  let sold: bigint

  beforeAll(async () => {
    target = await openTarget();
    ({ details } = await target.mallory.trade.openListing(target.urls.groups))
    n = BigInt(`0x${details.dataset.key.n}`)
    Object.assign(ground, { target, details, n })
    // One honest trade, which everything below is held against.
    const { alice: { trade: { purchases } }, alice, urls } = target;
    ({ number: sold } = await buyAndCompute(alice, urls.groups, sumOf(0, 6)))
    const { answer, proofVerified } = await purchases.request(sold)
    expect([JSON.parse(answer ?? ''), proofVerified]).toEqual([tableRows.slice(0, 6).reduce((sum, [wage]) => sum + wage, 0), true])
    await purchases.confirm(sold)
  }, 180_000)

  // Whatever was tried: no answer, no debit, no money, and the seller is still there and well.
  beforeEach(async () => { ground.before = await readState(target) })
  afterEach(async () => {
    expect(await readState(target)).toEqual(ground.before)
    expect(await target.mallory.client.fetchJson('/healthz', healthSchema)).toMatchObject({ ok: true })
    expect(target.serving.stderr()).not.toContain('bug.')
  })

  const readCiphertexts = (number: bigint): Promise<Uint8Array> => readColumns(target.mallory, number)

  describe('on the key holder', () => { attackKeyHolder(ground) })
  describe('on the buyer\'s trust in keys', () => { attackKeys(ground) })
  describe('on the bound of an answer', () => { attackBounds(ground) })

  it('S1: a decryption of one\'s own choice, as the result of an honest program', async () => {
    const { mallory, urls } = target
    const choices: readonly ((cell: bigint, honest: bigint) => bigint)[] = [
      (cell) => cell,
      (cell) => (cell * (1n + n)) % (n * n),
      (cell) => (cell * powerByBigInt(2n, n, n * n)) % (n * n),
      () => 0n,
      () => n,
      (_, honest) => (honest * (1n + n)) % (n * n),
      // What another program gives, the sum of the other rows.
      () => otherRows,
    ]
    let otherRows = 0n
    const codes = new Set<string>()
    for (const choose of choices) {
      const { number, program, ciphertexts } = await buyAndCompute(mallory, urls.groups, sumOf(0, 6))
      const column = await readCiphertexts(number)
      const cell = toInteger(column.subarray(0, 512))
      const rest = [6, 7, 8, 9, 10, 11].map((row) => toInteger(column.subarray(512 * row, 512 * (row + 1))))
      otherRows = rest.reduce((product, one) => (product * one) % (n * n), 1n)
      codes.add(await askByHand(target, mallory, number, { program, ciphertexts: toBytes(choose(cell, toInteger(ciphertexts))) }))
    }
    // One and the same words for all: none tells how near it came.
    expect([...codes]).toEqual(['policy.result-mismatch'])
  })

  it('S2: the extractions: one row, one-hot weights, weights that pack, weights nearly equal, all but one', async () => {
    const { details: terms, seller } = await target.mallory.trade.openListing(target.urls.groups)
    const extractions = {
      'one row': 'data.col("wage").get(3)',
      'one-hot': `data.col("wage").mul([${tableRows.map((_, row) => (row === 3 ? 1 : 0)).join()}]).sum()`,
      'packing': `data.col("wage").mul([${tableRows.map((_, row) => 1000 ** (row % 4)).join()}]).sum()`,
      'nearly equal': `data.col("wage").mul([${tableRows.map((_, row) => 1 + row * 1e-9).join()}]).sum()`,
      'all but one': 'data.col("wage").slice(0, 11).sum()',
      'two that differ by one': '[data.col("wage").slice(0, 6).sum(), data.col("wage").slice(0, 5).sum()]',
    }
    for (const [name, expression] of Object.entries(extractions)) {
      const verdict = await checkScript({ fileName: 'attack.ts', source: `export default ${expression}\n` }, terms, seller)
      expect(verdict, name).toMatchObject({ allowed: false, code: 'policy.min-rows' })
    }
  })

  it('S2: a rare class through second moments: of a group of rows, and less the sum over all who have the flag but one', async () => {
    const { details: terms, seller } = await target.mallory.trade.openListing(target.urls.moments)
    const extractions = {
      'a group': '(data.col("pay") * data.col("member")).slice(0, 4).sum()',
      'squares of a group': 'data.col("pay").slice(0, 4).var()',
      'all but one who has the flag': '[(data.col("pay") * data.col("member")).sum(), data.col("pay").mul([0,1,0,1,0,1,0,1,0,1,0,0]).sum()]',
    }
    for (const [name, expression] of Object.entries(extractions)) {
      const verdict = await checkScript({ fileName: 'attack.ts', source: `export default ${expression}\n` }, terms, seller)
      expect(verdict, name).toMatchObject({ allowed: false, code: 'policy.second-moments-whole' })
    }
    // The rule, not the products, is what refuses: all rows together are on sale.
    const whole = { fileName: 'whole.ts', source: 'export default (data.col("pay") * data.col("member")).sum()\n' }
    expect(await checkScript(whole, terms, seller)).toMatchObject({ allowed: true })
  })

  it('S2: a packed sum that opens numbers which were not bought', async () => {
    const { mallory, urls } = target
    const { number, program, ciphertexts } = await buyAndCompute(mallory, urls.groups, sumOf(0, 6))
    const { datasetRoot, rows, columns, cells, answer } = program
    const packed: Program = { version: 3, datasetRoot, rows, columns, cells, answer, steps: [], packed: [[0, 0, 6]] }
    expect(await askByHand(target, mallory, number, { program: packed, ciphertexts })).toBe('policy.packed-slot')
  })

  it('S3, S15: numbers larger than the answer may be, and a program that overflows what a ciphertext can hold', async () => {
    const { mallory, urls } = target
    const { number, program, ciphertexts } = await buyAndCompute(mallory, urls.groups, sumOf(0, 6))
    const [cell] = program.cells
    if (cell === undefined) throw new Error('the program has no cell')
    const factor = 2n ** 400n
    const terms: Program['cells'][number]['terms'] = [[0, 6, String(factor + 1n)], [6, 6, '1']]
    const larger: Program = { ...program, cells: [{ ...cell, terms }] }
    const overflowing = { ...program, cells: [{ ...cell, constant: (n * 5n).toString() }] }
    expect(await askByHand(target, mallory, number, { program: larger, ciphertexts })).toBe('policy.answer-bits')
    const second = await buyAndCompute(mallory, urls.groups, sumOf(0, 6))
    expect(await askByHand(target, mallory, second.number, { program: overflowing, ciphertexts: second.ciphertexts })).toBe('policy.answer-bits')
  })

  it('S5: comparisons without a session, without their fee, and by a purchase of another listing', async () => {
    const { mallory, urls } = target
    const { number } = await mallory.trade.purchases.buy(urls.rows)
    const path = `/v1/purchases/${number}/comparisons`
    const body = { comparisons: [{ constant: '0', terms: [[0, 1, '1']] }] }
    expect((await refusalOf(() => mallory.client.fetchJson(path, signsSchema, { body }))).code).toBe('access.unauthenticated')
    const wallet = await mallory.host.wallet.unlock()
    const ask = (at: bigint): Promise<unknown> => mallory.client.withSession(wallet, details.chain_id, (token) =>
      mallory.client.fetchJson(`/v1/purchases/${at}/comparisons`, signsSchema, { token, body }))
    expect((await refusalOf(() => ask(number))).code).toBe('escrow.interaction-not-open')
    const { number: elsewhere } = await mallory.trade.purchases.buy(urls.groups)
    await mallory.trade.purchases.openInteraction(elsewhere)
    expect((await refusalOf(() => ask(elsewhere))).code).toMatch(/^policy\./)
  })

  it('S6: the free decryption of test results, for ciphertexts of the real table', async () => {
    const { mallory, urls } = target
    const { number } = await buyAndCompute(mallory, urls.groups, sumOf(0, 6))
    const cells = (await readCiphertexts(number)).subarray(0, 4 * 512)
    for (let at = 0; at < cells.length; at += 512) {
      const body = { ciphertexts: Buffer.from(cells.subarray(at, at + 512)).toString('base64') }
      const reply = await mallory.client.fetchJson(details.test_result_link, testResultsSchema, { body }).catch((error: unknown) => error)
      // Under the test key the bytes are no ciphertext, or one of noise as long as the key.
      if ('integers' in (reply as object)) expect(BigInt((reply as { integers: string[] }).integers[0] ?? '') ** 2n).toBeGreaterThan(2n ** 2048n)
      else expect(reply).toMatchObject({ code: 'crypto.invalid-ciphertext' })
    }
  })

  it('S6: the free comparisons of test data, for ciphertexts of the real table, every cell of which is above 0', async () => {
    const { mallory, urls } = target
    const { number } = await buyAndCompute(mallory, urls.groups, sumOf(0, 6))
    // Wages and hours, brought into the test key's range: the real key would call each at least 0, another key each by chance.
    const cells = (await readCiphertexts(number)).subarray(0, 24 * 512)
    const testN = BigInt(`0x${details.test.key.n}`)
    const brought = Array.from({ length: 24 }, (_, at) => toBytes(toInteger(cells.subarray(at * 512, (at + 1) * 512)) % (testN * testN)))
    const body = { ciphertexts: Buffer.concat(brought).toString('base64') }
    const { signs } = await mallory.client.fetchJson(`${details.test_link}/comparisons`, signsSchema, { body })
    expect(signs).toMatch(/0/)
  })

  it('S7: another buyer\'s purchase, its body sent again under one\'s own number, and a refunded one', async () => {
    const { mallory, alice, urls } = target
    const { number: hers } = await alice.trade.purchases.buy(urls.groups)
    const wallet = await mallory.host.wallet.unlock()
    const read = (number: bigint): Promise<unknown> => mallory.client.withSession(wallet, details.chain_id, (token) =>
      mallory.client.fetchBytes(`/v1/purchases/${number}/data/0`, { token }))
    expect((await refusalOf(() => read(hers))).code).toBe('access.forbidden')
    const { number } = await mallory.trade.purchases.buy(urls.groups)
    await mallory.trade.purchases.litigate(number)
    expect((await refusalOf(() => read(number))).code).toBe('escrow.wrong-state')
    expect((await refusalOf(() => postResult(mallory, hers, {}))).code).toMatch(/^(?:input\.invalid|access\.forbidden)$/)
    // One's own request, signed for one purchase, noted for another, on another chain and in another contract.
    const { market } = mallory.trade
    const ciphertexts = toBytes(1n)
    const program = { version: 1, datasetRoot: details.dataset.root, rows: 12, columns: 3, cells: [{ scale: one, constant: '1', terms: [] }], answer: scalar }
    const right = {
      chainId: market.chainId, contract: market.contract, datasetRoot: details.dataset.root, resultHash: sha256Hex(ciphertexts),
      programHash: sha256Hex(encodeProgram(programSchema.parse(program))), x25519PublicKey: `0x${'09'.padStart(64, '0')}`,
    }
    for (const wrong of [{ purchase: String(number) }, { chainId: 1 }, { contract: `0x${'11'.repeat(20)}` }]) {
      const { number: other } = await mallory.trade.purchases.buy(urls.groups)
      const request = { ...right, purchase: String(other), ...wrong }
      await market.requestResult(`s7:${other}`, other, hashResultRequest(request))
      const body = { request, signature: await signResultRequest(request, wallet), program, ciphertexts: Buffer.from(ciphertexts).toString('base64') }
      expect((await refusalOf(() => postResult(mallory, other, body))).code).toBe('access.request-mismatch')
    }
  })

  it('S9: a higher price set in front of a purchase, and terms exchanged behind the buyer\'s back', async () => {
    const { mallory, alice } = target
    const { onChain, text } = await alice.trade.openListing(target.urls.groups)
    // The seller of this listing is mallory: the same document under a name of hers.
    const own = encodeDetails(detailsSchema.parse({ ...JSON.parse(text) as Details, seller: mallory.party.address }))
    const terms = { ...onChain.terms, detailsHash: hashDetails(own) }
    const { number } = await mallory.trade.market.createListing('s9:create', terms, `${target.origin}/v1/listings/s9`)
    const { market } = alice.trade
    const seen = await market.readListing(number)
    await mallory.trade.market.reprice('s9:reprice', number, { ...terms, valueWei: valueWei * 3n, guaranteeWei: valueWei * 2n })
    const wei = async (): Promise<bigint> => new JsonRpcProvider(target.stage.chain.rpcUrl).getBalance(alice.party.address)
    const purse = await wei()
    const deadlineSeconds = await market.readTime() + 600
    const request = { listing: number, termsHash: seen.termsHash, maxTotalWei: 100n * valueWei, deadlineSeconds }
    expect((await refusalOf(() => market.buy('s9:buy', request))).code).toBe('escrow.terms-changed')
    const { termsHash } = await market.readListing(number)
    const cheap = { ...request, termsHash, maxTotalWei: valueWei * 2n }
    expect((await refusalOf(() => market.buy('s9:dear', cheap))).message).toMatch(/^This costs .* more than the .* agreed to\.$/)
    const late = { ...request, termsHash, deadlineSeconds: await market.readTime() - 1 }
    expect((await refusalOf(() => market.buy('s9:late', late))).code).toMatch(/^escrow\./)
    // Refused before they were sent: not even gas.
    expect(await wei()).toBe(purse)
  })

  it('S12: what is no ciphertext, and what is no base64, at every place that takes one', async () => {
    const { mallory } = target
    const testN = BigInt(`0x${details.test.key.n}`)
    const values = [0n, testN, 2n * testN, testN * testN, testN * testN + 1n, 2n ** 4096n - 1n]
    const bodies = [...values.map((value) => Buffer.from(toBytes(value)).toString('base64')), 'AA==', '', '====', '%%%', 'A'.repeat(1_000_000)]
    for (const ciphertexts of bodies) {
      for (const place of ['results', 'comparisons', 'products']) {
        const body = place === 'products' ? { left: ciphertexts, right: ciphertexts } : { ciphertexts }
        const refusal = await refusalOf(() => mallory.client.fetchJson(`${details.test_link}/${place}`, testResultsSchema, { body }))
        expect(refusal.code, `${place} ${ciphertexts.slice(0, 20)}`).toMatch(/^(?:crypto\.invalid-ciphertext|input\.invalid)$/)
      }
    }
  })

  it('S14: a random generator that has broken: nothing is encrypted under it', async () => {
    const { stage } = target
    const { home } = target.seller
    const encrypted = queryProfile(home, 'SELECT dataset, kind, root FROM tensors')
    const broken = createCommandLine(home, { ...stage.environment, NODE_OPTIONS: `--import=${new URL('faults/broken-random.ts', import.meta.url).href}` })
    const database = openProfileDatabase(`${home}/profile.sqlite`)
    database.prepare("INSERT INTO datasets (name, rows, columns, report, created_at) SELECT 'copy', rows, columns, report, created_at FROM datasets WHERE name = 'wages'").run()
    const { id } = database.prepare<[], { id: number }>("SELECT id FROM datasets WHERE name = 'copy'").get() ?? { id: 0 }
    database.exec(`CREATE TABLE cells_${id}_data AS SELECT * FROM cells_1_data`)
    database.close()
    expect(await broken.refuse('dataset', 'encrypt', 'copy', '--key-bits', '2048')).toMatchObject({ code: 'crypto.randomness-failed' })
    expect(queryProfile(home, 'SELECT dataset, kind, root FROM tensors WHERE root IS NOT NULL')).toEqual(encrypted)
    expect(queryProfile(home, 'SELECT * FROM chunks WHERE owner_kind = ? AND owner = ?', 'data', String(id))).toEqual([])
  })

  it('S4: the answer without one row, by another wallet that asks no check first', async () => {
    const { mallory, urls } = target
    const forged = await buyAndCompute(mallory, urls.groups, sumOf(0, 5))
    expect(await askByHand(target, mallory, forged.number, forged)).toBe('policy.min-rows')
  })

  it('S1, S4: numbers that the ledger does not count, for those of an answer that the replies of the key holder made known', async () => {
    const { mallory, urls } = target
    const { number, program } = await buyAndCompute(mallory, urls.groups, sumOf(0, 6))
    const cell = (await readCiphertexts(number)).subarray(0, 512)
    const known: Program = { ...program, cells: [{ scale: one, constant: '1', terms: [] }] }
    // The constant cell that such an answer stands on has no terms: a table's ciphertext in its place is not what it gives.
    expect(await askByHand(target, mallory, number, { program: known, ciphertexts: cell })).toBe('policy.result-mismatch')
    const beside: Program = { ...program, cells: [...known.cells, { scale: one, constant: '0', terms: [[0, 1, '1']] }] }
    const second = await buyAndCompute(mallory, urls.groups, sumOf(0, 6))
    // And a cell that no answer shows is not decrypted beside it.
    const ciphertexts = Buffer.concat([toBytes(1n + n), cell])
    expect(await askByHand(target, mallory, second.number, { program: beside, ciphertexts })).toBe('input.program-not-canonical')
  })

  const passDelivery = async (number: bigint): Promise<void> => {
    const chain = new JsonRpcProvider(target.stage.chain.rpcUrl)
    onCleanup(() => { chain.destroy() })
    const { terms } = await target.mallory.trade.market.readPurchase(number)
    await chain.send('evm_increaseTime', [Math.floor(terms.deliverySeconds * 0.95)])
    await chain.send('evm_mine', [])
  }

  it('S4: what the table has left to answer, by a request so late that its price comes back', async () => {
    const { mallory, urls } = target
    const { number, program, ciphertexts } = await buyAndCompute(mallory, urls.groups, sumOf(0, 6))
    expect(await askByHand(target, mallory, number, { program, ciphertexts }, () => passDelivery(number))).toBe('policy.request-late')
  })

  it('S4: what the table has left to answer, by more requests than the seller has bonds for', async () => {
    const { mallory, urls, stage, seller, serving } = target
    const { number, program, ciphertexts } = await buyAndCompute(mallory, urls.groups, sumOf(0, 6))
    const { terms: { guaranteeWei } } = await mallory.trade.market.readPurchase(number)
    await stage.chain.setBalance(seller.address, guaranteeWei - 1n)
    const asked = askByHand(target, mallory, number, { program, ciphertexts })
    await expect.poll(() => serving.stderr(), { timeout: 60_000, interval: 50 }).toContain('chain.insufficient-funds')
    expect(await readState(target)).toEqual(ground.before)
    await passDelivery(number)
    expect(await asked).toBe('policy.request-late')
    await stage.chain.setBalance(seller.address, 10n ** 20n)
  })

  describe('on what is left behind', () => { attackTraces(ground) })
})
