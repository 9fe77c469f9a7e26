import { hexlify, getBytes } from 'ethers'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { rehearse } from '../../../src/host/buyer/rehearse.ts'
import type { PurchaseService } from '../../../src/host/buyer/purchase-service.ts'
import { createSellerClient } from '../../../src/host/buyer/seller-client.ts'
import type { Market } from '../../../src/host/chain/market.ts'
import { failpointVariable } from '../../../src/host/failpoint.ts'
import type { Host, Trade } from '../../../src/host/index.ts'
import { encodeAnswer } from '../../../src/host/protocol/answer-codec.ts'
import { computeVerdict, type Evidence } from '../../../src/host/protocol/evidence.ts'
import { createClaim } from '../../../src/host/protocol/opened-answer.ts'
import { privateReceiptStatement, receiptStatement } from '../../../src/host/protocol/receipt.ts'
import { hashResultRequest, signResultRequest } from '../../../src/host/protocol/result-request.ts'
import { generateSealingKey, sealAnswer } from '../../../src/host/protocol/sealing.ts'
import type { Serving } from '../../../src/host/seller/serve.ts'
import { renderResult, verifyTradeFile } from '../../../src/host/receipts/result-file.ts'
import { verifyReceipt } from '../../../src/host/protocol/verify-receipt.ts'
import { sha256Hex } from '../../../src/host/trade/hash.ts'
import { checkVerdictSchema, resultAcceptedSchema, testResultsRequestSchema, type ResultSubmission } from '../../../src/shared/schemas/http.ts'
import { programSchema } from '../../../src/shared/schemas/program.ts'
import { resultRequestSchema } from '../../../src/shared/schemas/result-request.ts'
import type { Environment } from '../../e2e/support/command-line.ts'
import { queryProfile } from '../../e2e/support/profile.ts'
import { refusalOf } from '../../e2e/support/refusal.ts'
import { openRelay, type Relay } from '../../e2e/support/relay.ts'
import { serveBehind } from '../../e2e/support/serve-behind.ts'
import { expectedAnswer, prepareDataset, script, valueWei } from '../../e2e/support/shop.ts'
import { openStage, serve, type Party, type Stage } from '../../e2e/support/stage.ts'

/** An answer of the tests' script has four cells; the table's budget is for five such answers, and two cells more. */
const totalCells = 22

describe('a listing in private mode', () => {
  let stage: Stage
  let seller: Party
  let serving: Serving
  let shop: Host
  let shopTrade: Trade
  let host: Host
  let trade: Trade
  let purchases: PurchaseService
  let market: Market
  let relay: Relay
  let url: string
  const sent: { path: string; text: string }[] = []
  const watch = { before: ({ path, body }: { path: string; body: Buffer }): void => { sent.push({ path, text: body.toString() }) } }

  beforeAll(async () => {
    stage = await openStage()
    seller = await stage.createParty('seller')
    shop = await seller.open()
    shopTrade = await shop.trade()
    await prepareDataset(shop)
    relay = await openRelay()
    serving = await serve(shop, { publicUrl: relay.url })
    relay.forwardTo(serving.port)
    const draft = { dataset: 'wages', valueWei, serverUrl: relay.url, condition: 1, maxAnswerCells: 6, maxTotalCells: totalCells }
    const { id } = await shopTrade.listings.create({ ...draft, mode: 'private' })
    await shopTrade.listings.publish(id)
    url = `${relay.url}/v1/listings/${id}`
    relay.intercept(watch)
    host = await (await stage.createParty('buyer')).open()
    trade = await host.trade()
    ;({ purchases, market } = trade)
  })

  /** The most cells that one answer could still have: what is left of the budget, up to the listing's own limit of six. */
  const leftOver = async (): Promise<number> => {
    const client = createSellerClient(relay.url)
    for (let cells = 6; cells > 0; cells -= 1) {
      if ((await client.fetchJson(`${new URL(url).pathname}/check`, checkVerdictSchema, { body: { cells } })).allowed) return cells
    }
    return 0
  }
  const saleOf = (number: bigint) => queryProfile<{ state: string; program: string; sealed: Uint8Array | null; refusal: string | null }>(
    seller.home, 'SELECT state, program, sealed, refusal FROM sales WHERE purchase = ? AND set_aside = 0', number.toString(),
  )[0]
  const post = async (number: bigint, body: unknown): Promise<unknown> => {
    const client = createSellerClient(relay.url)
    return client.withSession(await host.wallet.unlock(), market.chainId, (token) =>
      client.fetchJson(`/v1/purchases/${number}/result`, resultAcceptedSchema, { token, body }))
  }

  it('answers without seeing the program: masked integers, the right answer at the buyer\'s alone, a receipt that says so', async () => {
    const { number } = await purchases.buy(url)
    const before = await purchases.compute(number, script)
    const again = await purchases.compute(number, script)
    // The same script twice: neither ciphertexts nor the program's hash tell that it is the same.
    expect(again.program).toBe(before.program)
    expect([again.resultHash, again.programHash]).not.toEqual([before.resultHash, before.programHash])
    expect(again.programHash).not.toBe(sha256Hex(again.program))

    const { answer, integers, proofVerified } = await purchases.request(number)
    expect(proofVerified).toBe(true)
    expect(JSON.parse(answer ?? '')).toEqual(expectedAnswer)
    // What was decrypted is the answer behind its masks.
    expect(integers?.map((integer, cell) => integer - (again.masks?.[cell] ?? 0n))).not.toEqual(integers)

    const submission = JSON.parse(sent.find(({ path }) => path.endsWith('/result'))?.text ?? '') as ResultSubmission
    expect(submission.program).toBeNull()
    const everything = sent.map(({ text }) => text).join('\n')
    for (const secret of [sha256Hex(again.program), again.programSalt ?? '', 'meanWage', '"cells":[', '"scale"']) expect(everything).not.toContain(secret)
    expect(saleOf(number)).toMatchObject({ state: 'delivered', program: '' })

    await purchases.confirm(number)
    const { receipt, missingHalf } = await trade.receipts.export(number)
    expect(missingHalf).toBeNull()
    expect(receipt).toMatchObject({ statement: privateReceiptStatement, program: null })
    expect(verifyReceipt(JSON.parse(JSON.stringify(receipt)))).toEqual({
      ok: true, signatures: { seller: 'valid', buyer: 'valid' }, signedByBoth: true, decryptionProved: true, answer: null, written: [], problems: [],
    })
    // Passed off as a trade in the other mode, it does not verify.
    expect(verifyReceipt({ ...receipt, statement: receiptStatement }).problems.map(({ field }) => field)).toEqual(
      ['statement', 'signatures.seller', 'signatures.buyer'],
    )
    // The receipt holds and cannot tell whether the answer beside it is the true one: that is said, not claimed.
    const exported = await trade.receipts.exportResult(number)
    const file: unknown = JSON.parse(Buffer.from(renderResult(exported.answer, exported.receipt).bytes).toString())
    expect(verifyTradeFile(file)).toMatchObject({ kind: 'result', ok: true, answerBound: null, answer: expectedAnswer })
  })

  it('is rehearsed without showing the program either: its seller has the test key and the test rows', async () => {
    const { details, seller: client } = await trade.openListing(url)
    const rehearsed = async (): Promise<bigint[]> => {
      sent.length = 0
      const { encrypted, plain } = await rehearse(script, details, client, await host.engine())
      expect(encrypted).toEqual(plain)
      const [asked] = sent.filter(({ path }) => path.endsWith('/test/results'))
      const { ciphertexts } = testResultsRequestSchema.parse(JSON.parse(asked?.text ?? ''))
      return (await shop.engine()).decrypt(shop.datasets.readKeyPair('wages', 'test'), new Uint8Array(Buffer.from(ciphertexts, 'base64')))
    }
    // What the seller decrypts is the mask: another each time, and as long as one that hides a real answer.
    const [first, second] = [await rehearsed(), await rehearsed()]
    expect(first.filter((integer) => second.includes(integer))).toEqual([])
    const { maxAnswerBits } = details.policy
    for (const integer of [...first, ...second]) expect(integer.toString(2).length).toBeGreaterThan(maxAnswerBits - 70)
  })

  it('refuses a program that is sent to it, keeps nothing of it, and then takes the request without', async () => {
    const { number } = await purchases.buy(url)
    const { program, ciphertexts } = await purchases.compute(number, script)
    relay.intercept({ before: ({ path }) => { if (path.endsWith('/result')) throw new Error('the wire is cut') } })
    await refusalOf(() => purchases.request(number))
    relay.intercept(watch)
    const { request, signature } = purchases.get(number)
    const body = {
      request: resultRequestSchema.parse(JSON.parse(request ?? '')), signature,
      program: programSchema.parse(JSON.parse(program)), ciphertexts: Buffer.from(ciphertexts).toString('base64'),
    }
    expect((await refusalOf(() => post(number, body))).code).toBe('policy.program-unexpected')
    expect((saleOf(number)) ?? null).toBeNull()
    const client = createSellerClient(relay.url)
    const verdict = await client.fetchJson(`${new URL(url).pathname}/check`, checkVerdictSchema, { body: { program: body.program } })
    expect(verdict).toMatchObject({ allowed: false, code: 'policy.program-unexpected' })
    // The same bytes again after a cut, and the answer comes.
    expect(JSON.parse((await purchases.request(number)).answer ?? '')).toEqual(expectedAnswer)
    expect(Buffer.from(purchases.findResult(number)?.ciphertexts ?? [])).toEqual(Buffer.from(ciphertexts))
  })

  it('killed when it has decrypted and not yet answered, has debited, and answers once, debiting nothing more (S4, S18)', async () => {
    const { number } = await purchases.buy(url, { resume: false })
    await purchases.compute(number, script)
    await serving.stop()
    const startProcess = (environment: Environment) => serveBehind(relay, seller.home, { ...stage.environment, ...environment })
    const debited = (): unknown[] => queryProfile(seller.home, 'SELECT cells, bits FROM ledger WHERE purchase = ?', number.toString())
    const killed = await startProcess({ [failpointVariable]: 'answer.decrypted' })
    const asking = purchases.request(number)
    asking.catch(() => undefined)
    expect((await killed.ended).signal).toBe('SIGKILL')
    expect(debited()).toEqual([{ cells: 4, bits: 512 }])
    expect(saleOf(number)).toMatchObject({ state: 'received', sealed: null })
    // Nothing of the decryption is on the contract, or in the profile.
    expect((await market.readPurchase(number)).state).toBe('Requested')

    const again = await startProcess({})
    const { answer, proofVerified } = await asking.catch(() => purchases.request(number))
    expect([JSON.parse(answer ?? ''), proofVerified]).toEqual([expectedAnswer, true])
    expect(debited()).toEqual([{ cells: 4, bits: 512 }])
    await again.kill('SIGTERM')
    serving = await serve(shop, { publicUrl: relay.url })
    relay.forwardTo(serving.port)
  }, 120_000)

  it('catches a seller who changes a masked number: the proof does not hold, and the evidence convicts without the program (S13)', async () => {
    const { number } = await purchases.buy(url)
    const { ciphertexts } = await purchases.compute(number, script)
    const engine = await shop.engine()
    const key = shop.datasets.readKeyPair('wages', 'data')
    const integers = await engine.decrypt(key, ciphertexts)
    // What the seller's server would send, with one number of another's choosing.
    const { deliverResult } = shopTrade.market
    vi.spyOn(shopTrade.market, 'deliverResult').mockImplementationOnce(async (intent, purchase, requestHash, _sealed, bondWei) => {
      const { request, details } = purchases.get(number)
      const asked = resultRequestSchema.parse(JSON.parse(request ?? ''))
      const proof = await engine.proveDecryption(key, createClaim({ request: asked, details, program: null, ciphertexts, integers }))
      const { maxAnswerBits } = details.policy
      const lie = encodeAnswer({ maxAnswerBits, integers: integers.map((integer, cell) => (cell === 0 ? integer - 1n : integer)), proof })
      return deliverResult(intent, purchase, requestHash, hexlify(sealAnswer(lie, getBytes(asked.x25519PublicKey), requestHash)), bondWei)
    })
    expect((await refusalOf(() => purchases.request(number))).code).toBe('crypto.proof-invalid')
    expect((await refusalOf(() => purchases.confirm(number))).code).toBe('crypto.proof-invalid')
    const evidence = JSON.parse(JSON.stringify(await purchases.disclose(number))) as Evidence
    expect(evidence.program).toBeNull()
    const program = programSchema.parse(JSON.parse(purchases.findResult(number)?.program ?? ''))
    expect(computeVerdict({ ...evidence, program }, market, await market.readPurchase(number))).toMatchObject({ ground: 'input.evidence-foreign' })
    expect(computeVerdict(evidence, market, await market.readPurchase(number))).toMatchObject({ for: 'buyer', ground: 'crypto.proof-invalid' })
  })

  /** A buyer of their own making: whatever ciphertexts, signed and on the contract, with no tool to stop them. */
  const askFor = async (ciphertexts: Uint8Array): Promise<bigint> => {
    const { number, details } = await purchases.buy(url, { resume: false })
    const request = {
      chainId: market.chainId, contract: market.contract, purchase: number.toString(), datasetRoot: details.dataset.root,
      resultHash: sha256Hex(ciphertexts), programHash: `0x${'11'.repeat(32)}`, x25519PublicKey: hexlify(generateSealingKey().publicKey),
    }
    await market.requestResult(`purchase:${number}:request`, number, hashResultRequest(request))
    const signature = await signResultRequest(request, await host.wallet.unlock())
    await post(number, { request, signature, program: null, ciphertexts: Buffer.from(ciphertexts).toString('base64') })
    await expect.poll(async () => (await market.readPurchase(number)).state, { timeout: 60_000, interval: 250 }).toBe('Refunded')
    return number
  }
  const refusedFor = (number: bigint): string => (JSON.parse((saleOf(number))?.refusal ?? '{}') as { code: string }).code
  const encrypt = async (...integers: bigint[]): Promise<Uint8Array> =>
    (await shop.engine()).encrypt(shop.datasets.readKeyPair('wages', 'data').publicKey, integers)

  it('declines more cells than an answer may have, and what is no ciphertext, at no cost to the budget', async () => {
    const before = await leftOver()
    expect(refusedFor(await askFor(await encrypt(1n, 2n, 3n, 4n, 5n, 6n, 7n)))).toBe('policy.answer-cells')
    expect(refusedFor(await askFor(new Uint8Array(512)))).toBe('crypto.invalid-ciphertext')
    expect(refusedFor(await askFor(new Uint8Array(100).fill(1)))).toBe('input.invalid')
    expect([before, await leftOver()]).toEqual([6, 6])
  })

  it('withholds what is out of bounds, counts it for good, and at last answers nothing any more (S3, S4)', async () => {
    const raw = 1n << 128n
    expect(refusedFor(await askFor(await encrypt(raw, 1n)))).toBe('policy.answer-out-of-bounds')
    expect(await leftOver()).toBe(4)
    // Four answers of four cells, one of them a lie, and this one of two: four of twenty-two are left, and one cell more is refused.
    expect(refusedFor(await askFor(await encrypt(1n, 2n, 3n, 4n, 5n)))).toBe('policy.budget-spent')
    expect(refusedFor(await askFor(await encrypt(raw, raw, raw, raw)))).toBe('policy.answer-out-of-bounds')
    const { number } = await purchases.buy(url, { resume: false })
    await purchases.compute(number, script)
    // An honest buyer hears of it before anything stands on the contract.
    expect((await refusalOf(() => purchases.request(number))).details).toMatchObject({ rule: 'policy.budget-spent' })
    expect((await market.readPurchase(number)).state).toBe('Paid')
  })

  it('is the only mode in which its table is ever listed, imported again or not', async () => {
    const draft = { dataset: 'wages', valueWei, serverUrl: relay.url, minRows: 4 }
    expect((await refusalOf(() => shopTrade.listings.create(draft))).code).toBe('policy.source-mode')
    await prepareDataset(shop, 'wages-again')
    expect((await refusalOf(() => shopTrade.listings.create({ ...draft, dataset: 'wages-again' }))).code).toBe('policy.source-mode')
  })
})
