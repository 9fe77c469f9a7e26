import { describe, expect, it } from 'vitest'
import { createListingPage, createPublicPage, createSitemap } from '../../../src/host/seller/server/public-page.ts'
import type { StoredListing } from '../../../src/host/seller/listing-store.ts'
import { explorerOf } from '../../../src/host/settings/explorer.ts'
import { noArbiter } from '../../../src/host/chain/terms.ts'

const contract = '0x5FbDB2315678afecb367f032d93F642f64180aa3'
const listing = (over: { minRows?: number; chainId?: number; arbiter?: string; state?: string } = {}): StoredListing => ({
  id: 'wages-1', number: 4n, state: over.state ?? 'published',
  terms: {
    valueWei: 20_000_000_000_000_000n, guaranteeWei: 10_000_000_000_000_000n, interactionFeeWei: 0n,
    deliverySeconds: 3600, expirationSeconds: 172_800, disputeSeconds: 90,
    arbiter: over.arbiter ?? noArbiter,
  },
  details: {
    title: 'Wages <script>', description: 'What "people" earn', listing: 'wages-1',
    seller: contract, chain_id: over.chainId ?? 31337, contract_address: contract,
    num_rows: [534, 11], meta_link: '/v1/listings/wages-1', policy: { minRows: over.minRows ?? 10, condition: 2, maxAnswerCells: 64 },
    budgets: { totalCells: 2937, comparisons: 0, products: 0 }, dataset: { key: { bits: 3072 } },
    columns: [{ name: 'wage', type: 'number', unit: 'dollars an hour', description: 'before tax & dues' }],
  },
}) as unknown as StoredListing

const origin = 'https://data.example.org'
const findExplorer = (chainId: number): string | null => (chainId === 31337 ? null : explorerOf({ chainId, explorer: chainId === 99 ? 'https://look.example' : null }))

describe('a listing\'s page', () => {
  const page = createListingPage(listing({ chainId: 11155111, arbiter: contract }), origin, findExplorer)

  it('says what is sold, on what terms, what is answered and how to buy', () => {
    for (const words of [
      '534 rows × 11 columns', '0.02 ether for one answer', '1 hour of your request', '2 days after delivery', 'decides within 90 seconds',
      'at least 10 rows that it treats alike', 'at most 2937 different numbers', 'listing 4',
      `hesystem buy ${origin}/v1/listings/wages-1`, '<td>wage</td><td>number</td><td>dollars an hour</td><td>before tax &amp; dues</td>',
    ]) expect(page).toContain(words)
  })

  it('leads to the contract on the chain\'s explorer, where there is one', () => {
    expect(page).toContain(`href="https://sepolia.etherscan.io/address/${contract}"`)
    expect(createListingPage(listing(), origin, findExplorer)).not.toContain('etherscan')
    expect(createListingPage(listing({ chainId: 99 }), origin, findExplorer)).toContain(`href="https://look.example/address/${contract}"`)
  })

  it('needs no script, loads nothing, and shows a seller\'s words as words', () => {
    expect(page).not.toMatch(/<script|<link|<img|src=|url\(/)
    expect(page).toContain('Wages &lt;script&gt;')
    expect(page).toContain('What &quot;people&quot; earn')
  })

  it('says plainly what a buyer might overlook', () => {
    expect(createListingPage(listing({ minRows: 1 }), origin, findExplorer)).toContain('Answers about single rows are sold here.')
    expect(createListingPage(listing(), origin, findExplorer)).toContain('there is no arbiter: the price is halved')
    expect(createListingPage(listing({ state: 'closed' }), origin, findExplorer)).toContain('Closed: no new purchases.')
  })
})

describe('the seller\'s pages', () => {
  it('are found from the first, and from the sitemap', () => {
    expect(createPublicPage([listing()], findExplorer)).toContain('<h2><a href="/listings/wages-1">')
    expect(createPublicPage([], findExplorer)).toContain('Nothing is on sale here now.')
    expect(createSitemap([listing()], origin).match(/<loc>[^<]*<\/loc>/g)).toEqual([`<loc>${origin}/</loc>`, `<loc>${origin}/listings/wages-1</loc>`])
  })
})
