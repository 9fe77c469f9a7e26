import { describe, expect, it } from 'vitest'
import { createListingPage, createPublicPage, createRobots, createSitemap } from '../../../src/host/seller/server/public-page.ts'
import { explorerOf } from '../../../src/host/settings/explorer.ts'
import { contract, createListing } from './page-listing.ts'

const origin = 'https://data.example.org'
const findExplorer = (chainId: number): string | null => (chainId === 31337 ? null : explorerOf({ chainId, explorer: chainId === 99 ? 'https://look.example' : null }))
const show = (over: Parameters<typeof createListing>[0] = {}): string => createListingPage(createListing(over), origin, findExplorer)

describe('a listing\'s page', () => {
  const page = show({ chainId: 11155111, arbiter: contract })

  it('says what is sold, on what terms, what is answered and how to buy', () => {
    for (const words of [
      '534 rows × 4 columns', '0.02 ether', '1 hour', '2 days after delivery', 'decides within 90 seconds',
      'groups of at least 10 rows', 'at most 2937 different numbers', 'listing 4', 'are not sold',
      'at least 0.03 ether', `--chain-id 11155111 --contract ${contract}`, `hesystem buy ${origin}/v1/listings/wages-1`,
      `href="hesystem://listing?url=${encodeURIComponent(`${origin}/v1/listings/wages-1`)}"`,
    ]) expect(page).toContain(words)
  })

  it('lists the columns with their values, units and meaning, and products by their number', () => {
    const withProducts = show({ hasProducts: true })
    for (const words of [
      '<th scope="row">wage</th><td>number from 0 to 50, dollars an hour</td><td>before tax &amp; dues</td>', '<th scope="row">member</th><td>0 or 1</td>',
      'sector 0, sector 1, ', 'sector 19 and 3 more', 'And 1 product of two columns', '534 rows × 4 columns',
    ]) expect(withProducts).toContain(words)
    expect(withProducts).not.toContain('wage*age')
    expect(page).not.toContain('of two columns')
  })

  it('proposes a question about a column of numbers', () => {
    expect(page).toContain('export default { mean: data.col(&quot;wage&quot;).mean() }')
  })

  it('leads to the contract on the chain\'s explorer, where there is one', () => {
    expect(page).toContain(`href="https://sepolia.etherscan.io/address/${contract}"`)
    expect(show()).not.toContain('etherscan')
    expect(show({ chainId: 99 })).toContain(`href="https://look.example/address/${contract}"`)
  })

  it('needs no script, loads nothing, and shows a seller\'s words as words', () => {
    expect(page).not.toMatch(/<script|<img|src=|url\(|href="(?!\/|data:|hesystem:|https:\/\/sepolia)/)
    expect(page).toContain('Wages &lt;script&gt;')
    expect(page).toContain('What &quot;people&quot; earn')
  })

  it('says plainly what a buyer might overlook', () => {
    expect(show({ minRows: 1 })).toContain('Answers about single rows are sold.')
    expect(show({ mode: 'private' })).toContain('Private mode: your script stays with you.')
    expect(show({ hasProducts: true })).toContain('Every number is of all rows together')
    expect(show()).toContain('there is no arbiter: the price is halved')
    expect(show({ comparisons: 3 })).toContain('3 comparisons in all')
    const closed = show({ state: 'closed' })
    expect(closed).toContain('Closed: no new purchases.')
    expect(closed).not.toContain('hesystem buy')
  })

  it('describes itself to search engines in a line, by its first words', () => {
    expect(page).toContain('<meta name="description" content="What &quot;people&quot; earn">')
    const [, found = ''] = /<meta name="description" content="([^"]*)">/.exec(show({ description: `First\nline. ${'word '.repeat(100)}` })) ?? []
    expect(found).toMatch(/^First line\. word .*word …$/)
    expect(found.length).toBeLessThan(165)
    expect(show({ description: '' })).toContain('content="Wages &lt;script&gt;. The table stays with its owner.')
  })
})

describe('the seller\'s pages', () => {
  it('are found from the first, and from the sitemap, to which robots are led', () => {
    expect(createPublicPage([createListing()])).toContain('<h2><a href="/listings/wages-1">')
    expect(createPublicPage([])).toContain('Nothing is on sale here now.')
    expect(createSitemap([createListing()], origin).match(/<loc>[^<]*<\/loc>/g)).toEqual([`<loc>${origin}/</loc>`, `<loc>${origin}/listings/wages-1</loc>`])
    expect(createRobots(origin)).toContain(`Sitemap: ${origin}/sitemap.xml`)
  })

  it('show what is closed behind what is on sale', () => {
    const page = createPublicPage([createListing({ id: 'old-1', state: 'closed' }), createListing({ id: 'new-1' })])
    expect(page.indexOf('/listings/new-1')).toBeLessThan(page.indexOf('/listings/old-1'))
    expect(page).toMatch(/old-1[^]*Closed · 534 rows/)
    expect(createPublicPage([createListing({ state: 'closed' })])).toContain('Nothing is on sale here now.')
  })

  it('are small: a hundred listings on the first take less than 60 kB', () => {
    const many = Array.from({ length: 100 }, (_, at) => createListing({ id: `wages-${at}`, description: 'A long text about a table. '.repeat(100) }))
    expect(Buffer.byteLength(createPublicPage(many))).toBeLessThan(60_000)
  })
})
