import { nameHelp } from '../../../shared/policy-words.ts'
import { Button } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { warnBuyerOfDisputes } from '../../../shared/dispute-warnings.ts'
import type { OpenedListingJson } from '../../../shared/window-contract/market.ts'
import { shell, useAsk } from '../../app/api.ts'
import { useMove } from '../../app/moves.tsx'
import { goTo, placeOf } from '../../app/router.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState, Facts, Page, Section } from '../../ui/page.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { Amount, Copyable, formatCount, formatNumber, Hash, sayCodes, sayCount, sayDuration } from '../../ui/values.tsx'

const back = { to: '#/buy/market', title: 'Market' }

const Check = ({ ok, children }: { readonly ok: boolean, readonly children: ReactNode }) => (
  <span className="row end">{children}{ok ? <IconCheck size={14} className="good" aria-label="checked" /> : <IconX size={14} className="bad" aria-label="missing" />}</span>
)

/** Tables of so many columns stand whole on the page; longer ones scroll for themselves. */
const shortTable = 24

const Columns = ({ of }: { readonly of: OpenedListingJson['columns'] }) => (
  <DataTable
    label="Columns" rows={of} keyOf={({ name }) => name} height={of.length <= shortTable ? Infinity : 560}
    columns={[
      { name: 'Column', cell: ({ name }) => <span className="mono">{name}</span>, order: ({ name }) => name },
      { name: 'Type', cell: ({ type }) => type, order: ({ type }) => type },
      { name: 'Unit', cell: ({ unit }) => <span className="nowrap">{unit}</span> },
      { name: 'At least', numeric: true, cell: ({ lower }) => formatNumber(lower) },
      { name: 'At most', numeric: true, cell: ({ upper }) => formatNumber(upper) },
      { name: 'What it is', cell: ({ description, categories }) => (categories.length === 0 ? description : `${description} ${sayCodes(categories)}`) },
    ]}
  />
)

const Price = ({ listing: { terms, seller, comparisons, products } }: { readonly listing: OpenedListingJson }) => (
  <Section title="Price of one answer">
    <Facts of={[
      ['Price', <Amount key="price" wei={terms.valueWei} />],
      ['Guarantee, comes back', <Amount key="guarantee" wei={terms.guaranteeWei} />],
      ...(nameHelp({ comparisons, products }) === '' ? [] : [
        ['Help while scripts run, in all', nameHelp({ comparisons, products })] as const,
        ['Opening it, out of the price', <Amount key="fee" wei={terms.interactionFeeWei} />] as const,
      ]),
      ['Seller must deliver within', sayDuration(terms.deliverySeconds)],
      ['Trade ends after', sayDuration(terms.expirationSeconds)],
      ['Arbiter', terms.arbiter === null ? 'none' : <Hash key="arbiter" value={terms.arbiter} label="arbiter address" />],
    ]} />
    {warnBuyerOfDisputes({ valueWei: BigInt(terms.valueWei), guaranteeWei: BigInt(terms.guaranteeWei), arbiter: terms.arbiter, seller }).map((words) => <p key={words} className="small quiet">{words}</p>)}
  </Section>
)

const Trust = ({ listing }: { readonly listing: OpenedListingJson }) => (
  <Section title="What was checked">
    <Facts of={[
      ['Terms agree with the contract', <Check key="terms" ok><Hash value={listing.termsHash} label="terms hash" /></Check>],
      ['Description agrees', <Check key="details" ok><Hash value={listing.detailsHash} label="details hash" /></Check>],
      [`${listing.key.bits}-bit key is sound`, <Check key="key" ok={listing.key.certified}><Hash value={listing.key.keyId} label="key id" /></Check>],
      ['Decryption is proved', <Check key="proof" ok={listing.proof !== 'none'}><span className="nowrap" title={listing.proof}>{listing.proof === 'none' ? 'seller’s word' : 'each answer'}</span></Check>],
      ['Seller', <Hash key="seller" value={listing.seller} label="seller address" />],
      ['Confirmations waited for', formatCount(listing.confirmations)],
    ]} />
  </Section>
)

const Listing = ({ listing }: { readonly listing: OpenedListingJson }) => {
  const sign = useMove()
  const buy = (): void => {
    sign({ kind: 'buy', url: listing.url }, (outcome) => { if (outcome.kind === 'purchase') goTo(placeOf(['buy', 'purchases', outcome.purchase])) })
  }
  return (
    <Page
      title={listing.title} back={back} about={listing.description}
      actions={(
        <>
          <Button variant="default" component="a" href={placeOf(['buy', 'workspace'], { url: listing.url })}>Try on test data</Button>
          <Button onClick={buy} disabled={!listing.open}>Buy one answer</Button>
        </>
      )}
    >
      {listing.open ? null : <p className="note warn">The seller has closed this listing; purchases made before go on.</p>}
      {listing.mine ? <p className="note">This listing is yours. Buying from yourself works, and costs the fees.</p> : null}
      <div className="columns">
        <div className="stack wider">
          <Section title={`${sayCount(listing.columns.length, 'column')}, ${sayCount(listing.rows, 'row')}`} aside={<span className="small quiet">{sayCount(listing.testRows, 'made-up row')} to test on</span>}>
            <Columns of={listing.columns} />
            {listing.preparation.map((words) => <p key={words} className="small">{words}</p>)}
            {listing.secondMoments.length === 0 ? null : (
              <details>
                <summary>
                  {formatCount(listing.secondMoments.length)} squares and products of them, for variances, correlations and least squares
                </summary>
                <p className="small mono">{listing.secondMoments.join(', ')}</p>
              </details>
            )}
          </Section>
          <Section title="What the seller’s key will answer">
            <ul className="stack">{listing.policyWords.map((words) => <li key={words} className="prose">{words}</li>)}</ul>
          </Section>
        </div>
        <aside>
          <Price listing={listing} />
          <Trust listing={listing} />
          <Section title="Address"><Copyable value={listing.url} label="listing URL" shown={listing.url.length > 40 ? `${listing.url.slice(0, 39)}…` : listing.url} /></Section>
        </aside>
      </div>
    </Page>
  )
}

export const ListingPage = ({ url }: { readonly url: string }) => {
  const listing = useAsk(['market', 'show', url], () => shell.market.show({ url }))
  if (listing.data !== undefined) return <Listing listing={listing.data} />
  return (
    <Page title="Listing" back={back}>
      {listing.error === null ? <p className="quiet">Asking the seller…</p> : <Trouble error={listing.error} onRetry={() => { void listing.refetch() }} />}
      {listing.error === null ? null : <EmptyState action={<Button variant="default" component="a" href={back.to}>Back to the market</Button>}>The listing could not be opened.</EmptyState>}
    </Page>
  )
}
