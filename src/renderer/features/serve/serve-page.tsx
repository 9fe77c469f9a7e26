import { Button, NumberInput, SegmentedControl, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { parseAmountWei } from '../../../shared/units.ts'
import type { ServeEventJson, ServeState } from '../../../shared/window-contract/serve.ts'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { useMove } from '../../app/moves.tsx'
import { EmptyState, Facts, Page, Section } from '../../ui/page.tsx'
import { QrCode } from '../../ui/qr-code.tsx'
import { ErrorPanel, Reply, Trouble } from '../../ui/trouble.tsx'
import { Amount, Copyable, When } from '../../ui/values.tsx'

const defaultPort = 7373
const defaultGasEther = '0.01'

const reachWords = {
  this: 'Buyers on this computer reach it: for practice, and for trying it out.',
  proxy: 'A proxy on a server of yours speaks TLS and passes requests on to this computer’s port. Point it there, and give its address here.',
} as const

const SwitchOn = () => {
  const sign = useMove()
  const [reach, setReach] = useState<'this' | 'proxy'>('this')
  const [port, setPort] = useState(defaultPort)
  const [publicUrl, setPublicUrl] = useState('')
  const on = (): void => {
    sign({ kind: 'serve', options: { port, maxGasPerDayWei: parseAmountWei(defaultGasEther).toString(), ...(reach === 'proxy' ? { publicUrl } : {}) } })
  }
  return (
    <form className="stack wide" onSubmit={(event) => { event.preventDefault(); on() }}>
      <div className="switch-panel">
        <span className="lamp" aria-hidden />
        <div className="grow"><h2>Not serving</h2><p className="quiet">Buyers see your listings on the chain and get no answer. Switching on asks once for what serving may sign by itself.</p></div>
        <Button type="submit" disabled={reach === 'proxy' && publicUrl.trim() === ''}>Switch on…</Button>
      </div>
      <Section title="Who can reach it">
        <div><SegmentedControl aria-label="Reach" value={reach} onChange={(value) => { setReach(value === 'proxy' ? 'proxy' : 'this') }} data={[{ value: 'this', label: 'This computer' }, { value: 'proxy', label: 'The internet' }]} /></div>
        <p className="quiet prose">{reachWords[reach]}</p>
        <div className="row wide">
          <NumberInput label="Port" w={104} min={0} max={65_535} hideControls allowDecimal={false} value={port} onChange={(value) => { setPort(Number(value)) }} />
          {reach === 'proxy' ? <TextInput className="grow" label="Public address" placeholder="https://data.example.org" value={publicUrl} onChange={(event) => { setPublicUrl(event.target.value) }} /> : null}
        </div>
      </Section>
    </form>
  )
}

const Shared = ({ listing: { title, url } }: { readonly listing: ServeState['listings'][number] }) => {
  const check = useDo(() => shell.serve.check({ url }))
  return (
    <div className="row wide" style={{ alignItems: 'flex-start' }}>
      <QrCode text={url} label={`Code of ${title}`} />
      <div className="stack grow">
        <h3>{title}</h3>
        <Copyable value={url} label="listing URL" long />
        <div className="row"><Button variant="default" loading={check.isPending} onClick={() => { check.mutate(undefined) }}>Can a buyer get through?</Button>
          {check.data?.reachable === true ? <span className="tag good">yes</span> : null}
        </div>
        {check.data?.problem === null || check.data === undefined ? null : <ErrorPanel document={check.data.problem} />}
        <Trouble error={check.error} />
      </div>
    </div>
  )
}

const shownEvents = 200

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
  const off = useDo(() => shell.serve.off({}), 'serve')
  return (
    <>
      <div className="switch-panel">
        <span className={state.state === 'on' ? 'lamp on' : 'lamp'} aria-hidden />
        <div className="grow">
          <h2>{state.state === 'on' ? 'Serving' : state.state === 'starting' ? 'Starting…' : 'Stopping…'}</h2>
          <p className="quiet">{state.since === null ? '' : <>Since <When at={state.since} />, at {state.publicUrl ?? state.localUrl}</>}</p>
        </div>
        <Button variant="default" loading={off.isPending} onClick={() => { off.mutate(undefined) }}>Switch off</Button>
      </div>
      <Trouble error={off.error} />
      {state.open.map(({ purchase, deadlineSeconds }) => <p key={purchase} className="note warn">Purchase {purchase} waits for you; its clock ends <When at={deadlineSeconds} />. Keep this computer awake until then.</p>)}
      <div className="columns">
        <div className="stack wider"><Section title="Share">{state.listings.map((listing) => <Shared key={listing.id} listing={listing} />)}</Section><Live /></div>
        <aside>
          {state.authorisation === null ? null : (
            <Section title="May sign by itself">
              <Facts of={[
                ['Functions', state.authorisation.functions.join(', ')],
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
