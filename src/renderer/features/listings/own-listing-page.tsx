import { nameHelp } from '../../../shared/policy-words.ts'
import { Button, Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import { formatEther } from '../../../shared/units.ts'
import type { ListingJson } from '../../../shared/window-contract/listings.ts'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { useMove } from '../../app/moves.tsx'
import { goTo, placeOf } from '../../app/router.ts'
import { Facts, Page, Section } from '../../ui/page.tsx'
import { readAmount } from '../../ui/reading.ts'
import { Reply, Trouble } from '../../ui/trouble.tsx'
import { Amount, Copyable, formatCount, Hash, sayDuration } from '../../ui/values.tsx'
import { singleRowsWords } from './draft.ts'
import { AttackRehearsal } from './attack-rehearsal.tsx'
import { ListingState } from './listings-page.tsx'

const readers = [['chain', 'Anybody reads on the chain'], ['server', 'Anybody reads from your server'], ['buyers', 'Buyers alone read']] as const

/** Hashes, addresses and URLs are set in the exact face; sentences are not. */
const isExact = (value: string): boolean => /^(0x|https?:)/.test(value) || /\d/.test(value) && value.length < 64

const BecomesPublic = ({ id, sellsSingleRows }: { readonly id: string, readonly sellsSingleRows: boolean }) => {
  const view = useAsk(['listings', id, 'public'], () => shell.listings.becomesPublic({ id }))
  return (
    <Reply of={view}>
      {({ items, costs }) => (
        <>
          {sellsSingleRows ? <p className="note bad" role="alert">{singleRowsWords} Edit the draft where that is not meant.</p> : null}
          <Section title="Exactly what becomes public">
            {readers.map(([where, words]) => (
              <div key={where} className="stack">
                <h3>{words}</h3>
                <dl className="facts left">
                  {items.filter((item) => item.where === where).map(({ what, value }) => (
                    <div key={what}><dt className="what">{what}</dt><dd className={isExact(value) ? 'mono' : ''}>{value}</dd></div>
                  ))}
                </dl>
              </div>
            ))}
          </Section>
          {costs === null ? null : (
            <Section title="What it costs you">
              <Facts of={[
                ...(costs.publishGas === '0' ? [] : [['Publishing, once', <span key="publish"><Amount wei={costs.publishFeeWei} /> <span className="unit small">{formatCount(Number(costs.publishGas))} gas</span></span>] as const]),
                ['Each delivery, at most', <span key="delivery"><Amount wei={costs.deliveryFeeWei} /> <span className="unit small">{formatCount(Number(costs.deliveryGas))} gas</span></span>],
                ['You keep of each sale, at least', <span key="net" className={costs.netEarningsWei.startsWith('-') ? 'bad' : ''}><Amount wei={costs.netEarningsWei} /></span>],
              ]} />
            </Section>
          )}
        </>
      )}
    </Reply>
  )
}

const Reprice = ({ listing, onClose }: { readonly listing: ListingJson, readonly onClose: () => void }) => {
  const sign = useMove()
  const [price, setPrice] = useState(formatEther(BigInt(listing.terms.valueWei)))
  const [fee, setFee] = useState(formatEther(BigInt(listing.terms.interactionFeeWei)))
  const { value, problem } = readAmount(price)
  const { value: feeWei, problem: feeUnread } = readAmount(fee)
  const sellsHelp = nameHelp(listing) !== ''
  const feeProblem = !sellsHelp ? null : value !== null && feeWei !== null && feeWei > value ? 'It is part of the price, and so at most as much.' : feeUnread
  const submit = (): void => {
    if (value === null || feeWei === null) return
    onClose()
    sign({ kind: 'reprice', listing: listing.id, valueWei: value.toString(), ...(sellsHelp ? { interactionFeeWei: feeWei.toString() } : {}) })
  }
  return (
    <Modal opened onClose={onClose} title="New price" size={400} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form className="stack wide" onSubmit={(event) => { event.preventDefault(); submit() }}>
        <TextInput label="Price of one answer (ether)" value={price} data-autofocus error={problem} onChange={(event) => { setPrice(event.target.value) }} />
        {sellsHelp ? <TextInput label="Fee for opening your help (ether)" description="Out of the price, yours at once." value={fee} error={feeProblem} onChange={(event) => { setFee(event.target.value) }} /> : null}
        <p className="small quiet">Purchases made before keep the price they were made at.</p>
        <div className="row end"><Button type="submit" disabled={value === null || feeProblem !== null}>Go on</Button></div>
      </form>
    </Modal>
  )
}

const Actions = ({ listing }: { readonly listing: ListingJson }) => {
  const sign = useMove()
  const [repricing, setRepricing] = useState(false)
  const status = useAsk(['status'], () => shell.app.status({}))
  const discard = useDo(() => shell.listings.discard({ id: listing.id }), 'listings', 'datasets')
  if (!listing.onThisNetwork) return null
  if (listing.state === 'draft') {
    return (
      <>
        <Button variant="default" loading={discard.isPending} onClick={() => { discard.mutate(undefined, { onSuccess: () => { goTo(placeOf(['sell', 'listings'])) } }) }}>Take the draft out</Button>
        <Button variant="default" component="a" href={placeOf(['sell', 'listings', listing.id], { rewrite: 'in-place' })}>Edit</Button>
        <Button onClick={() => { sign({ kind: 'publish', listing: listing.id }) }}>Publish…</Button>
        <Trouble error={discard.error} />
      </>
    )
  }
  return (
    <>
      <Button variant="default" component="a" href={placeOf(['sell', 'listings', listing.id], { rewrite: 'another' })}>Another like it</Button>
      <Button variant="default" onClick={() => { setRepricing(true) }}>New price…</Button>
      <Button variant="default" onClick={() => { sign({ kind: listing.state === 'closed' ? 'open' : 'close', listing: listing.id }) }}>{listing.state === 'closed' ? 'Open again…' : 'Close for buyers…'}</Button>
      {status.data?.serving === true
        ? <Button variant="default" component="a" href="#/sell/serve">Open Serve</Button>
        : <Button component="a" href="#/sell/serve">Serve it</Button>}
      {repricing ? <Reprice listing={listing} onClose={() => { setRepricing(false) }} /> : null}
    </>
  )
}

export const OwnListingPage = ({ id }: { readonly id: string }) => {
  const listing = useAsk(['listings', id], () => shell.listings.show({ id }))
  return (
    <Page
      title={listing.data?.title ?? id} back={{ to: '#/sell/listings', title: 'Listings' }} about={listing.data?.description}
      actions={listing.data === undefined ? undefined : <Actions listing={listing.data} />}
    >
      <Reply of={listing}>
        {(found) => (
          <div className="columns">
            <div className="stack wider">
              {found.onThisNetwork ? <><AttackRehearsal id={id} /><BecomesPublic id={id} sellsSingleRows={found.policy.mode !== 'private' && found.policy.minRows === 1} /></> : <p className="note warn">This listing was made for another network or contract. Change the network in Settings to work with it.</p>}
            </div>
            <aside>
              <Section title="Listing" aside={<ListingState of={found} />}>
                <Facts of={[
                  ['Dataset', <a key="dataset" href={`#/sell/datasets/${encodeURIComponent(found.dataset)}`}>{found.dataset}</a>],
                  ['Number on the contract', found.number ?? 'none yet'],
                  ['Price', <Amount key="price" wei={found.terms.valueWei} />],
                  ['Guarantee', <Amount key="guarantee" wei={found.terms.guaranteeWei} />],
                  ['Delivery within', sayDuration(found.terms.deliverySeconds)],
                  ['Buyer confirms within', sayDuration(found.terms.expirationSeconds)],
                  ['Arbiter', found.terms.arbiter === null ? 'none' : <Hash key="arbiter" value={found.terms.arbiter} label="arbiter address" />],
                  found.policy.mode === 'private'
                    ? ['Mode', 'private: the script stays with the buyer']
                    : ['Rows behind a number', `at least ${formatCount(found.policy.minRows)}`],
                  ...(nameHelp(found) === '' ? [] : [
                    ['Help sold', `${nameHelp(found)} in all`] as const,
                    ['Fee for opening it', <Amount key="fee" wei={found.terms.interactionFeeWei} />] as const,
                  ]),
                  ['Numbers in an answer', `at most ${formatCount(found.policy.maxAnswerCells)}`],
                  ['Numbers in all answers', `at most ${formatCount(found.maxTotalCells)}`],
                ]} />
              </Section>
              <Section title="Address to share"><Copyable value={found.url} label="listing URL" shown={found.url.length > 40 ? `${found.url.slice(0, 39)}…` : found.url} /></Section>
            </aside>
          </div>
        )}
      </Reply>
    </Page>
  )
}
