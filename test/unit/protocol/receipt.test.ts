import { Wallet } from 'ethers'
import { describe, expect, it } from 'vitest'
import type { Program } from '../../../src/shared/schemas/program.ts'
import { encodeProgram } from '../../../src/compute/program.ts'
import { hashTerms, noArbiter, type PurchaseHistory, type PurchaseOnChain } from '../../../src/host/chain/market.ts'
import { computeChecks } from '../../../src/host/protocol/receipt-checks.ts'
import { createReceipt, mergeReceipts, privateReceiptStatement, signReceipt, type Receipt } from '../../../src/host/protocol/receipt.ts'
import { hashResultRequest, signResultRequest } from '../../../src/host/protocol/result-request.ts'
import { listUnvouchedFields } from '../../../src/host/protocol/unvouched-fields.ts'
import { verifyReceipt } from '../../../src/host/protocol/verify-receipt.ts'
import { sha256Hex } from '../../../src/host/trade/hash.ts'
import { sayUnsigned, sayUnvouched } from '../../../src/shared/receipt-words.ts'

const seller = new Wallet(`0x${'11'.repeat(32)}`)
const buyer = new Wallet(`0x${'22'.repeat(32)}`)
const bytes32 = (digit: string): string => `0x${digit.repeat(64)}`
const contract = '0x5FbDB2315678afecb367f032d93F642f64180aa3'
const terms = {
  valueWei: 1000n, guaranteeWei: 500n, interactionFeeWei: 0n, deliverySeconds: 3600, expirationSeconds: 7200, disputeSeconds: 3600,
  arbiter: noArbiter, detailsHash: bytes32('d'),
}
const program: Program = {
  version: 1, datasetRoot: bytes32('1'), rows: 10, columns: 1,
  cells: [{ scale: { numerator: '1', denominator: '10' }, constant: '0', terms: [[0, 10, '1']] }],
  answer: { kind: 'tensor', shape: [], cells: [0] },
}
const request = {
  chainId: 31337, contract, purchase: '3', datasetRoot: bytes32('1'), resultHash: bytes32('2'),
  programHash: sha256Hex(encodeProgram(program)), x25519PublicKey: bytes32('4'),
}
const move = (name: PurchaseHistory['moves'][number]['name'], blockNumber: number) => ({ name, transactionHash: bytes32(String(blockNumber)), blockNumber, timeSeconds: 1_700_000_000 + blockNumber })
const purchase: PurchaseOnChain = {
  id: 3n, listing: 1n, seller: seller.address, buyer: buyer.address, state: 'Settled', interactionOpened: false,
  paidAtSeconds: 1, requestedAtSeconds: 2, deliveredAtSeconds: 3, disputedAtSeconds: 0, closedAtSeconds: 4, deadlineSeconds: 0, heldWei: 0n,
  requestHash: hashResultRequest(request), answerHash: bytes32('6'), terms, termsHash: hashTerms(seller.address, terms),
}
const history: PurchaseHistory = {
  moves: [move('Purchased', 1), move('ResultRequested', 2), move('Delivered', 3), move('Confirmed', 4)],
  credits: [{ account: buyer.address, amountWei: 500n }, { account: seller.address, amountWei: 1500n }],
  burnedWei: 0n,
}

const createSettled = async (): Promise<Receipt> =>
  createReceipt({ chainId: 31337, contract, purchase, history, datasetRoot: bytes32('1'),
    request: { request, signature: await signResultRequest(request, buyer) }, program })
const createSigned = async (): Promise<Receipt> => signReceipt(await signReceipt(await createSettled(), seller), buyer)
const copy = (receipt: Receipt): Receipt => JSON.parse(JSON.stringify(receipt)) as Receipt

const fieldsOf = (receipt: unknown): string[] => verifyReceipt(receipt).problems.map(({ field }) => field)

describe('a receipt', () => {
  it('signed by both parties holds, also after a trip through JSON', async () => {
    expect(verifyReceipt(copy(await createSigned())))
      .toEqual({ ok: true, signatures: { seller: 'valid', buyer: 'valid' }, signedByBoth: true, decryptionProved: null, answer: null, written: [], problems: [] })
  })

  it('says what it holds and what nothing proves, and cannot be made to say otherwise', async () => {
    const receipt = await createSigned()
    expect(receipt.statement).toMatch(/nothing proves that the encrypted table was the real one/)
    expect(receipt.proof).toBeNull()
    expect(fieldsOf({ ...receipt, statement: 'Proved.' })).toEqual(['statement'])
    expect(fieldsOf({ ...receipt, proof: 'trust me' })).toEqual(['proof'])
  })

  it('holds with one half missing, and fails with both missing', async () => {
    const half = await signReceipt(await createSettled(), seller)
    expect(verifyReceipt(half)).toMatchObject({ ok: true, signedByBoth: false, signatures: { seller: 'valid', buyer: 'missing' } })
    expect(fieldsOf(await createSettled())).toEqual(['signatures'])
  })

  it('is the word of one where seller and buyer are one key, however often it signs', async () => {
    const parts = { ...purchase, seller: buyer.address, termsHash: hashTerms(buyer.address, terms) }
    const unsigned = createReceipt({
      chainId: 31337, contract, purchase: parts, history, datasetRoot: bytes32('1'),
        request: { request, signature: await signResultRequest(request, buyer) }, program,
    })
    const verdict = verifyReceipt(await signReceipt(unsigned, buyer))
    expect(verdict).toMatchObject({ ok: true, signedByBoth: false, signatures: { seller: 'valid', buyer: 'valid' } })
    expect(sayUnsigned(verdict.signatures)).toMatch(/one and the same key/)
  })

  it('names what no chain holds and one party alone says: it could sign any mode, table and number of replies', async () => {
    const settled = await createSettled()
    const { trade } = settled
    const paid = { ...trade, state: 'Paid' as const, moves: trade.moves.slice(0, 1), credits: [], requestHash: null, answerHash: null,
      programHash: null, resultHash: null }
    const helped = { ...trade, moves: [...trade.moves.slice(0, 1), { ...move('InteractionOpened', 1) }, ...trade.moves.slice(1)] }
    const requested = { ...trade, state: 'Requested' as const, moves: trade.moves.slice(0, 2), credits: [], answerHash: null }
    const cases: readonly (readonly [lie: Partial<Receipt>, bySeller: readonly string[], byBuyer: readonly string[]])[] = [
      [{}, [], ['statement']],
      [{ program: null, trade: { ...trade, unprovedReplies: 99 } }, ['statement', 'trade.unprovedReplies'], ['statement', 'trade.unprovedReplies']],
      [{ program: null, trade: helped }, ['statement', 'trade.unprovedReplies'], ['statement', 'trade.unprovedReplies']],
      [{ trade: { ...helped, unprovedReplies: 3 } }, ['trade.unprovedReplies'], ['statement', 'trade.unprovedReplies']],
      [{ program: null, statement: privateReceiptStatement }, ['statement'], ['statement']],
      [{ trade: requested }, [], ['statement', 'trade.datasetRoot']],
      [{ program: null, request: null, trade: { ...paid, datasetRoot: bytes32('a') } }, ['statement', 'trade.datasetRoot'], ['statement', 'trade.datasetRoot']],
    ]
    for (const [lie, bySeller, byBuyer] of cases) {
      for (const [signer, named] of [[seller, bySeller], [buyer, byBuyer]] as const) {
        const receipt = await signReceipt({ ...settled, ...lie }, signer)
        const verdict = verifyReceipt(receipt)
        expect(verdict).toMatchObject({ ok: true, signedByBoth: false })
        expect(listUnvouchedFields(receipt, verdict)).toEqual(named)
      }
      const both = await signReceipt(await signReceipt({ ...settled, ...lie }, seller), buyer)
      expect(listUnvouchedFields(both, verifyReceipt(both))).toEqual([])
    }
    expect(sayUnvouched(['trade.unprovedReplies'])).toMatch(/one party's word alone stands for this: how many unproved replies/)
  })

  it('holds with its signatures in one spelling only', async () => {
    const receipt = await createSigned()
    const signature = receipt.signatures.seller ?? ''
    const v = Number.parseInt(signature.slice(-2), 16)
    for (const other of [v - 27, v + 8, v + 10]) {
      const respelled = `${signature.slice(0, -2)}${other.toString(16).padStart(2, '0')}`
      expect(fieldsOf({ ...receipt, signatures: { ...receipt.signatures, seller: respelled } })).toEqual(['signatures.seller'])
    }
  })

  it('holds with its addresses in one spelling only: its id, its citation and its book are made of them', async () => {
    const receipt = await createSigned()
    for (const field of ['contract', 'seller', 'buyer'] as const) {
      const { checks: _checks, id: _id, ...respelled } =
        { ...receipt, trade: { ...receipt.trade, [field]: receipt.trade[field].toLowerCase() } }
      expect(fieldsOf(respelled)).toContain(`trade.${field}`)
    }
  })

  it('is refused by its program\'s name where that is no canonical one, and ends nobody who reads it', async () => {
    const { checks: _checks, ...receipt } = await createSigned()
    const tensor = program.answer
    const [cell] = program.cells
    const nested = (depth: number): unknown => (depth === 0 ? tensor : { kind: 'list', items: [nested(depth - 1)] })
    const programs: readonly unknown[] = [
      { ...program, cells: [{ ...cell, constant: '\ufffd' }] },
      { ...program, cells: [{ ...cell, scale: { numerator: '1', denominator: '0' } }] },
      { ...program, answer: { ...tensor, cells: [7] } },
      { ...program, answer: { ...tensor, shape: [300_000_000] } },
      { ...program, answer: { kind: 'record', entries: [['a', tensor], ['a', tensor]] } },
      { ...program, version: 2, steps: [['neg', 9]], answer: { kind: 'deferred', shape: [], leaves: [{ shape: [], cells: [0] }], values: [-1] } },
      { ...program, answer: nested(40) },
    ]
    for (const shown of programs) expect(fieldsOf({ ...receipt, program: shown })).toEqual([expect.stringMatching(/^program/)])
    expect(fieldsOf({ ...receipt, program: { ...program, answer: nested(5_000) } })).toEqual([''])
  })

  it('joins the halves of the two parties, and refuses halves of different trades', async () => {
    const ofSeller = await signReceipt(await createSettled(), seller)
    const ofBuyer = await signReceipt(await createSettled(), buyer)
    expect(verifyReceipt(mergeReceipts(ofBuyer, ofSeller))).toMatchObject({ ok: true, signedByBoth: true, signatures: { seller: 'valid', buyer: 'valid' } })
    const other = { ...ofSeller, trade: { ...ofSeller.trade, state: 'Delivered' as const } }
    expect(() => mergeReceipts(ofBuyer, other)).toThrow(expect.objectContaining({ code: 'crypto.receipt-mismatch', details: { fields: ['state'] } }))
  })

  it('takes of the other half its signature over this very trade, and nothing else', async () => {
    const ofSeller = await signReceipt(await createSettled(), seller)
    const ofBuyer = await signReceipt(await createSettled(), buyer)
    const proof = { details: '{}', ciphertexts: '', sealed: '', sealingSecret: bytes32('1') }
    const bare = { ...ofBuyer, request: null, program: null }
    expect(mergeReceipts(bare, { ...ofSeller, proof })).toMatchObject({ request: null, program: null, proof: null,
      signatures: ofSeller.signatures.seller === null ? {} : { seller: ofSeller.signatures.seller } })
    const elsewhere = await signReceipt({ ...await createSettled(), trade: { ...ofSeller.trade, burnedWei: '1' } }, seller)
    for (const forged of [null, ofBuyer.signatures.buyer, elsewhere.signatures.seller, `0x${'00'.repeat(65)}`]) {
      expect(() => mergeReceipts(ofBuyer, { ...ofSeller, signatures: { seller: forged, buyer: null } }))
        .toThrow(expect.objectContaining({ code: 'crypto.invalid-signature' }))
    }
  })

  it('with an amount that is no number gets a verdict, not an exception', async () => {
    const receipt = await createSigned()
    for (const purchase of ['1/2', '', '0x3', '9'.repeat(100)]) {
      expect(fieldsOf({ ...receipt, trade: { ...receipt.trade, purchase } })).toContain('trade.purchase')
    }
  })

  it('is signed by nobody but its parties', async () => {
    await expect(signReceipt(await createSettled(), Wallet.createRandom())).rejects.toMatchObject({ code: 'access.forbidden' })
  })

  it('fails for a signature of the other party, of nobody, or over another trade', async () => {
    const receipt = await createSigned()
    const { seller: ofSeller, buyer: ofBuyer } = receipt.signatures
    expect(fieldsOf({ ...receipt, signatures: { seller: ofBuyer, buyer: ofSeller } })).toEqual(['signatures.seller', 'signatures.buyer'])
    expect(fieldsOf({ ...receipt, signatures: { seller: `0x${'00'.repeat(65)}`, buyer: ofBuyer } })).toEqual(['signatures.seller'])
    const changed = { ...receipt, trade: { ...receipt.trade, unprovedReplies: 9 } }
    expect(verifyReceipt(changed)).toMatchObject({ ok: false, signatures: { seller: 'invalid', buyer: 'invalid' } })
  })

  it('fails when any byte of any field is changed, with the name of that field', async () => {
    const receipt = await createSigned()
    type Node = Record<string, unknown>
    const listPaths = (value: unknown, path: readonly string[]): (readonly string[])[] => (typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, child]) => listPaths(child, [...path, key]))
      : [path])
    const replaceDigit = (text: string, at: number): string => `${text.slice(0, at)}${text[at] === '1' ? '2' : '1'}${text.slice(at + 1)}`
    /** What else could stand there: another digit at the front, in the middle and at the end. */
    const flip = (value: unknown): readonly unknown[] => {
      if (typeof value === 'number') return [value + 1, value + 256]
      if (typeof value !== 'string') return ['changed']
      const first = value.startsWith('0x') ? 2 : 0
      return [first, Math.floor((first + value.length) / 2), value.length - 1].map((at) => replaceDigit(value, at))
    }
    const paths = listPaths(receipt, [])
    expect(paths.length).toBeGreaterThan(100)
    for (const path of paths) {
      const key = path.at(-1) ?? ''
      const name = path[0] === 'program' ? 'program' : path.join('.')
      for (const value of flip(path.reduce<unknown>((node, step) => (node as Node)[step], receipt))) {
        const changed = copy(receipt)
        const parent = path.slice(0, -1).reduce<Node>((node, step) => node[step] as Node, changed as unknown as Node)
        parent[key] = value
        const { ok, problems } = verifyReceipt(changed)
        expect(ok, name).toBe(false)
        expect(problems.some(({ field }) => field === name || field.startsWith(`${name}.`)), `${name}: ${JSON.stringify(problems)}`).toBe(true)
      }
    }
  })

  it('that was changed together with its checksum fails by what was signed', async () => {
    const receipt = await createSigned()
    const changed = { ...receipt, trade: { ...receipt.trade, unprovedReplies: 9 } }
    expect(fieldsOf({ ...changed, checks: computeChecks(changed) })).toEqual(['signatures.seller', 'signatures.buyer'])
    expect(fieldsOf(changed)).toContain('trade.unprovedReplies')
  })

  it('of the first release, without checksums, still holds', async () => {
    const { checks: _checks, ...old } = await createSigned()
    expect(verifyReceipt(old)).toMatchObject({ ok: true })
  })

  it('fails when a party lies about what the hashes bind, though it signs the lie', async () => {
    const lies: readonly [Partial<Receipt['trade']>, string][] = [
      [{ termsHash: bytes32('e') }, 'trade.termsHash'],
      [{ requestHash: bytes32('e') }, 'request'],
      [{ datasetRoot: bytes32('e') }, 'request.request.datasetRoot'],
      [{ programHash: bytes32('e') }, 'program'],
      [{ answerHash: null }, 'trade.answerHash'],
      [{ state: 'Refunded' }, 'trade.state'],
      [{ credits: [{ account: seller.address, amountWei: '2001' }] }, 'trade.credits'],
      [{ moves: [move('Purchased', 5), move('ResultRequested', 2), move('Delivered', 3), move('Confirmed', 4)] }, 'trade.moves'],
    ]
    for (const [lie, field] of lies) {
      const receipt = await createSettled()
      expect(fieldsOf(await signReceipt({ ...receipt, trade: { ...receipt.trade, ...lie } }, seller))).toContain(field)
    }
  })

  it('holds as far as the trade got: paid, requested, delivered, refunded, disputed and burned', async () => {
    const stages: readonly [PurchaseOnChain['state'], number, PurchaseHistory['moves'], readonly bigint[], bigint][] = [
      ['Paid', 1, [], [], 0n],
      ['Requested', 2, [], [], 0n],
      ['Delivered', 3, [], [], 0n],
      ['Disputed', 3, [move('DisputeOpened', 5)], [], 0n],
      ['Refunded', 1, [move('Litigated', 5)], [1500n], 0n],
      ['Refunded', 2, [move('Declined', 5)], [1500n], 0n],
      ['Settled', 3, [move('Reclaimed', 5)], [500n, 1500n], 0n],
      ['Settled', 3, [move('DisputeOpened', 5), move('DisputeClosed', 6)], [500n, 500n], 1000n],
    ]
    for (const [state, steps, last, paid, burnedWei] of stages) {
      const moves = [...history.moves.slice(0, steps), ...last]
      const credits = paid.map((amountWei, index) => ({ account: index === 0 ? buyer.address : seller.address, amountWei }))
      const receipt = createReceipt({
        chainId: 31337, contract, datasetRoot: bytes32('1'), program: null,
        purchase: { ...purchase, state, requestHash: steps > 1 ? purchase.requestHash : `0x${'0'.repeat(64)}`, answerHash: steps > 2 ? purchase.answerHash : `0x${'0'.repeat(64)}` },
        history: { moves, credits, burnedWei },
        request: steps > 1 ? { request, signature: await signResultRequest(request, buyer) } : null,
      })
      expect(verifyReceipt(await signReceipt(receipt, buyer)), state).toMatchObject({ ok: true, problems: [] })
    }
  })

  it('refuses what is not a receipt with the place, and never throws', async () => {
    const receipt = await createSigned()
    for (const nonsense of [null, 7, 'receipt', [], {}, { ...receipt, version: 2 },
      { ...receipt, more: 1 }]) expect(verifyReceipt(nonsense).ok).toBe(false)
    const trade = { ...receipt.trade, seller: receipt.trade.seller.toUpperCase().replace('0X', '0x').replace(/.$/, 'a') }
    expect(verifyReceipt({ ...receipt, trade }).ok).toBe(false)
    expect(verifyReceipt({ ...receipt, trade: { ...receipt.trade, burnedWei: '9'.repeat(60) } }).ok).toBe(false)
    expect(verifyReceipt({ ...receipt,
      request: { request: { ...request, purchase: '9'.repeat(90) }, signature: receipt.signatures.buyer } }).ok).toBe(false)
  })
})
