import { hasSecondMoments, listTableColumns } from '../../../compute/products.ts'
import { counted } from '../../../shared/counted.ts'
import { formatEther } from '../../../shared/units.ts'
import { describeBlindHelp, describeHelp, describeMode, describeRows } from '../../../shared/policy-words.ts'
import { sayRefundBeforeBuying } from '../../../shared/refund-words.ts'
import { describePreparation } from '../../../shared/preparation-words.ts'
import type { Column, Details } from '../../../shared/schemas/details.ts'
import { noArbiter } from '../../chain/terms.ts'
import { explorerUrl } from '../../settings/explorer.ts'
import { chainName } from '../../settings/known-chains.ts'
import type { StoredListing } from '../listing-store.ts'
import { escapeHtml as escape, layOutPage, summarise } from './page-layout.ts'

const units: readonly (readonly [seconds: number, name: string])[] = [[86_400, 'day'], [3_600, 'hour'], [60, 'minute'], [1, 'second']]
/** The largest unit that tells it whole. */
const describeDuration = (seconds: number): string => {
  const [size, name] = units.find(([unit]) => seconds >= unit && seconds % unit === 0) ?? [1, 'second'] as const
  return counted(seconds / size, name)
}

const list = (sentences: readonly string[]): string => `<ul>${sentences.map((sentence) => `<li>${escape(sentence)}</li>`).join('\n')}</ul>`
const command = (text: string): string => `<pre><code>${escape(text)}</code></pre>`

const describeSize = ({ details: { num_rows: [rows], columns } }: StoredListing): string =>
  `${counted(rows, 'row')} × ${counted(listTableColumns(columns).length, 'column')}`

const fact = (name: string, value: string, more: string): string => `<div><dt>${name}</dt><dd>${escape(value)} <small>${escape(more)}</small></dd></div>`

const describeFacts = (listing: StoredListing): string => {
  const { details, terms } = listing
  return `<dl class="facts">
${fact('Price', `${formatEther(terms.valueWei)} ether`, 'for one answer')}
${fact('Guarantee', `${formatEther(terms.guaranteeWei)} ether`, 'returned when you confirm')}
${fact('Answered within', describeDuration(terms.deliverySeconds), `of your request; otherwise you take ${sayRefundBeforeBuying(terms)}`)}
${fact('Table', describeSize(listing), `encrypted with a ${details.dataset.key.bits}-bit Paillier key`)}
</dl>`
}

const mostWords = 20

const describeValues = ({ type, unit, categories, lower, upper }: Column): string => {
  if (type === 'category') {
    const left = categories.length - mostWords
    return `category: ${categories.slice(0, mostWords).join(', ')}${left > 0 ? ` and ${left} more` : ''}`
  }
  if (type === 'boolean') return '0 or 1'
  return `${type} from ${lower} to ${upper}${unit === '' ? '' : `, ${unit}`}`
}

const describeColumns = ({ columns, ...details }: Details): string => {
  const own = listTableColumns(columns)
  const explained = own.some(({ description }) => description !== '')
  const row = (column: Column): string =>
    `<tr><th scope="row">${escape(column.name)}</th><td>${escape(describeValues(column))}</td>${explained ? `<td>${escape(column.description)}</td>` : ''}</tr>`
  const products = columns.length - own.length
  return `<h2>What is in the table</h2>
<table><thead><tr><th scope="col">Column</th><th scope="col">Values</th>${explained ? '<th scope="col">What it is</th>' : ''}</tr></thead>
<tbody>${own.map(row).join('\n')}</tbody></table>
${products === 0 ? '' : `<p>And ${counted(products, 'product')} of two columns, for variances, covariances, correlations and least squares.</p>`}${describePreparation(details).map((words) => `\n<p>${escape(words)}</p>`).join('')}`
}

/** The explorer of a chain, without a slash at the end; null where there is none. */
export type FindExplorer = (chainId: number) => string | null

const describeAddress = (explorer: string | null, address: string): string => {
  const url = explorerUrl(explorer, 'address', address)
  return url === null ? `<code>${address}</code>` : `<a rel="noreferrer" href="${escape(url)}"><code>${address}</code></a>`
}

const describePolicy = ({ details, details: { policy, budgets }, terms }: StoredListing): string => `<h2>What is answered</h2>
${list([
  ...describeMode(policy, budgets.totalCells),
  ...describeRows(policy, hasSecondMoments(details.columns)),
  `One answer has at most ${policy.maxAnswerCells} numbers, along each axis at most 1/${policy.condition} of the table.`,
  `In all, the table answers at most ${budgets.totalCells} different numbers, whoever asks.`,
  ...(budgets.comparisons === 0 ? ['Comparisons of encrypted cells (maxima, medians, sorting) are not sold.'] : []),
  ...describeHelp(budgets, terms.interactionFeeWei),
  ...describeBlindHelp(details),
])}`

const term = (name: string, html: string): string => `<dt>${name}</dt><dd>${html}</dd>`

const describeTerms = ({ details, terms, number }: StoredListing, findExplorer: FindExplorer): string => {
  const explorer = findExplorer(details.chain_id)
  return `<h2>Terms</h2>
<dl class="terms">
${term('To confirm', `${describeDuration(terms.expirationSeconds)} after delivery; then the seller may take the payment`)}
${term('In a dispute', terms.arbiter === noArbiter ? 'there is no arbiter: the price is halved, your guarantee and the seller\'s bond are burned' : `${describeAddress(explorer, terms.arbiter)} decides within ${describeDuration(terms.disputeSeconds)}`)}
${term('Proof', 'The key is certified, and every answer\'s decryption is proved before you can confirm. Nobody can prove that the table is real: know your seller.')}
${term('Contract', `${describeAddress(explorer, details.contract_address)} on ${escape(chainName(details.chain_id))}, listing ${String(number)}`)}
${term('Seller', describeAddress(explorer, details.seller))}
</dl>`
}

/** A first question that any listing with numbers answers. */
const writeQuestion = (columns: readonly Column[]): string => {
  const own = listTableColumns(columns)
  const column = own.find(({ type }) => type === 'number') ?? own.find(({ type }) => type === 'integer') ?? own[0]
  return `export default { mean: data.col(${JSON.stringify(column?.name ?? '')}).mean() }`
}

const describeBuying = ({ details, terms }: StoredListing, url: string): string => `<h2>How to buy</h2>
<p>In HEsystem's window: <a href="hesystem://listing?url=${encodeURIComponent(url)}">open this listing</a>, or add the address <code>${escape(url)}</code> to its market. Or in a
terminal:</p>
<ol>
<li>Once: a wallet with at least ${formatEther(terms.valueWei + terms.guaranteeWei)} ether and some for gas, and the address of a node of ${escape(chainName(details.chain_id))}.
${command(`hesystem wallet create
hesystem network add market --rpc ADDRESS --chain-id ${details.chain_id} --contract ${details.contract_address}`)}</li>
<li>Hold this page against the contract.
${command(`hesystem market show ${url}`)}</li>
<li>Write what you want to know into a file <code>question.ts</code>, such as
${command(writeQuestion(details.columns))}</li>
<li>Try it on made-up rows, for free, and ask whether it would be answered.
${command(`hesystem try ${url} question.ts
hesystem check ${url} question.ts`)}</li>
<li>Pay into the contract. This prints the purchase's number, here 1.
${command(`hesystem buy ${url}`)}</li>
<li>Compute on the encrypted table, on your own machine, get the answer with its proof, and settle.
${command(`hesystem compute 1 question.ts
hesystem request 1
hesystem confirm 1`)}</li>
</ol>`

const pageOf = ({ details }: StoredListing): string => `/listings/${details.listing}`
const isClosed = ({ state }: StoredListing): boolean => state === 'closed'

const longestTeaser = 300

const describeInBrief = (listing: StoredListing): string => {
  const { details: { title, description, policy }, terms } = listing
  const facts = [
    ...(isClosed(listing) ? ['Closed'] : [`${formatEther(terms.valueWei)} ether an answer`]), describeSize(listing),
    policy.mode === 'private' ? 'private questions' : policy.minRows === 1 ? 'single rows answered' : `groups of ${policy.minRows} rows or more`,
  ]
  return `<article><h2><a href="${pageOf(listing)}">${escape(title)}</a></h2>
${description === '' ? '' : `<p>${escape(summarise(description, longestTeaser))}</p>\n`}<p class="state">${facts.join(' · ')}</p></article>`
}

const intro = 'These tables stay with their owner. You compute on them encrypted, on your own machine, and pay for one answer, with a proof that it was decrypted rightly.'
const introOfOne = 'The table stays with its owner. You compute on it encrypted, on your own machine, and pay for one answer, with a proof that it was decrypted rightly.'

/** The page at `/`: what is on sale, what is closed behind it, readable without scripts, for people who were sent the address. */
export const createPublicPage = (listings: readonly StoredListing[]): string => {
  const open = listings.filter((listing) => !isClosed(listing))
  return layOutPage({
    title: 'Answers for sale', summary: `${intro} On sale: ${open.map(({ details }) => details.title).join('; ') || 'nothing now'}.`, header: 'HEsystem',
    main: `<h1>Answers for sale</h1>
<p>${intro}</p>
${open.length === 0 ? '<p>Nothing is on sale here now.</p>' : ''}${[...open, ...listings.filter(isClosed)].map(describeInBrief).join('\n')}`,
  })
}

/** One listing's page: table, what is answered, how to buy, terms. */
export const createListingPage = (listing: StoredListing, origin: string, findExplorer: FindExplorer): string => {
  const { details: { title, description, meta_link: link } } = listing
  return layOutPage({
    title, summary: description === '' ? `${title}. ${introOfOne}` : description, header: '<a href="/">All that is on sale here</a>',
    main: `<h1>${escape(title)}</h1>
${description === '' ? '' : `<p class="words">${escape(description)}</p>\n`}${isClosed(listing) ? '<p class="state">Closed: no new purchases.</p>' : `<p class="state">On sale. ${introOfOne}</p>`}
${describeFacts(listing)}
${describeColumns(listing.details)}
${describePolicy(listing)}
${isClosed(listing) ? '' : describeBuying(listing, origin + link)}
${describeTerms(listing, findExplorer)}`,
  })
}

/** The sitemap of all pages (sitemaps.org 0.9), for search engines and catalogues. */
export const createSitemap = (listings: readonly StoredListing[], origin: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${['/', ...listings.map(pageOf)].map((path) => `<url><loc>${escape(origin + path)}</loc></url>`).join('\n')}
</urlset>
`

/** Leads crawlers to the sitemap, and away from what is for programs. */
export const createRobots = (origin: string): string => `User-agent: *\nDisallow: /v1/\n\nSitemap: ${origin}/sitemap.xml\n`
