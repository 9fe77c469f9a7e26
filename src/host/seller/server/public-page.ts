import { formatEther } from '../../../shared/units.ts'
import type { StoredListing } from '../listing-store.ts'

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
/** Seller-provided text is only text. */
const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')

const describeColumn = ({ name, type, unit, description }: StoredListing['details']['columns'][number]): string =>
  `<tr><td>${escape(name)}</td><td>${escape(type)}</td><td>${escape(unit)}</td><td>${escape(description)}</td></tr>`

const describeListing = ({ details, terms, state }: StoredListing, origin: string): string => {
  const [rows, columns] = details.num_rows
  const { minRows, condition, maxAnswerCells } = details.policy
  return `<section>
<h2>${escape(details.title)}</h2>
<p>${escape(details.description)}</p>
<dl>
<dt>Table</dt><dd>${rows} rows × ${columns} columns</dd>
<dt>Price</dt><dd>${formatEther(terms.valueWei)} ether, and ${formatEther(terms.guaranteeWei)} ether guarantee, returned when you confirm</dd>
<dt>What is answered</dt><dd>${minRows === 1
    ? 'Answers about single rows are sold here.'
    : `Every number answered stands on groups of at least ${minRows} rows that it treats alike.`} At most ${maxAnswerCells} cells; along each axis at most 1/${condition} of the table.</dd>
<dt>Proof</dt><dd>The key is certified, and every answer's decryption is proved before you can confirm. Nobody can prove that the table is real.</dd>
<dt>State</dt><dd>${state === 'closed' ? 'Closed: no new purchases.' : 'On sale.'}</dd>
<dt>How to buy</dt><dd>Open <code>${escape(origin + details.meta_link)}</code> in HEsystem, or run <code>hesystem market show ${escape(origin + details.meta_link)}</code></dd>
</dl>
<table><thead><tr><th>Column</th><th>Type</th><th>Unit</th><th>What it is</th></tr></thead>
<tbody>${details.columns.map(describeColumn).join('')}</tbody></table>
</section>`
}

/** The page at `/`: readable without scripts, for people who were sent the address. */
export const createPublicPage = (listings: readonly StoredListing[], origin: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Answers for sale — HEsystem</title>
<style>
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:3rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2.5rem}
dl{display:grid;grid-template-columns:10rem 1fr;gap:.25rem 1rem}dt{opacity:.7}dd{margin:0}
table{border-collapse:collapse;width:100%;margin-top:1rem}th,td{text-align:left;padding:.35rem .5rem;border-bottom:1px solid #8884}
code{font-family:ui-monospace,monospace}
</style></head><body>
<h1>Answers for sale</h1>
<p>These tables stay with their owner. You compute on them encrypted, on your own machine, and pay for one answer.</p>
${listings.length === 0 ? '<p>Nothing is on sale here now.</p>' : listings.map((listing) => describeListing(listing, origin)).join('\n')}
</body></html>
`
