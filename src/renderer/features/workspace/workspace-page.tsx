import { Button, SegmentedControl, Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState, type CSSProperties } from 'react'
import type { OpenedListingJson } from '../../../shared/window-contract/market.ts'
import { shell, useAsk, useDo, useJobOf } from '../../app/api.ts'
import { usePeeks } from '../../app/peek.ts'
import { goTo, placeOf } from '../../app/router.ts'
import { useStored } from '../../app/use-stored.ts'
import { CodeEditor } from '../../ui/code-editor.tsx'
import { WatchedJob } from '../../ui/job-progress.tsx'
import { Section } from '../../ui/page.tsx'
import { SplitHandle } from '../../ui/split-handle.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { GaugeView } from './gauge-view.tsx'
import { sayBefore } from './kept-runs.ts'
import { marksOf } from './line-marks.ts'
import { OperationsHelp } from './operations-help.tsx'
import { RealRun } from './real-run.tsx'
import { Results } from './results.tsx'
import { SchemaPanel } from './schema-panel.tsx'
import { ScriptTabs } from './script-tabs.tsx'
import { listStarters, plainStarter } from './starters.ts'
import { useScript } from './use-script.ts'
import { useRuns, useTabs, type WorkspaceTabs } from './use-workspace.ts'
import { Refusal } from './verdict.tsx'
import './workspace.css'

const gaugeMilliseconds = 700

const ListingChoice = ({ url, onChoose }: { readonly url: string | null, readonly onChoose: (url: string) => void }) => {
  const market = useAsk(['market', 'list'], () => shell.market.list({}))
  const urls = [...new Set([...(market.data?.entries ?? []).map((entry) => entry.url), ...(url === null ? [] : [url])])]
  const opened = usePeeks(urls)
  const options = urls.map((known, index) => ({ value: known, label: opened[index]?.data?.title ?? known }))
  return (
    <Select
      aria-label="Listing" placeholder="Choose a listing" data={options} value={url} w={320} nothingFoundMessage="Nothing on sale"
      onChange={(chosen) => { if (chosen !== null) onChoose(chosen) }}
    />
  )
}

const useGauge = (url: string | null, fileName: string | null, source: string | null) => {
  // Name and text settle together: one file's text must not be gauged as another's.
  const script = useMemo(() => ({ fileName, source }), [fileName, source])
  const [settled] = useDebouncedValue(script, gaugeMilliseconds)
  const ready = url !== null && fileName !== null && settled.fileName === fileName && settled.source !== null
  return useQuery({
    queryKey: ['gauge', url, fileName, ready ? settled.source : null], enabled: ready,
    // While somebody types, what was said of this file before stays; what was said of another does not.
    placeholderData: (before, query) => (query?.queryKey[1] === url && query.queryKey[2] === fileName ? before : undefined),
    queryFn: () => shell.workspace.gauge({ url: url ?? '', fileName: fileName ?? '', source: settled.source ?? '' }),
  })
}

const Side = ({ listing, error, gauge }: {
  readonly listing: OpenedListingJson | undefined, readonly error: unknown, readonly gauge: ReturnType<typeof useGauge>
}) => (
  <aside className="side" aria-label="Cost and columns" tabIndex={0}>
    <Section title="Cost on the real table">
      {gauge.error !== null ? <Trouble error={gauge.error} /> : gauge.data === undefined ? <p className="quiet small">{gauge.isFetching ? 'Working it out…' : 'Shown once a listing and a script are there.'}</p> : <>{gauge.isPlaceholderData ? <p className="quiet small" role="status">Of the script as it was; working out the change…</p> : null}<GaugeView gauge={gauge.data} isStale={gauge.isPlaceholderData} />{gauge.data.refusal === null ? null : <div className="small"><Refusal message={gauge.data.refusal.message} code={gauge.data.refusal.code} /></div>}</>}
    </Section>
    {listing === undefined ? <Trouble error={error} /> : <SchemaPanel listing={listing} />}
  </aside>
)

/** Of the height, for the editor: a short script whole while nothing stands beneath it, half beside results. */
const usualShares = { alone: 72, withResults: 50 } as const

/** How much of the height the editor has, as it was left. */
const useShare = (hasResults: boolean) => {
  const usualShare = hasResults ? usualShares.withResults : usualShares.alone
  const [kept, keep] = useStored('workspace.split', (stored) => (typeof stored === 'number' ? stored : null))
  const [moving, setMoving] = useState<number | null>(null)
  return {
    share: moving ?? kept ?? usualShare, setMoving,
    setShare: (share: number) => {
      setMoving(null)
      keep(share)
    },
  }
}

const Bench = ({ tabs, asked }: { readonly tabs: WorkspaceTabs, readonly asked: string | null }) => {
  const { url, active } = tabs
  const [target, setTarget] = useState('test')
  const [helping, setHelping] = useState(false)
  const [begun, setBegun] = useState(asked)
  const script = useScript(active)
  const { runs, label } = useRuns(url)
  const { share, setMoving, setShare } = useShare(runs.length > 0 || target === 'real')
  const listing = useAsk(['market', 'show', url], () => shell.market.show({ url: url ?? '' }), url !== null)
  const types = useAsk(['app', 'types', url], () => shell.workspace.editorTypes({ url }))
  const gauge = useGauge(url, active, script.source)
  const marks = useMemo(() => marksOf(gauge.data, gauge.error), [gauge.data, gauge.error])
  const attempt = useDo(() => shell.workspace.try({ url: url ?? '', fileName: active ?? '', source: script.current() }), 'jobs')
  const newest = useJobOf('rehearse', url)
  const busy = attempt.isPending || newest?.state === 'running'
  const columns = listing.data?.columns.map(({ name }) => name) ?? []
  const runnable = url !== null && active !== null && script.source !== null
  const run = (): void => {
    if (runnable && target === 'test' && !busy) attempt.mutate(undefined)
  }
  return (
    <div className="workspace" style={{ '--upper': `${share}fr`, '--lower': `${100 - share}fr` } as CSSProperties}>
      <div className="bar">
        <h1>Workspace</h1>
        <ListingChoice url={url} onChoose={(chosen) => { tabs.choose(chosen); goTo(placeOf(['buy', 'workspace'], { url: chosen })) }} />
        {url === null ? null : <a href={placeOf(['buy', 'listing'], { url })} className="small">About it</a>}
        <button type="button" className="link-button" onClick={() => { setHelping(true) }}>Operations</button>
        <span className="grow" />
        <SegmentedControl aria-label="Run on" value={target} onChange={setTarget} data={[{ value: 'test', label: 'Test data' }, { value: 'real', label: 'Real table' }]} />
        {target === 'test' ? <Button disabled={!runnable} loading={busy} onClick={run}>Run on test data</Button> : null}
      </div>
      <div className="edit">
        <ScriptTabs
          open={tabs.open} active={active} saved={script.saved} onOpen={tabs.show} onClose={tabs.close}
          onMade={(name) => { setBegun(name); tabs.show(name) }}
          starters={listing.data === undefined ? [plainStarter] : listStarters(listing.data)}
        />
        {active === null || script.source === null
          ? <p className="quiet" style={{ padding: 16 }}>{active === null ? 'No script is open: make one with the plus above.' : ''}</p>
          : <CodeEditor fileName={active} source={script.source} declarations={types.data?.declarations ?? ''} marks={marks} onChange={script.edit} onRun={run} takesFocus={begun === active} />}
      </div>
      <SplitHandle label="Editor’s height" share={share} onChange={setMoving} onMoved={setShare} />
      <section className="out stack wide" aria-label="Results" tabIndex={0}>
        <Trouble error={script.error} />
        {target === 'real' && url !== null && active !== null ? <RealRun url={url} fileName={active} current={script.current} /> : null}
        <Trouble error={attempt.error} />
        <WatchedJob id={newest?.id ?? null} />
        <Results key={url} runs={runs} active={active} url={url} before={sayBefore(newest)} onLabel={label} columns={columns} onReal={target === 'real' ? null : () => { setTarget('real') }} />
      </section>
      <Side listing={listing.data} error={listing.error} gauge={gauge} />
      {helping ? <OperationsHelp declarations={types.data?.declarations ?? ''} listing={listing.data} onClose={() => { setHelping(false) }} /> : null}
    </div>
  )
}

/** Scripts, the table they are for, and what they come to: on made-up rows for nothing, on the real ones for a price. */
export const WorkspacePage = ({ url, script }: { readonly url: string | null, readonly script: string | null }) => {
  const scripts = useAsk(['scripts'], () => shell.workspace.scripts({}))
  const tabs = useTabs({ url, script }, scripts.data?.map(({ name }) => name) ?? null)
  useEffect(() => { document.title = 'Workspace – HEsystem' }, [])
  if (tabs === null) return <div className="page"><Trouble error={scripts.error} /></div>
  return <Bench tabs={tabs} asked={script} />
}
