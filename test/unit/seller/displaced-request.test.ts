import { Wallet, hexlify } from 'ethers'
import { describe, expect, it } from 'vitest'
import { deliverKey } from '../../../src/host/seller/move-keys.ts'
import type { PurchaseOnChain } from '../../../src/host/chain/market.ts'
import type { ReadSubmission } from '../../../src/host/judging/judge-jobs.ts'
import { hashResultRequest, signResultRequest } from '../../../src/host/protocol/result-request.ts'
import { generateSealingKey } from '../../../src/host/protocol/sealing.ts'
import { createDeliveries, type DeliveryDependencies } from '../../../src/host/seller/deliveries.ts'
import type { StoredListing } from '../../../src/host/seller/listing-store.ts'
import { createSaleStore } from '../../../src/host/seller/sale-store.ts'
import { openProfileDatabase } from '../../../src/host/storage/database.ts'
import { hashDetails } from '../../../src/host/trade/details-document.ts'
import { sha256Hex } from '../../../src/host/trade/hash.ts'
import { AppError } from '../../../src/shared/errors.ts'

const place = { chainId: 31337, contract: `0x${'22'.repeat(20)}` }
const purchase = 7n
const root = `0x${'33'.repeat(32)}`
const detailsText = '{}'
const deadlineSeconds = 2_000_000_000
const ciphertextBytes = 512

interface Asked {
  readonly buyer: string
  readonly requestHash: string
  readonly submission: ReadSubmission
}

const ask = async (ciphertexts: Uint8Array, program: { readonly text: string; readonly cells: number } | null = null): Promise<Asked> => {
  const wallet = Wallet.createRandom()
  const request = {
    ...place, purchase: purchase.toString(), datasetRoot: root, resultHash: sha256Hex(ciphertexts),
    programHash: program === null ? `0x${'44'.repeat(32)}` : sha256Hex(program.text), x25519PublicKey: hexlify(generateSealingKey().publicKey),
  }
  const requestHash = hashResultRequest(request)
  const signature = await signResultRequest(request, wallet)
  return {
    buyer: wallet.address, requestHash,
    submission: { bodyHash: requestHash, request, signature, program: program?.text ?? null, cells: program?.cells ?? null, ciphertexts },
  }
}

const onChainOf = ({ buyer, requestHash }: Asked): PurchaseOnChain => ({
  id: purchase, listing: 1n, buyer, state: 'Requested', requestHash, deadlineSeconds,
  terms: { deliverySeconds: 3600, guaranteeWei: 5n, detailsHash: hashDetails(detailsText) },
} as unknown as PurchaseOnChain)

/** A seller before a market whose purchase is whoever asked last; `decrypt` and `estimate` are what becomes of the first request. */
const stage = (
  mode: 'disclosed' | 'private', decrypt: () => Promise<bigint[]> = () => Promise.resolve([5n]), estimate: () => Promise<unknown> = () => Promise.resolve({}),
) => {
  const database = openProfileDatabase(':memory:')
  database.pragma('foreign_keys = OFF')
  const sales = createSaleStore(database, place)
  let debits = 0
  const sent: unknown[][] = []
  let bearer: Asked | null = null
  let isFirst = true
  const columns = [{ name: 'wage', scale: 0, min: 0, max: 9 }]
  const details = {
    policy: { mode, maxAnswerBits: 128, maxAnswerCells: 2, condition: 1 }, columns, num_rows: [8], dataset: { root, key: { bits: 2048, n: '0' }, rows: 8 },
  }
  const listing = { id: 'listing', dataset: 'wages', text: detailsText, details } as unknown as StoredListing
  const readPurchase = (): Promise<PurchaseOnChain> => (bearer === null ? Promise.reject(new Error('nobody')) : Promise.resolve(onChainOf(bearer)))
  const note = (...call: unknown[]): Promise<void> => {
    sent.push(call)
    return Promise.resolve()
  }
  const dependencies: unknown = {
    sales, now: () => new Date(), assertAnswersKnown: () => Promise.resolve(), listings: { show: () => listing },
    market: {
      ...place, assertReady: () => Promise.resolve(), readPurchase, readTime: () => Promise.resolve(deadlineSeconds - 3000),
      wasSent: () => false, estimate,
      deliverResult: (...call: unknown[]) => note('deliver', ...call.slice(0, 3)), decline: (...call: unknown[]) => note('decline', ...call),
    },
    ledger: {
      hasDebited: () => false, assertCellsPermitted: () => undefined, displace: () => undefined,
      debitCells: () => { debits += 1 },
    },
    datasets: { readKeyPair: () => ({ publicKey: {} }) },
    engine: () => Promise.resolve({
      assertCiphertexts: () => Promise.resolve(),
      decrypt: () => {
        const first = isFirst
        isFirst = false
        return first ? decrypt() : Promise.resolve([5n])
      },
      proveDecryption: () => Promise.resolve(new Uint8Array(272)),
    }),
  }
  const deliveries = createDeliveries(dependencies as DeliveryDependencies)
  return {
    sales, sent,
    countDebits: () => debits,
    stored: () => database.prepare<[], { state: string; aside: number; bytes: number; request_hash: string }>(
      'SELECT state, set_aside AS aside, length(ciphertexts) AS bytes, request_hash FROM sales ORDER BY rowid',
    ).all(),
    receive: (asked: Asked) => {
      bearer = asked
      return deliveries.receive(onChainOf(asked), listing, asked.submission)
    },
    advance: () => deliveries.advance(purchase),
  }
}

const junk = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(1)

describe('a request whose number a reorganisation gives to another buyer while it is decided', () => {
  for (const outcome of ['answered', 'refused', 'refused after its decryption'] as const) {
    it(`is ${outcome} for nobody: the other is decided by itself`, async () => {
      const held = Promise.withResolvers<undefined>()
      const begun = Promise.withResolvers<undefined>()
      const { sales, receive, advance, sent, stored } = stage('private', async () => {
        begun.resolve(undefined)
        await held.promise
        if (outcome === 'refused') throw new AppError('crypto.invalid-ciphertext', 'the first buyer\'s ciphertext is none')
        return [outcome === 'answered' ? 6n : 1n << 200n]
      })
      const [first, second] = [await ask(junk(ciphertextBytes)), await ask(new Uint8Array(ciphertextBytes).fill(2))]
      receive(first)
      const running = advance()
      await begun.promise
      receive(second)
      held.resolve(undefined)
      await running
      // Not a word of the first one's is the second one's.
      expect(sales.find(purchase)).toMatchObject({ requestHash: second.requestHash, refusal: null })
      expect((await advance()).state).toBe('delivered')
      expect(sent).toEqual([['deliver', deliverKey(purchase, second.requestHash), purchase, second.requestHash]])
      expect(stored()).toMatchObject([{ request_hash: first.requestHash, state: 'received', aside: 1 }, { request_hash: second.requestHash, state: 'delivered', aside: 0 }])
      // Where the number comes back to it, the first goes on from where it was.
      receive(first)
      expect((await advance()).state).toBe('delivered')
    })
  }

  it('is not debited any more: that would be under the number of the other', async () => {
    const [first, second] = [await ask(junk(ciphertextBytes)), await ask(new Uint8Array(ciphertextBytes).fill(2))]
    const { receive, advance, countDebits } = stage('private', undefined, () => {
      if (countDebits() === 0) receive(second)
      return Promise.resolve({})
    })
    receive(first)
    await expect(advance()).rejects.toMatchObject({ code: 'escrow.wrong-state', retryable: true })
    expect(countDebits()).toBe(0)
    expect([(await advance()).state, countDebits()]).toEqual(['delivered', 1])
  })

  it('keeps what other runs decide of either apart', async () => {
    const { sales, receive } = stage('private')
    const [first, second] = [await ask(junk(ciphertextBytes)), await ask(new Uint8Array(ciphertextBytes).fill(2))]
    const earlier = receive(first)
    receive(second)
    sales.answer(earlier, junk(3))
    sales.refuse(earlier, '{}')
    for (const state of ['delivered', 'declined', 'missed'] as const) sales.finish(earlier, state)
    sales.setAside(earlier)
    expect(sales.find(purchase)).toMatchObject({ requestHash: second.requestHash, state: 'received', refusal: null, sealed: null })
    expect(() => { sales.refuse({ purchase, requestHash: root }, '{}') }).toThrow('could not move to refused')
  })
})

describe('what a buyer sent', () => {
  it('is not kept where it is longer than an answer of the listing, or of the program, and is declined', async () => {
    const program = { text: '{}', cells: 1 }
    const cases = [
      ['private', await ask(junk(3 * ciphertextBytes)), 'policy.answer-cells'],
      ['private', await ask(junk(3_000_000)), 'input.invalid'],
      ['disclosed', await ask(junk(2 * ciphertextBytes), program), 'policy.result-mismatch'],
      ['disclosed', await ask(junk(3 * ciphertextBytes), { ...program, cells: 3 }), 'policy.answer-cells'],
    ] as const
    for (const [mode, asked, code] of cases) {
      const { receive, advance, sales, stored, sent } = stage(mode)
      receive(asked)
      expect(stored()).toMatchObject([{ state: 'refused', bytes: 0 }])
      expect((await advance()).state).toBe('declined')
      expect([JSON.parse(sales.find(purchase)?.refusal ?? ''), sent.length]).toEqual([expect.objectContaining({ code }), 1])
      // The very body again is the very sale.
      expect(receive(asked).state).toBe('declined')
    }
    const { receive, stored } = stage('disclosed')
    receive(await ask(junk(ciphertextBytes), program))
    expect(stored()).toMatchObject([{ state: 'received', bytes: ciphertextBytes }])
  })

  it('is kept until it is answered or refused, and no longer where it is refused', async () => {
    const answered = stage('private')
    answered.receive(await ask(junk(ciphertextBytes)))
    await answered.advance()
    expect(answered.stored()).toMatchObject([{ state: 'delivered', bytes: ciphertextBytes }])

    const refused = stage('private', () => Promise.resolve([1n << 200n]))
    refused.receive(await ask(junk(ciphertextBytes)))
    await refused.advance()
    expect(refused.stored()).toMatchObject([{ state: 'declined', bytes: 0 }])

    for (const state of ['declined', 'missed'] as const) {
      const { receive, sales, stored, advance } = stage('private')
      const asked = await ask(junk(ciphertextBytes))
      sales.finish(receive(asked), state)
      expect(stored()).toMatchObject([{ state, bytes: 0 }])
      // One that ended another way, and is on the contract again, is answered from what comes again with it.
      receive(asked)
      expect([(await advance()).state, stored()[0]?.bytes]).toEqual(state === 'missed' ? ['delivered', ciphertextBytes] : ['declined', 0])
    }
  })

  it('is in no list of sales', async () => {
    const { receive, sales } = stage('private')
    receive(await ask(junk(ciphertextBytes)))
    expect(Object.keys(sales.summarise(purchase) ?? {}).sort()).toEqual(['buyer', 'listing', 'purchase', 'receivedAt', 'refusal', 'requestHash', 'state'])
    expect(sales.listUnfinished()).toEqual([purchase])
  })
})
