import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatEther, getBytes, hexlify } from 'ethers'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../src/shared/errors.ts'
import { createListingOpener } from '../../../src/host/buyer/open-listing.ts'
import type { PurchaseService } from '../../../src/host/buyer/purchase-service.ts'
import type { Market } from '../../../src/host/chain/market.ts'
import type { Host, Trade } from '../../../src/host/index.ts'
import { toBase64 } from '../../../src/host/base64.ts'
import { decodeAnswer, encodeAnswer, type AnswerPayload } from '../../../src/host/protocol/answer-codec.ts'
import type { Details } from '../../../src/shared/schemas/details.ts'
import { computeVerdict, judgeAnswer, readDisputed, type Evidence } from '../../../src/host/protocol/evidence.ts'
import { hashResultRequest } from '../../../src/host/protocol/result-request.ts'
import { createClaim } from '../../../src/host/protocol/opened-answer.ts'
import { sealAnswer, unsealAnswer } from '../../../src/host/protocol/sealing.ts'
import { verifyReceipt } from '../../../src/host/protocol/verify-receipt.ts'
import { verifyReceiptOnChain } from '../../../src/host/protocol/verify-receipt-on-chain.ts'
import { verifyTradeFile } from '../../../src/host/receipts/result-file.ts'
import { resultRequestSchema, type ResultRequest } from '../../../src/shared/schemas/result-request.ts'
import { createFolder } from '../../e2e/support/cleanup.ts'
import { launch } from '../../e2e/support/command-line.ts'
import { refusalOf } from '../../e2e/support/refusal.ts'
import { openRelay, type Relay } from '../../e2e/support/relay.ts'
import { reportOn as report } from './report-on.ts'
import { expectedAnswer, prepareDataset, publishListing, script, valueWei } from '../../e2e/support/shop.ts'
import { openStage, serve, type Party } from '../../e2e/support/stage.ts'

describe('a seller who has the key and lies (S13)', () => {
  let shop: Host
  let shopTrade: Trade
  let arbiter: Party
  let impostor: Party
  let relay: Relay
  let url: string
  let rpcUrl: string
  let market: Market
  let purchases: PurchaseService
  let trade: Trade

  /** Paid, computed and requested on the contract; the seller's honest server never hears of it. */
  const request = async (): Promise<{ number: bigint; request: ResultRequest }> => {
    const { number } = await purchases.buy(url)
    await purchases.compute(number, script)
    relay.intercept({ before: ({ path }) => { if (path.endsWith('/result')) throw new Error('the wire is cut') } })
    await refusalOf(() => purchases.request(number))
    relay.intercept({})
    return { number, request: resultRequestSchema.parse(JSON.parse(purchases.get(number).request ?? '')) }
  }

  const deliver = async (number: bigint, sealed: Uint8Array): Promise<void> => {
    const { requestHash, terms } = await market.readPurchase(number)
    await shopTrade.market.deliverResult(`lie:${number}`, number, requestHash, hexlify(sealed), terms.guaranteeWei)
  }
  const deliverPayload = async (number: bigint, asked: ResultRequest, payload: Uint8Array): Promise<void> =>
    deliver(number, sealAnswer(payload, getBytes(asked.x25519PublicKey), (await market.readPurchase(number)).requestHash))

  /** What an honest seller would send. */
  const answerHonestly = async (number: bigint, asked: ResultRequest): Promise<AnswerPayload> => {
    const { ciphertexts = new Uint8Array() } = purchases.findResult(number) ?? {}
    const { details } = purchases.get(number)
    const engine = await shop.engine()
    const key = shop.datasets.readKeyPair('wages', 'data')
    const integers = await engine.decrypt(key, ciphertexts)
    const proof = await engine.proveDecryption(key, createClaim({ request: asked, details, program: null, ciphertexts, integers }))
    return { maxAnswerBits: details.policy.maxAnswerBits, integers, proof, notes: '' }
  }

  beforeAll(async () => {
    const stage = await openStage()
    ;({ rpcUrl } = stage.chain)
    arbiter = await stage.createParty('arbiter')
    impostor = await stage.createParty('impostor')
    shop = await (await stage.createParty('seller')).open()
    shopTrade = await shop.trade()
    await prepareDataset(shop)
    relay = await openRelay()
    const serving = await serve(shop, { publicUrl: relay.url })
    relay.forwardTo(serving.port)
    const listing = await publishListing(shop, relay.url, { arbiter: arbiter.address })
    url = `${relay.url}/v1/listings/${listing.id}`
    trade = await (await (await stage.createParty('buyer')).open()).trade()
    ;({ purchases, market } = trade)
  })

  /** Nothing of the answer is believed; it can be disputed, and the evidence convicts. */
  const expectCaught = async (number: bigint, code: ErrorCode): Promise<void> => {
    expect((await refusalOf(() => purchases.request(number))).code).toBe(code)
    expect(purchases.get(number)).toMatchObject({ answer: null, proofVerified: false })
    expect((await refusalOf(() => purchases.confirm(number))).code).toBe(code)
    expect((await market.readPurchase(number)).state).toBe('Delivered')
    const { receipt } = await trade.receipts.export(number)
    expect(verifyReceipt(JSON.parse(JSON.stringify(receipt)))).toMatchObject({ ok: false, decryptionProved: false,
      problems: [{ field: 'proof' }] })
    await purchases.dispute(number)
    const evidence = JSON.parse(JSON.stringify(await purchases.disclose(number))) as Evidence
    expect(computeVerdict(evidence, market, await market.readPurchase(number))).toMatchObject({ for: 'buyer', ground: code })
    // Whoever has only the file, and a node to ask.
    expect(await report(evidence, rpcUrl)).toMatchObject({ convicts: true, for: 'buyer', ground: code, exitCode: undefined })
    expect(await report(evidence, null)).toMatchObject({ convicts: false, for: 'buyer', exitCode: 1 })
    const other = { ...evidence, request: { ...evidence.request, purchase: '1' } }
    if (number !== 1n) expect(await report(other, rpcUrl)).toMatchObject({ convicts: false, for: null, ground: 'input.evidence-foreign',
      exitCode: 1 })
  }

  // First: an answer that its ledger does not know keeps a seller from giving any more.
  describe('and an honest one', () => {
    let number: bigint
    let evidence: Evidence

    beforeAll(async () => {
      ;({ number } = await purchases.buy(url))
      await purchases.compute(number, script)
      const { answer, proofVerified } = await purchases.request(number)
      expect(JSON.parse(answer ?? '')).toEqual(expectedAnswer)
      expect(proofVerified).toBe(true)
      evidence = JSON.parse(JSON.stringify(await purchases.disclose(number))) as Evidence
    })
    const judge = async (changed: Evidence) => computeVerdict(changed, market, await market.readPurchase(number))

    it('is ruled for, whatever the buyer says', async () => {
      expect(await judge(evidence)).toMatchObject({ for: 'seller', ground: null })
      expect(readDisputed(evidence)).toMatchObject({ rows: expect.any(Number) as number, answer: expectedAnswer })
    })

    it('is ruled for where the evidence was doctored: nothing in it can be made to look like a bad answer', async () => {
      const { answer, program } = evidence
      if (program === null) throw new Error('the evidence holds no program')
      const sealed = unsealAnswer(Buffer.from(answer.sealed, 'base64'), getBytes(answer.sealingSecret),
        (await market.readPurchase(number)).requestHash)
      expect(decodeAnswer(sealed).proof).not.toBeNull()
      const doctored: readonly Partial<Evidence>[] = [
        { answer: { ...answer, sealed: toBase64(new Uint8Array(200)) } },
        { answer: { ...answer, sealingSecret: `0x${'11'.repeat(32)}` } },
        { answer: { ...answer, ciphertexts: toBase64(new Uint8Array(4 * 512)) } },
        { answer: { ...answer, details: answer.details.replace('"maxAnswerBits": 192', '"maxAnswerBits": 191') } },
        { request: { ...evidence.request, purchase: '2' } },
        { request: { ...evidence.request, x25519PublicKey: `0x${'22'.repeat(32)}` } },
        { program: null },
        { program: { ...program, cells: program.cells.slice(1) } },
      ]
      for (const change of doctored) {
        expect(await judge({ ...evidence, ...change })).toMatchObject({ for: null, ground: 'input.evidence-foreign' })
      }
      // A proof under a key that nothing certifies binds to nothing: the seller who listed it owed one that does.
      const { dataset, ...others } = JSON.parse(answer.details) as Details
      const uncertified = JSON.stringify({ ...others, dataset: { ...dataset, key: { ...dataset.key, certificate: null } } })
      expect(judgeAnswer(evidence)).toMatchObject({ for: 'seller' })
      expect(judgeAnswer({ ...evidence, answer: { ...answer, details: uncertified } })).toMatchObject({ for: 'buyer', ground: 'crypto.certificate-invalid' })
      // X25519 reads a secret without three of its bits: an evidence file that has them turned is no other evidence, nor another verdict.
      const [first = 0, ...rest] = getBytes(answer.sealingSecret)
      const respelled = hexlify(Uint8Array.of(first ^ 7, ...rest))
      expect(respelled).not.toBe(answer.sealingSecret)
      expect(await judge({ ...evidence, answer: { ...answer, sealingSecret: respelled } })).toMatchObject({ for: 'seller', ground: null })
    })

    it('is not convicted by what somebody else sold under its own details document, whatever its title says', async () => {
      const stranger = await impostor.open()
      const { market: elsewhere } = await stranger.trade()
      const { terms } = await market.readPurchase(number)
      const copied = await elsewhere.createListing('copy', terms, url)
      const { termsHash } = await market.readListing(copied.number)
      const bought = await market.buy('of-the-copy', {
        listing: copied.number, termsHash, maxTotalWei: terms.valueWei + terms.guaranteeWei, deadlineSeconds: await market.readTime() + 600,
      })
      const asked = { ...evidence.request, purchase: bought.number.toString() }
      await market.requestResult('of-the-copy:request', bought.number, hashResultRequest(asked))
      const sealed = new Uint8Array(200).fill(1)
      await elsewhere.deliverResult('of-the-copy:deliver', bought.number, hashResultRequest(asked), hexlify(sealed), terms.guaranteeWei)
      await stranger.close()
      const forged = { ...evidence, request: asked, answer: { ...evidence.answer, sealed: toBase64(sealed) } }
      expect(await report(forged, rpcUrl)).toMatchObject({
        convicts: false, for: null, ground: 'input.evidence-foreign', reason: expect.stringContaining('details document\'s seller') as string, seller: impostor.address, exitCode: 1,
      })
    })

    it('is confirmed, and both have a receipt whose proof convinces whoever has only the file', async () => {
      await purchases.confirm(number)
      const { receipt, missingHalf } = await trade.receipts.export(number)
      expect(missingHalf).toBeNull()
      const file = JSON.parse(JSON.stringify(receipt)) as typeof receipt
      expect(verifyReceipt(file)).toEqual({
        ok: true, signatures: { seller: 'valid', buyer: 'valid' }, signedByBoth: true, decryptionProved: true, answer: expectedAnswer, written: [], problems: [],
      })
      const { proof } = file
      if (proof === null) throw new Error('the receipt encloses no answer')
      const flip = (text: string): string => `${text.slice(0, 40)}${text[40] === 'A' ? 'B' : 'A'}${text.slice(41)}`
      for (const field of ['details', 'ciphertexts', 'sealed'] as const) {
        expect(verifyReceipt({ ...file, proof: { ...proof, [field]: flip(proof[field]) } }).problems).toMatchObject([{ field: `proof.${field}` }])
      }
      expect(await verifyReceiptOnChain(file, rpcUrl)).toEqual({ problems: [], stateSince: null })
      const { trade: told } = file
      const lies: readonly Partial<typeof told>[] = [
        { buyer: told.seller }, { answerHash: told.termsHash }, { burnedWei: '1' },
        { moves: told.moves.map((move) => ({ ...move, timeSeconds: move.timeSeconds + 1 })) },
        // Also of a time before the purchase went on.
        { credits: [{ account: told.buyer, amountWei: '7' }], moves: told.moves.slice(0, -1) },
        { burnedWei: '1', credits: [], moves: told.moves.slice(0, -1) },
      ]
      for (const lie of lies) {
        expect(await verifyReceiptOnChain({ ...file, trade: { ...told, ...lie } }, rpcUrl)).toMatchObject({ problems: [{ field: `trade.${Object.keys(lie)[0] ?? ''}` }] })
      }
      const { checks: _checks, ...unchecked } = file
      expect(verifyReceipt({ ...unchecked,
        trade: { ...told, datasetRoot: told.termsHash } }).problems).toContainEqual(expect.objectContaining({ field: 'trade.datasetRoot' }))
      const foreign = { ...proof, sealingSecret: `0x${'11'.repeat(32)}` }
      expect(verifyReceipt({ ...file, proof: foreign }).problems).toMatchObject([{ field: 'proof.sealingSecret' }])
    })

    it('convinces somebody who has the file alone, in an empty home and without a network, of who sold what to whom', async () => {
      const home = createFolder('empty')
      const alone = {
        HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, XDG_CACHE_HOME: home,
        NODE_OPTIONS: `--import=${new URL('../../e2e/faults/no-network.ts', import.meta.url).href}`,
      }
      const path = join(createFolder('receipt'), 'receipt.json')
      const { receipt } = await trade.receipts.export(number)
      writeFileSync(path, JSON.stringify(receipt))
      const { exitCode, stdout, stderr } = await launch(['receipts', 'verify', path], alone).ended
      expect([exitCode, stderr]).toEqual([0, ''])
      expect(stdout).toContain('The receipt holds together.')
      expect(stdout).toContain(`${receipt.trade.buyer} bought an answer computed on the encrypted table “wages” (dataset root ${receipt.trade.datasetRoot})`)
      expect(stdout).toContain(`from ${receipt.trade.seller} for ${formatEther(valueWei)} ether; Settled.`)
      expect(stdout).toContain('Signatures: seller valid, buyer valid. The decryption is proved. That what was decrypted is the program\'s result')
      expect(stdout).toContain('The chain was not asked, and one person can have both keys')
      for (const [name, found] of Object.entries(expectedAnswer)) {
        expect(stdout.split('\n').map((line) => line.trim().split(/ {2,}/))).toContainEqual([name, JSON.stringify(found).replaceAll(',', ', ')])
      }
      // Signed by both, and without the program: the numbers are proved, and nothing says what they are.
      const { checks: _checks, ...unchecked } = receipt
      const barePath = join(createFolder('bare'), 'receipt.json')
      writeFileSync(barePath, JSON.stringify({ ...unchecked, program: null }))
      const bare = await launch(['receipts', 'verify', barePath], alone).ended
      expect(verifyTradeFile({ version: 1, kind: 'hesystem-result', answer: null, receipt: JSON.parse(readFileSync(barePath, 'utf8')) as unknown }))
        .toMatchObject({ ok: false, answerBound: false, problems: [{ field: 'answer' }] })
      expect(bare.stdout).toContain('The program is not in the file: it does not show what the decrypted numbers are.')
      // There is truly no network for it, and it leaves nothing behind.
      const asked = await launch(['receipts', 'verify', path, '--rpc', rpcUrl], alone).ended
      expect([asked.exitCode, asked.stderr]).toEqual([1, expect.stringMatching(/^error chain\.(?:unreachable|rpc-failed)/)])
      expect(readdirSync(home)).toEqual([])
    })

    it('has a receipt that keeps the answer, where the buyer wants that, and never keeps the one-time secret in the profile', async () => {
      const { receipt } = await trade.receipts.export(number, { encloseAnswer: false })
      expect(verifyReceipt(receipt)).toMatchObject({ ok: true, decryptionProved: null, answer: null })
      expect(JSON.stringify(trade.receipts.list().map((stored) => stored.receipt))).not.toContain(evidence.answer.sealingSecret)
    })
  })

  it('with a changed value is caught', async () => {
    const { number, request: asked } = await request()
    const honest = await answerHonestly(number, asked)
    const [first = 0n, ...rest] = honest.integers
    await deliverPayload(number, asked, encodeAnswer({ ...honest, integers: [first + 1n, ...rest] }))
    await expectCaught(number, 'crypto.proof-invalid')
  })

  it('with two cells swapped is caught', async () => {
    const { number, request: asked } = await request()
    const honest = await answerHonestly(number, asked)
    await deliverPayload(number, asked, encodeAnswer({ ...honest, integers: [...honest.integers].reverse() }))
    await expectCaught(number, 'crypto.proof-invalid')
  })

  it('with the right answer and the proof of another purchase is caught', async () => {
    const first = await request()
    const { proof } = await answerHonestly(first.number, first.request)
    const { number, request: asked } = await request()
    await deliverPayload(number, asked, encodeAnswer({ ...await answerHonestly(number, asked), proof }))
    await expectCaught(number, 'crypto.proof-invalid')
  })

  it('without a proof is caught', async () => {
    const { number, request: asked } = await request()
    await deliverPayload(number, asked, encodeAnswer({ ...await answerHonestly(number, asked), proof: null }))
    await expectCaught(number, 'crypto.proof-invalid')
  })

  it('with a truncated answer is caught', async () => {
    const { number, request: asked } = await request()
    const honest = await answerHonestly(number, asked)
    await deliverPayload(number, asked, encodeAnswer({ ...honest, integers: honest.integers.slice(1) }))
    await expectCaught(number, 'crypto.invalid-answer')
  })

  it('with bytes that do not open is caught, and the arbiter\'s ruling pays the buyer', async () => {
    const { number } = await request()
    await deliver(number, new Uint8Array(200).fill(1))
    await expectCaught(number, 'crypto.sealed-answer-invalid')
    const before = await market.readBalance(market.account)
    const { receipt } = await trade.receipts.export(number, { encloseAnswer: false })
    expect(await verifyReceiptOnChain(receipt, rpcUrl)).toEqual({ problems: [], stateSince: null })
    const court = await arbiter.open()
    await (await court.trade()).market.rule('rule', number, true)
    await court.close()
    const { state, terms } = await market.readPurchase(number)
    expect(state).toBe('Refunded')
    // Whoever is shown the receipt of the answer now is told that it was taken back.
    expect(await verifyReceiptOnChain(receipt, rpcUrl)).toMatchObject({ problems: [{ field: 'trade.state' }], stateSince: 'Refunded' })
    expect(await market.readBalance(market.account) - before).toBe(terms.valueWei + terms.guaranteeWei)
  })

  it('cannot sell under a key that is not certified, or whose certificate is another\'s', async () => {
    const listing = shopTrade.listings.list()[0]
    if (listing === undefined) throw new Error('there is no listing')
    const { dataset, test } = listing.details
    const changes = [
      { dataset: { ...dataset, key: { ...dataset.key, certificate: null } } },
      { dataset: { ...dataset, key: { ...dataset.key, certificate: test.key.certificate } } },
      { test: { ...test, key: { ...test.key, n: dataset.key.n, certificate: dataset.key.certificate } } },
      { title: `${listing.details.title}\n\nTerms and document agree.` }, { description: 'a\u001b[2Kb' }, { description: 'two\nlines' },
    ]
    const codes: string[] = []
    for (const change of changes) {
      relay.intercept({
        after: ({ path }, { status }) => path.endsWith(listing.id)
          ? { status, body: Buffer.from(JSON.stringify({ ...listing.details, ...change })) }
          : undefined,
      })
      // A fresh eye: what was found sound once is not looked at again.
      codes.push((await refusalOf(() => createListingOpener({ market, engine: shop.engine })(url))).code)
      relay.intercept({})
    }
    expect(codes).toEqual(['crypto.certificate-invalid', 'crypto.certificate-invalid', 'input.details-invalid', 'input.details-invalid', 'input.details-invalid', 'escrow.not-listed'])
    const { dataset: name } = listing
    await expect(shopTrade.listings.create({ dataset: name, title: 'a\nb', valueWei: 1n, serverUrl: relay.url })).rejects.toMatchObject({ code: 'input.invalid', details: { path: 'title' } })
  })
})
