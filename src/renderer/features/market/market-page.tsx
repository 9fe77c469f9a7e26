import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { MarketEntry, OpenedListingJson } from '../../../shared/window-contract/market.ts'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { usePeeks } from '../../app/peek.ts'
import { goTo, placeOf } from '../../app/router.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { NetworkProblem } from '../../ui/network-problem.tsx'
import { EmptyState, Page } from '../../ui/page.tsx'
import { Reply, Trouble } from '../../ui/trouble.tsx'
import { Amount, formatCount, Hash, sayCount } from '../../ui/values.tsx'
import { readError } from '../../window-client.ts'
import { openSample, TryIt } from '../first-run/first-run-page.tsx'

/** How many listings more each press shows: every one shown asks its seller. */
const pageOfListings = 24

/** A line of the market with its document, where its seller answered. */
interface Offer {
  readonly entry: MarketEntry
  readonly opened: OpenedListingJson | null
  /** Why there is none; null while it is asked for. */
  readonly missing: 'gone' | 'unasked' | 'foreign' | 'unknown' | null
}

const listingAt = (url: string): string => placeOf(['buy', 'listing'], { url })

const nameOf = ({ entry, opened }: Offer): string => opened?.title ?? (entry.number === null ? entry.url : `Listing ${entry.number}`)

const Presence = ({ offer: { entry, opened, missing } }: { readonly offer: Offer }) => {
  if (entry.open === false) return <span className="tag">closed</span>
  if (missing === 'unasked') return <span className="tag" title="Anybody can list any address. This one is in your own network, or no listing’s: it is asked once you open it.">not asked</span>
  if (missing === 'foreign') return <span className="tag warn" title="Its address shows another listing than the one that names it here.">shows another listing</span>
  if (missing === 'unknown') return <span className="tag warn" title="What its seller says is held to the contract, and the network cannot be used now.">cannot be checked</span>
  if (missing === 'gone') return <span className="tag warn">{entry.mine ? 'yours, not served' : 'seller does not answer'}</span>
  if (opened === null) return <span className="tag">asking…</span>
  return <span className="tag good"><i className="dot good" />open</span>
}

const Card = ({ offer }: { readonly offer: Offer }) => {
  const { entry, opened } = offer
  return (
    <a className="card" href={listingAt(entry.url)}>
      <div className="row between"><strong className="truncate">{nameOf(offer)}</strong><Presence offer={offer} /></div>
      <p>{opened?.description ?? entry.url}</p>
      {opened === null ? null : <span className="small quiet">{sayCount(opened.rows, 'row')} · {sayCount(opened.columns.length, 'column')} · {opened.key.bits}-bit key{entry.mine ? ' · yours' : ''}</span>}
      {entry.terms === null ? null : (
        <span className="foot"><span className="small quiet">one answer</span><Amount wei={entry.terms.valueWei} /></span>
      )}
    </a>
  )
}

const price = ({ entry }: Offer): bigint => BigInt(entry.terms?.valueWei ?? '0')

const AsTable = ({ offers }: { readonly offers: readonly Offer[] }) => (
  <DataTable
    label="Listings" rows={offers} keyOf={({ entry }) => entry.url} onOpen={({ entry }) => { goTo(listingAt(entry.url)) }}
    columns={[
      { name: 'Listing', cell: (offer) => <a href={listingAt(offer.entry.url)}>{nameOf(offer)}</a>, order: nameOf },
      { name: 'State', cell: (offer) => <Presence offer={offer} /> },
      { name: 'Rows', numeric: true, cell: ({ opened }) => (opened === null ? '' : formatCount(opened.rows)), order: ({ opened }) => opened?.rows ?? 0 },
      { name: 'Columns', numeric: true, cell: ({ opened }) => opened?.columns.length ?? '', order: ({ opened }) => opened?.columns.length ?? 0 },
      { name: 'Price', unit: 'ether', numeric: true, cell: ({ entry }) => (entry.terms === null ? '' : <Amount bare wei={entry.terms.valueWei} />), order: price },
      { name: 'Guarantee', unit: 'ether', numeric: true, cell: ({ entry }) => (entry.terms === null ? '' : <Amount bare wei={entry.terms.guaranteeWei} />) },
      { name: 'Seller', cell: ({ entry }) => (entry.seller === null ? '' : <Hash value={entry.seller} label="seller address" />) },
    ]}
  />
)

const AddUrl = () => {
  const [url, setUrl] = useState('')
  const add = useDo((wanted: string) => shell.market.add({ url: wanted }), 'market')
  return (
    <form className="stack add-url" onSubmit={(event) => { event.preventDefault(); add.mutate(url.trim(), { onSuccess: (opened) => { goTo(listingAt(opened.url)) } }) }}>
      <div className="row">
        <TextInput className="grow" aria-label="A listing’s URL" placeholder="A listing’s URL, as its seller gave it" value={url} onChange={(event) => { setUrl(event.target.value) }} />
        <Button type="submit" variant="default" loading={add.isPending} disabled={url.trim() === ''}>Add</Button>
      </div>
      <Trouble error={add.error} />
    </form>
  )
}

/** Only what the address shows for this very listing: anybody can list somebody else's address under a price of their own. */
const toOffer = (entry: MarketEntry, asked: ReturnType<typeof usePeeks>[number] | undefined): Offer => {
  const { data = null, error = null } = asked ?? {}
  if (data !== null && entry.number !== null && data.number !== entry.number) return { entry, opened: null, missing: 'foreign' }
  if (error === null) return { entry, opened: data, missing: null }
  const { code } = readError(error)
  return { entry, opened: data, missing: code === 'access.address-unasked' ? 'unasked' : code.startsWith('chain.') ? 'unknown' : 'gone' }
}

interface ListingsProperties {
  readonly entries: readonly MarketEntry[]
  /** Older listings that were not read. */
  readonly left: number
  readonly onMore: () => void
}

const Listings = ({ entries, left, onMore }: ListingsProperties) => {
  const [shown, setShown] = useState('cards')
  const [words, setWords] = useState('')
  const opened = usePeeks(entries.map(({ url }) => url))
  const offers = entries.map((entry, index) => toOffer(entry, opened[index]))
  const found = offers.filter((offer) => `${nameOf(offer)} ${offer.opened?.description ?? ''} ${offer.entry.url}`.toLowerCase().includes(words.toLowerCase()))
  return (
    <div className="stack wide">
      <div className="row between">
        <TextInput aria-label="Search the market" placeholder="Search" w={280} value={words} onChange={(event) => { setWords(event.target.value) }} />
        <SegmentedControl aria-label="Show as" value={shown} onChange={setShown} data={[{ value: 'cards', label: 'Cards' }, { value: 'table', label: 'Table' }]} />
      </div>
      {shown === 'cards' ? <div className="cards">{found.map((offer) => <Card key={offer.entry.url} offer={offer} />)}</div> : <AsTable offers={found} />}
      {left === 0 ? null : <div className="row"><Button variant="default" onClick={onMore}>Show older listings</Button><span className="small quiet">{formatCount(left)} more; search looks through those shown</span></div>}
    </div>
  )
}

export const MarketPage = () => {
  const [most, setMost] = useState(pageOfListings)
  // The list stays while a longer one is read.
  const market = useQuery({ queryKey: ['market', 'list', most], queryFn: () => shell.market.list({ most }), placeholderData: keepPreviousData })
  const status = useAsk(['status'], () => shell.app.status({}))
  const isDown = typeof status.data?.networkProblem === 'string'
  const onMore = (): void => { setMost(most + pageOfListings) }
  return (
    <Page title="Market" about="Tables you can compute on without seeing them. Trying is free; one answer costs what its seller asks." actions={<AddUrl />}>
      <div className="stack wide">
        {market.data === undefined ? null : <NetworkProblem />}
        <Reply of={market}>
          {({ entries, left }) => (entries.length > 0 ? <Listings entries={entries} left={left} onMore={onMore} /> : isDown ? null : (
            <EmptyState action={<TryIt label="Open the sample market" primary onReady={openSample} />}>
              Nothing is on sale on this network yet. Add the URL of a listing above, or practise on the sample market with play money.
            </EmptyState>
          ))}
        </Reply>
      </div>
    </Page>
  )
}
