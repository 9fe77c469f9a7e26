import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { ServeEventJson, ServeState } from '../../../shared/window-contract/serve.ts'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { EmptyState, Facts, Page, Section } from '../../ui/page.tsx'
import { Reply, Trouble } from '../../ui/trouble.tsx'
import { Amount, When } from '../../ui/values.tsx'
import { reaches } from './reaches.ts'
import { SharedListing } from './shared-listing.tsx'
import { SwitchOn } from './switch-on.tsx'

const shownEvents = 200
/** What the contract's functions do, for who has not read it. */
const callWords: Readonly<Record<string, string>> = { deliverResult: 'deliver an answer', decline: 'decline a request', reclaim: 'reclaim after the end' }

const useServeEvents = (): { readonly events: readonly ServeEventJson[], readonly error: unknown } => {
  const [events, setEvents] = useState<readonly ServeEventJson[]>([])
  const [error, setError] = useState<unknown>(null)
  useEffect(() => {
    const controller = new AbortController()
    const follow = async (): Promise<void> => {
      for await (const event of await shell.serve.events({}, { signal: controller.signal })) {
        setEvents((before) => [event, ...before.filter(({ id }) => id !== event.id)].slice(0, shownEvents))
      }
    }
    follow().catch((thrown: unknown) => {
      if (!controller.signal.aborted) setError(thrown)
    })
    return () => { controller.abort() }
  }, [])
  return { events, error }
}

const Live = () => {
  const { events, error: lost } = useServeEvents()
  return (
    <Section title="What happens">
      <Trouble error={lost} />
      {events.length === 0 ? <p className="quiet">Requests and deliveries appear here as they come.</p> : (
        <ol className="live" aria-label="What happens" tabIndex={0}>
          {events.map(({ id, at, words, error }) => <li key={id}><span className="small quiet"><When at={at} /></span><span className={error === null ? '' : 'bad'}>{words}{error === null ? '' : ` ${error.message}`}</span></li>)}
        </ol>
      )}
    </Section>
  )
}

const On = ({ state }: { readonly state: ServeState }) => {
  const listings = useAsk(['listings'], () => shell.listings.list({}))
  const covered = (listings.data ?? []).filter(({ id }) => state.authorisation?.listings.includes(id))
  const mostDeposit = covered.reduce((most, { terms }) => (BigInt(terms.guaranteeWei) > most ? BigInt(terms.guaranteeWei) : most), 0n)
  const titles = new Map((listings.data ?? []).map(({ id, title }) => [id, title]))
  const off = useDo(() => shell.serve.off({}), 'serve')
  return (
    <>
      <div className="switch-panel">
        <span className={state.state === 'on' ? 'lamp on' : 'lamp'} aria-hidden />
        <div className="grow">
          <h2>{state.state === 'on' ? 'Serving' : state.state === 'starting' ? 'Starting…' : 'Stopping…'}</h2>
          <p className="quiet">{state.since === null ? '' : <>Since <When at={state.since} />, at {state.publicUrl ?? state.localUrl}: {reaches.find(({ value }) => value === state.reach)?.label.toLowerCase()}</>}</p>
        </div>
        <Button variant="default" loading={off.isPending} onClick={() => { off.mutate(undefined) }}>Switch off</Button>
      </div>
      <Trouble error={off.error} />
      {state.open.map(({ purchase, deadlineSeconds }) => (
        <p key={purchase} className="note warn">
          {deadlineSeconds === 0 ? <>Purchase {purchase} is paid; its buyer may ask for the answer at any time.</>
            : <>Purchase {purchase} waits for you; its clock ends <When at={deadlineSeconds} />. Keep this computer awake until then.</>}
        </p>
      ))}
      <div className="columns">
        <div className="stack wider"><Section title="Share">{state.listings.map((listing) => <SharedListing key={listing.id} listing={listing} covered={state.authorisation?.listings.includes(listing.id) ?? false} />)}</Section><Live /></div>
        <aside>
          {state.authorisation === null ? null : (
            <Section title="May sign by itself">
              <Facts of={[
                ['Answers of', state.authorisation.listings.map((id) => titles.get(id) ?? id).join(', ')],
                ['Calls', state.authorisation.functions.map((name) => callWords[name] ?? name).join(', ')],
                ['Deposit per new purchase, at most', <Amount key="deposit" wei={mostDeposit.toString()} />],
                ['Fees a day, at most', <Amount key="most" wei={state.authorisation.maxGasPerDayWei} />],
                ['Spent today', <Amount key="spent" wei={state.authorisation.spentTodayWei} />],
                ['Granted', <When key="granted" at={state.authorisation.grantedAt} />],
              ]} />
            </Section>
          )}
        </aside>
      </div>
    </>
  )
}

export const ServePage = () => {
  const serve = useAsk(['serve'], () => shell.serve.state({}))
  const listings = useAsk(['listings'], () => shell.listings.list({}))
  const published = listings.data?.some(({ state, onThisNetwork }) => state === 'published' && onThisNetwork) ?? false
  return (
    <Page title="Serve" about="While this is on, buyers can download your encrypted tables, and their answers are decrypted and delivered.">
      <Reply of={serve}>
        {(state) => {
          if (state.state !== 'off') return <On state={state} />
          if (listings.data !== undefined && !published) return <EmptyState action={<Button component="a" href="#/sell/listings">Open the listings</Button>}>Nothing is published on this network, so there is nothing to serve.</EmptyState>
          return <><SwitchOn /><Live /></>
        }}
      </Reply>
    </Page>
  )
}
