import { describe, expect, it } from 'vitest'
import type { PurchaseOnChain } from '../../../src/host/chain/market.ts'
import { hashDetails } from '../../../src/host/trade/details-document.ts'
import { createBuyerRoutes, type BuyerRouteDependencies } from '../../../src/host/seller/server/buyer-routes.ts'

const buyer = '0xbuyer'
const text = '{}'
type Seen = Pick<PurchaseOnChain, 'id' | 'listing' | 'buyer' | 'state'> & { readonly terms: Pick<PurchaseOnChain['terms'], 'detailsHash'> }

/** Two listings, of 3 and 6 confirmations, one purchase, and what the chain says of it now and as of each depth. */
const stage = () => {
  const listings = new Map([
    [1n, { number: 1n, dataset: 'wages', text, details: { confirmations: 3 } }],
    [2n, { number: 2n, dataset: 'hidden', text, details: { confirmations: 6 } }],
  ])
  const chain: { latest: Seen | null; confirmed: Seen | null } = { latest: null, confirmed: null }
  const asked: (number | 'latest')[] = []
  const market = {
    chainId: 31_337,
    contract: '0xmarket',
    findPurchase: (_: bigint, options?: { confirmations: number }) => {
      asked.push(options?.confirmations ?? 'latest')
      return Promise.resolve(options === undefined ? chain.latest : chain.confirmed)
    },
  }
  const dependencies = {
    market,
    listings: { findByNumber: (_: unknown, number: bigint) => listings.get(number) ?? null },
    datasets: { readTensor: (dataset: string) => ({ commitment: { dataset }, leaves: [] }) },
  } as unknown as BuyerRouteDependencies
  const route = createBuyerRoutes(dependencies).find(({ path }) => path === '/v1/purchases/:id/data/manifest')
  const ask = async (account = buyer): Promise<unknown> => {
    try {
      const result = await route?.handle({ parameters: { id: '7' }, body: undefined, text: '', origin: '', domain: '', account })
      return (result as { json: { commitment: { dataset: string } } }).json.commitment.dataset
    } catch (error) {
      return (error as { code?: string }).code ?? error
    }
  }
  const reads = async (account?: string): Promise<readonly [unknown, readonly (number | 'latest')[]]> => {
    asked.length = 0
    return [await ask(account), [...asked]]
  }
  return { chain, reads }
}

describe('what a buyer is served while a download goes on (S7)', () => {
  const paid: Seen = { id: 7n, listing: 1n, buyer, state: 'Paid', terms: { detailsHash: hashDetails(text) } }

  it('is asked of the chain once a chunk, as of the confirmed block, and twice the first time', async () => {
    const { chain, reads } = stage()
    chain.latest = chain.confirmed = paid
    expect(await reads()).toEqual(['wages', ['latest', 3]])
    expect(await reads()).toEqual(['wages', [3]])
  })

  it('is refused as soon as the confirmed state says so: to another wallet, and after a refund', async () => {
    const { chain, reads } = stage()
    chain.latest = chain.confirmed = paid
    await reads()
    expect(await reads('0xother')).toEqual(['access.forbidden', [3]])
    chain.confirmed = { ...paid, state: 'Refunded' }
    expect(await reads()).toEqual(['escrow.wrong-state', [3]])
  })

  it('is looked at anew when a reorganisation took the purchase away, or made it one of another listing', async () => {
    const { chain, reads } = stage()
    chain.latest = chain.confirmed = paid
    await reads()
    chain.confirmed = null
    expect(await reads()).toEqual(['escrow.not-confirmed', [3, 'latest', 3]])
    chain.latest = chain.confirmed = { ...paid, listing: 2n }
    expect(await reads()).toEqual(['hidden', [3, 'latest', 6]])
    expect(await reads()).toEqual(['hidden', [6]])
    chain.latest = chain.confirmed = null
    expect(await reads()).toEqual(['input.not-found', [6, 'latest']])
  })

  it('keeps nothing in mind for a wallet that was refused', async () => {
    const { chain, reads } = stage()
    chain.latest = chain.confirmed = paid
    await reads('0xother')
    expect(await reads()).toEqual(['wages', ['latest', 3]])
  })
})
