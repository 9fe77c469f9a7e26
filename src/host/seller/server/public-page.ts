import { counted } from '../../../shared/counted.ts'
import { formatEther } from '../../../shared/units.ts'
import { describeBlindHelp, describeHelp, describeMode } from '../../../shared/policy-words.ts'
import { sayRefundBeforeBuying } from '../../../shared/refund-words.ts'
import { noArbiter } from '../../chain/terms.ts'
import { explorerUrl } from '../../settings/explorer.ts'
import { chainName } from '../../settings/known-chains.ts'
import type { StoredListing } from '../listing-store.ts'

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
/** Seller-provided text is only text. */
const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')

const style = `:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:3rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2.5rem}h3{font-size:1rem;margin-top:1.5rem}
dl{display:grid;grid-template-columns:minmax(8rem,12rem) 1fr;gap:.25rem 1rem}dt{opacity:.75}dd{margin:0}
div.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .5rem;border-bottom:1px solid #8884}
code{font-family:ui-monospace,monospace;overflow-wrap:anywhere}`

const layout = (title: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)} — HEsystem</title><style>
${style}
</style></head><body>
${body}
</body></html>
`

const term = (name: string, html: string): string => `<dt>${name}</dt><dd>${html}</dd>`

const units: readonly (readonly [seconds: number, name: string])[] = [[86_400, 'day'], [3_600, 'hour'], [60, 'minute'], [1, 'second']]
/** The largest unit that tells it whole. */
const describeDuration = (seconds: number): string => {
  const [size, name] = units.find(([unit]) => seconds >= unit && seconds % unit === 0) ?? [1, 'second'] as const
  return counted(seconds / size, name)
}

const describeColumn = ({ name, type, unit, description }: StoredListing['details']['columns'][number]): string =>
  `<tr><td>${escape(name)}</td><td>${escape(type)}</td><td>${escape(unit)}</td><td>${escape(description)}</td></tr>`

/** The explorer of a chain, without a slash at the end; null where there is none. */
export type FindExplorer = (chainId: number) => string | null

const describeAddress = (explorer: string | null, address: string): string => {
  const url = explorerUrl(explorer, 'address', address)
  return url === null ? `<code>${address}</code>` : `<a rel="noreferrer" href="${escape(url)}"><code>${address}</code></a>`
}

const describePolicy = ({ details, details: { policy, budgets }, terms }: StoredListing): string => [
  ...describeMode(policy, budgets.totalCells),
  ...(policy.mode === 'private' ? [] : [policy.minRows === 1 ? 'Answers about single rows are sold here.' : `Every number answered stands on groups of at least ${policy.minRows} rows that it treats alike.`]),
  `One answer has at most ${policy.maxAnswerCells} numbers, along each axis at most 1/${policy.condition} of the table.`,
  `In all, the table answers at most ${budgets.totalCells} different numbers, whoever asks.`,
  ...describeHelp(budgets, terms.interactionFeeWei),
  ...describeBlindHelp(details),
].join(' ')

const describeTerms = (listing: StoredListing, findExplorer: FindExplorer): string => {
  const { details, terms, state } = listing
  const explorer = findExplorer(details.chain_id)
  const [rows, columns] = details.num_rows
  return `<dl>
${term('State', state === 'closed' ? 'Closed: no new purchases.' : 'On sale.')}
${term('Table', `${rows} rows × ${columns} columns, encrypted with a ${details.dataset.key.bits}-bit Paillier key`)}
${term('Price', `${formatEther(terms.valueWei)} ether for one answer, and ${formatEther(terms.guaranteeWei)} ether guarantee, returned when you confirm`)}
${term('Answered within', `${describeDuration(terms.deliverySeconds)} of your request; otherwise you take ${sayRefundBeforeBuying(terms)}`)}
${term('To confirm', `${describeDuration(terms.expirationSeconds)} after delivery; then the seller may take the payment`)}
${term('In a dispute', terms.arbiter === noArbiter ? 'there is no arbiter: the price is halved, your guarantee and the seller\'s bond are burned' : `${describeAddress(explorer, terms.arbiter)} decides within ${describeDuration(terms.disputeSeconds)}`)}
${term('What is answered', describePolicy(listing))}
${term('Proof', 'The key is certified, and every answer\'s decryption is proved before you can confirm. Nobody can prove that the table is real.')}
${term('Contract', `${describeAddress(explorer, details.contract_address)} on ${escape(chainName(details.chain_id))}, listing ${String(listing.number)}`)}
${term('Seller', describeAddress(explorer, details.seller))}
</dl>`
}

const describeBuying = (url: string): string => `<h3>How to buy</h3>
<p>In HEsystem's window, open <code>${escape(url)}</code>. Or in a terminal, with a script of yours, here <code>question.ts</code>:</p>
<ol>
<li><code>hesystem market show ${escape(url)}</code> holds this page against the contract.</li>
<li><code>hesystem try ${escape(url)} question.ts</code> rehearses on made-up data, for free; <code>check</code> in its place asks whether it would be answered.</li>
<li><code>hesystem buy ${escape(url)}</code> pays into the contract and gives the purchase its number.</li>
<li><code>hesystem compute 1 question.ts</code>, <code>hesystem request 1</code> and <code>hesystem confirm 1</code> compute, get the answer and settle.</li>
</ol>`

const pageOf = ({ details }: StoredListing): string => `/listings/${details.listing}`

/** The page at `/`: what is on sale, readable without scripts, for people who were sent the address. */
export const createPublicPage = (listings: readonly StoredListing[], findExplorer: FindExplorer): string => layout('Answers for sale', `<h1>Answers for sale</h1>
<p>These tables stay with their owner. You compute on them encrypted, on your own machine, and pay for one answer.</p>
${listings.length === 0 ? '<p>Nothing is on sale here now.</p>' : listings.map((listing) => `<section>
<h2><a href="${pageOf(listing)}">${escape(listing.details.title)}</a></h2>
<p>${escape(listing.details.description)}</p>
${describeTerms(listing, findExplorer)}
</section>`).join('\n')}`)

/** One listing's page: table, terms, policy, and how to buy. */
export const createListingPage = (listing: StoredListing, origin: string, findExplorer: FindExplorer): string => layout(listing.details.title, `<p><a href="/">All that is on sale here</a></p>
<h1>${escape(listing.details.title)}</h1>
<p>${escape(listing.details.description)}</p>
${describeTerms(listing, findExplorer)}
${describeBuying(origin + listing.details.meta_link)}
<h3>Columns</h3>
<div class="wide"><table><thead><tr><th>Column</th><th>Type</th><th>Unit</th><th>What it is</th></tr></thead>
<tbody>${listing.details.columns.map(describeColumn).join('')}</tbody></table></div>`)

/** The sitemap of all pages (sitemaps.org 0.9), for search engines and catalogues. */
export const createSitemap = (listings: readonly StoredListing[], origin: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${['/', ...listings.map(pageOf)].map((path) => `<url><loc>${escape(origin + path)}</loc></url>`).join('\n')}
</urlset>
`
