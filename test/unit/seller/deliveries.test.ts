import { describe, expect, it } from 'vitest'
import type { Market, PurchaseOnChain } from '../../../src/host/chain/market.ts'
import type { DatasetService } from '../../../src/host/datasets/dataset-service.ts'
import type { Ledger } from '../../../src/host/ledger/ledger.ts'
import { createDeliveries, type DeliveryDependencies } from '../../../src/host/seller/deliveries.ts'
import type { ListingStore } from '../../../src/host/seller/listing-store.ts'
import { declineKey, deliverKey } from '../../../src/host/seller/move-keys.ts'
import { createSaleStore, type SaleStore } from '../../../src/host/seller/sale-store.ts'
import { openProfileDatabase } from '../../../src/host/storage/database.ts'
import { hashDetails } from '../../../src/host/trade/details-document.ts'
import { AppError } from '../../../src/shared/errors.ts'

const place = { chainId: 31337, contract: `0x${'22'.repeat(20)}` }
const purchase = 7n
const requestHash = `0x${'33'.repeat(32)}`
const key = { purchase, requestHash }
const deliverySeconds = 3600
const request = {
  ...place, purchase: '7', datasetRoot: requestHash, resultHash: requestHash, programHash: requestHash, x25519PublicKey: `0x${'09'.padStart(64, '0')}`,
}
const deadlineSeconds = 2_000_000_000
const guaranteeWei = 5n
const detailsText = '{}'

interface Scene {
  readonly secondsLeft: number
  readonly state?: PurchaseOnChain['state']
  /** A delivery is written down already, by a run that was interrupted. */
  readonly wasSent?: boolean
  readonly now?: Date
  /** Null: nothing is decided yet. */
  readonly decision?: 'answered' | 'refused' | null
  /** What stands on the contract, where it is not what came. */
  readonly onContract?: string
}

/** One decided sale before a market that notes what it is asked to send. */
const stage = ({ secondsLeft, state = 'Requested', wasSent = false, now = new Date(), decision = 'answered', onContract = requestHash }: Scene) => {
  const database = openProfileDatabase(':memory:')
  database.pragma('foreign_keys = OFF')
  const sales: SaleStore = createSaleStore(database, place)
  sales.receive({
    purchase, listing: 'listing', buyer: `0x${'44'.repeat(20)}`, requestHash, request: JSON.stringify(request), signature: '0x', bodyHash: '0x', program: '{}',
    ciphertexts: new Uint8Array(1), receivedAt: now.toISOString(),
  })
  if (decision === 'answered') sales.answer(key, Uint8Array.of(1, 2, 3))
  else if (decision === 'refused') sales.refuse(key, '{}')
  const sent: unknown[][] = []
  const trouble: Error[] = []
  const send = (...call: unknown[]): Promise<never> => {
    const error = trouble.pop()
    if (error !== undefined) return Promise.reject(error)
    sent.push(call)
    return Promise.resolve(undefined as never)
  }
  const onChain = { id: purchase, buyer: `0x${'44'.repeat(20)}`, state, requestHash: onContract, deadlineSeconds, terms: { deliverySeconds, guaranteeWei, detailsHash: hashDetails(detailsText) } }
  const market: Partial<Market> = {
    ...place,
    assertReady: () => Promise.resolve(),
    readPurchase: () => Promise.resolve(onChain as unknown as PurchaseOnChain),
    readTime: () => Promise.resolve(deadlineSeconds - secondsLeft),
    wasSent: (key) => wasSent && key === deliverKey(purchase, requestHash),
    deliverResult: (...call) => send('deliver', ...call),
    decline: (...call) => send('decline', ...call),
  }
  const judged: string[] = []
  const note = (what: string) => (): never => {
    judged.push(what)
    throw new AppError('policy.min-rows', 'refused')
  }
  const dependencies: Partial<DeliveryDependencies> = {
    sales, market: market as Market, now: () => now,
    listings: { show: () => ({ dataset: 'wages', text: detailsText, details: { policy: { mode: 'disclosed' } } }) } as unknown as ListingStore,
    ledger: { settle: note('settle'), debit: note('debit') } as unknown as Ledger,
    datasets: { readTensor: note('table'), readKeyPair: note('key') } as unknown as DatasetService,
  }
  const deliveries = createDeliveries(dependencies as DeliveryDependencies)
  const advance = async (): Promise<string> => (await deliveries.advance(purchase)).state
  return { sales, sent, judged, trouble, advance, stored: () => sales.find(purchase)?.state }
}

const delivery = ['deliver', deliverKey(purchase, requestHash), purchase, requestHash, '0x010203', guaranteeWei]
const decline = ['decline', declineKey(purchase, requestHash), purchase]

describe('a request that comes late', () => {
  it('is declined unjudged with a tenth of the time or less left: its debit would be for good, and its answer might be undeliverable (S4)', async () => {
    for (const secondsLeft of [360, 1, -60]) {
      const { advance, sent, judged, sales } = stage({ secondsLeft, decision: null })
      expect(await advance(), `${secondsLeft} s left`).toBe('declined')
      expect([sent, judged, JSON.parse(sales.find(purchase)?.refusal ?? '')]).toEqual([[decline], [], expect.objectContaining({ code: 'policy.request-late' })])
    }
    // In time it is judged.
    const { advance, judged } = stage({ secondsLeft: 361, decision: null })
    expect([await advance(), judged]).toEqual(['declined', ['settle']])
  })

  it('is neither judged nor answered where its purchase was refunded, or another request stands there, since it came', async () => {
    for (const scene of [{ state: 'Refunded' }, { onContract: `0x${'55'.repeat(32)}` }] as const) {
      for (const decision of [null, 'answered'] as const) {
        const { advance, sent, judged } = stage({ secondsLeft: 3000, decision, ...scene })
        expect([await advance(), sent, judged]).toEqual(['missed', [], []])
      }
    }
    const { advance, sent, judged, stored } = stage({ secondsLeft: 3000, decision: null, state: 'Paid' })
    await expect(advance()).rejects.toMatchObject({ code: 'escrow.not-confirmed' })
    expect([sent, judged, stored()]).toEqual([[], [], 'received'])
  })
})

describe('an answer that is ready late', () => {
  it('is delivered while more than a twentieth of the time is left', async () => {
    for (const secondsLeft of [deliverySeconds, 181]) {
      const { advance, sent } = stage({ secondsLeft })
      expect(await advance()).toBe('delivered')
      expect(sent).toEqual([delivery])
    }
  })

  it('is not shown to the chain with a twentieth or less left, nor after the deadline: the purchase is declined', async () => {
    for (const secondsLeft of [180, 1, 0, -60]) {
      const { advance, sent } = stage({ secondsLeft })
      expect(await advance(), `${secondsLeft} s left`).toBe('declined')
      expect(sent).toEqual([decline])
    }
  })

  it('is followed up, however late, where its delivery was written down before', async () => {
    const { advance, sent } = stage({ secondsLeft: 1, wasSent: true })
    expect(await advance()).toBe('delivered')
    expect(sent).toEqual([delivery])
  })

  it('is judged by the chain\'s clock: this computer\'s, set back or ahead, changes nothing', async () => {
    for (const now of [new Date('1999-01-01'), new Date('2099-01-01')]) {
      expect(await stage({ secondsLeft: 181, now }).advance()).toBe('delivered')
      expect(await stage({ secondsLeft: 180, now }).advance()).toBe('declined')
    }
  })
})

describe('a decided sale', () => {
  it('that was refused is declined with all the time left', async () => {
    const { advance, sent } = stage({ secondsLeft: deliverySeconds, decision: 'refused' })
    expect(await advance()).toBe('declined')
    expect(sent).toEqual([decline])
  })

  it('that another process over this profile decided first stays as that process decided it', async () => {
    const { sales, advance, sent, stored } = stage({ secondsLeft: deliverySeconds })
    sales.answer(key, Uint8Array.of(9, 9))
    sales.refuse(key, '{}')
    expect(stored()).toBe('answered')
    expect(await advance()).toBe('delivered')
    expect(sent).toEqual([delivery])
    sales.finish(key, 'delivered')
    expect(() => { sales.finish(key, 'declined') }).toThrow('could not move to declined')
    expect(stored()).toBe('delivered')
  })

  it('whose purchase ended meanwhile sends nothing', async () => {
    for (const [state, outcome] of [['Refunded', 'missed'], ['Delivered', 'delivered']] as const) {
      const { advance, sent } = stage({ secondsLeft: 100, state })
      expect(await advance(), state).toBe(outcome)
      expect(sent).toEqual([])
    }
  })

  it('whose delivery fails stays answered, and goes out under the same key at the next try (S18)', async () => {
    const { advance, sent, trouble, stored } = stage({ secondsLeft: deliverySeconds })
    trouble.push(new Error('the chain does not answer'))
    await expect(advance()).rejects.toThrow('the chain does not answer')
    expect(stored()).toBe('answered')
    expect(await advance()).toBe('delivered')
    expect(sent).toEqual([delivery])
    expect(await advance()).toBe('delivered')
    expect(sent).toHaveLength(1)
  })
})
