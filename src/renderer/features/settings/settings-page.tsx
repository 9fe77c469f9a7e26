import { Button, Modal, SegmentedControl, Select, Switch, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { EngineJson } from '../../../shared/window-contract/app.ts'
import type { NetworkJson } from '../../../shared/window-contract/networks.ts'
import type { WindowSettings } from '../../../shared/window-contract/settings.ts'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { useMove } from '../../app/moves.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { Facts, Page, Section } from '../../ui/page.tsx'
import { readCount } from '../../ui/reading.ts'
import { Reply, Trouble } from '../../ui/trouble.tsx'
import { Hash } from '../../ui/values.tsx'
import { openSample, TryIt } from '../first-run/first-run-page.tsx'
import { PracticeMissing } from '../first-run/practice-missing.tsx'
import { NetworkForm } from './network-form.tsx'

const themes = [{ value: 'system', label: 'As the system' }, { value: 'light', label: 'Light' }, { value: 'dark', label: 'Dark' }] as const

type Automatic = readonly (readonly [Exclude<keyof WindowSettings, 'theme'>, string, string])[]

const whileServing: Automatic = [
  ['autoReclaim', 'Collect what absent buyers left', 'Once a buyer has let the time to confirm pass, the payment is claimed for you.'],
]
const inPrograms: Automatic = [
  ['autoConfirm', 'Pay for an answer whose proof holds', 'The seller is paid as soon as the answer was opened and checked.'],
  ['autoLitigate', 'Take the money back from a late seller', 'The purchase is cancelled once the time to deliver is over.'],
]

const useSettings = () => ({
  settings: useAsk(['settings'], () => shell.settings.get({})),
  update: useDo((change: Partial<WindowSettings>) => shell.settings.update(change), 'settings'),
})

const Appearance = () => {
  const { settings, update } = useSettings()
  const choose = (value: string): void => {
    const theme = themes.find((known) => known.value === value)
    if (theme !== undefined) update.mutate({ theme: theme.value })
  }
  return (
    <Reply of={settings}>
      {({ theme }) => (
        <Section title="Appearance">
          <div><SegmentedControl aria-label="Theme" data={[...themes]} value={theme} onChange={choose} /></div>
          <Trouble error={update.error} />
        </Section>
      )}
    </Reply>
  )
}

const Switches = ({ of }: { readonly of: Automatic }) => {
  const { settings, update } = useSettings()
  return (
    <Reply of={settings}>
      {(now) => (
        <>
          {of.map(([key, label, description]) => (
            <Switch
              key={key} label={label} description={description} checked={now[key]}
              onChange={(event) => { update.mutate({ [key]: event.target.checked }) }}
            />
          ))}
          <Trouble error={update.error} />
        </>
      )}
    </Reply>
  )
}

const Behaviour = () => (
  <>
    <Section title="While you serve, without asking"><Switches of={whileServing} /></Section>
    <Section title="In your own programs, without asking">
      <p className="quiet prose">For purchases made through the TypeScript client. This window always shows you first what would be signed.</p>
      <Switches of={inPrograms} />
    </Section>
  </>
)

const NetworkActions = ({ network, onEdit }: { readonly network: NetworkJson, readonly onEdit: () => void }) => {
  const sign = useMove()
  const use = useDo(() => shell.networks.use({ name: network.name }), 'networks', 'market', 'purchases', 'listings', 'sales', 'wallet')
  const remove = useDo(() => shell.networks.remove({ name: network.name }), 'networks')
  return (
    <span className="row end">
      {network.active ? <span className="tag good">in use</span> : <button type="button" className="link-button" onClick={() => { use.mutate(undefined) }}>Use</button>}
      {network.active && network.contract === null ? <button type="button" className="link-button" onClick={() => { sign({ kind: 'deploy' }) }}>Deploy a contract</button> : null}
      <button type="button" className="link-button" aria-label={`Edit ${network.name}`} onClick={onEdit}>Edit…</button>
      {network.active ? null : <button type="button" className="link-button" onClick={() => { remove.mutate(undefined) }}>Remove</button>}
    </span>
  )
}

const Networks = () => {
  const [shown, setShown] = useState<'new' | NetworkJson | null>(null)
  const close = (): void => { setShown(null) }
  const networks = useAsk(['networks'], () => shell.networks.list({}))
  return (
    <Section title="Networks" aside={<Button variant="default" onClick={() => { setShown('new') }}>Add one…</Button>}>
      <Reply of={networks}>
        {(rows) => (
          <DataTable
            label="Networks" rows={rows} keyOf={({ name }) => name}
            columns={[
              { name: 'Network', cell: ({ name }) => name, order: ({ name }) => name },
              { name: 'Chain id', numeric: true, cell: ({ chainId }) => chainId, order: ({ chainId }) => chainId },
              { name: 'Node', cell: ({ rpcUrl }) => <span className="mono">{rpcUrl}</span> },
              { name: 'Market contract', cell: ({ contract }) => (contract === null ? 'none' : <Hash value={contract} label="contract address" />) },
              { name: 'Use', numeric: true, cell: (network) => <NetworkActions network={network} onEdit={() => { setShown(network) }} /> },
            ]}
          />
        )}
      </Reply>
      {shown === null ? null : (
        <Modal opened onClose={close} title={shown === 'new' ? 'A network' : `Network ${shown.name}`} size={520} closeButtonProps={{ 'aria-label': 'Close' }}>
          <NetworkForm edited={shown === 'new' ? null : shown} onSaved={close} />
        </Modal>
      )}
    </Section>
  )
}

const Practice = () => {
  const practice = useAsk(['practice'], () => shell.practice.state({}))
  const stop = useDo(() => shell.practice.stop({}), 'practice', 'networks', 'market')
  return (
    <Section title="Practice mode">
      <p className="quiet prose">A local chain with play money and a seller of sample wages, all on this computer.</p>
      <Reply of={practice}>
        {({ state, possible, error }) => (
          <>
            {error === null ? null : <p className="note bad">{error.message} {error.next}</p>}
            {!possible ? <PracticeMissing /> : state === 'running'
              ? <div><Button variant="default" loading={stop.isPending} onClick={() => { stop.mutate(undefined) }}>Stop practising</Button></div>
              : <TryIt label="Start practising" primary={false} onReady={openSample} />}
          </>
        )}
      </Reply>
      <Trouble error={stop.error} />
    </Section>
  )
}

const automatic = 'automatic'
const toTitle = (words: string): string => `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`

const verdictTone = { ok: 'good', warn: 'warn', fail: 'bad' } as const

const backendWords: Readonly<Record<EngineJson['backend'], string>> = {
  'wasm-fused': 'WebAssembly with fused multiply-adds, the fastest', 'wasm': 'WebAssembly with integers', 'node-crypto': 'OpenSSL', 'bigint': 'plain JavaScript, the slowest',
}

const sayCores = (count: number): string => `${count} ${count === 1 ? 'core' : 'cores'}`

const EngineChoice = ({ of, onChoose }: { readonly of: EngineJson, readonly onChoose: (choice: EngineJson['choice']) => void }) => {
  const { choice, backends, cores, setBy } = of
  const [workers, setWorkers] = useState(choice.workers === null ? '' : String(choice.workers))
  const read = workers.trim() === '' ? { value: null, problem: null } : readCount(workers, 1, 1024)
  return (
    <div className="row wide wrap" style={{ alignItems: 'flex-start' }}>
      <Select
        label="Encryption by" w={360} allowDeselect={false} disabled={setBy !== null} value={choice.backend ?? automatic}
        data={[
          { value: automatic, label: 'Automatic: the fastest that works here' },
          ...backends.map(({ name, fault }) => ({ value: name, label: fault === null ? toTitle(backendWords[name]) : `${toTitle(backendWords[name])} (not here)`, disabled: fault !== null })),
        ]}
        onChange={(value) => { onChoose({ ...choice, backend: backends.find(({ name }) => name === value)?.name ?? null }) }}
      />
      <TextInput
        label="Cores it may use" w={184} inputMode="numeric" disabled={setBy !== null} placeholder={`All (${cores})`} value={workers} error={read.problem}
        onChange={(event) => { setWorkers(event.target.value) }}
        onBlur={() => { if (read.problem === null && read.value !== choice.workers) onChoose({ ...choice, workers: read.value }) }}
        onKeyDown={(event) => { if (event.key === 'Enter') event.currentTarget.blur() }}
      />
    </div>
  )
}

/** What encrypts, computes and decrypts here: chosen by a test and a measurement when it starts, or by its owner. */
const Engine = () => {
  const engine = useAsk(['app', 'engine'], () => shell.app.engine({}))
  const queries = useQueryClient()
  const choose = useDo(async (choice: EngineJson['choice']) => {
    queries.setQueryData(['app', 'engine'], await shell.app.chooseEngine(choice))
  })
  return (
    <Section title="Engine">
      <Reply of={engine}>
        {(found) => (
          <>
            <Facts left of={[['Now', <span key="now" title={found.reason}>{toTitle(backendWords[found.backend])}, on {sayCores(found.workers)}</span>], ...found.backends.flatMap(({ name, fault }) => (fault === null ? [] : [[`Not ${name}`, fault] as const]))]} />
            <EngineChoice key={JSON.stringify(found.choice)} of={found} onChoose={(choice) => { choose.mutate(choice) }} />
            {found.setBy === null
              ? found.pending ? <p className="note warn" role="status">This holds from the next start on: work under way goes on as it is.</p> : null
              : <p className="quiet small">Set for this start by <span className="mono">{found.setBy}</span>; it is changed there.</p>}
          </>
        )}
      </Reply>
      <Trouble error={choose.error} />
    </Section>
  )
}

const Doctor = () => {
  const doctor = useDo(() => shell.app.doctor({}))
  return (
    <Section title="This computer" aside={<Button variant="default" loading={doctor.isPending} onClick={() => { doctor.mutate(undefined) }}>Check what works</Button>}>
      <Trouble error={doctor.error} />
      {doctor.data === undefined ? null : (
        <DataTable
          label="What works" rows={doctor.data.entries} keyOf={({ name }) => name}
          columns={[
            { name: 'Part', cell: ({ name }) => name },
            { name: 'State', cell: ({ verdict }) => <span className={`tag ${verdictTone[verdict]}`}>{verdict}</span> },
            { name: 'Found', cell: ({ found }) => found },
            { name: 'What to do', cell: ({ advice }) => advice ?? '' },
          ]}
        />
      )}
    </Section>
  )
}

const About = () => {
  const about = useAsk(['app', 'about'], () => shell.app.about({}))
  return (
    <Section title="About">
      <Reply of={about}>
        {({ version, shell: kind, home, node, platform }) => <Facts left of={[['Version', version], ['Shown in', kind === 'electron' ? 'a window of its own' : 'a browser tab'], ['Profile', <span key="home" className="mono">{home}</span>], ['Runs on', `Node ${node}, ${platform}`]]} />}
      </Reply>
    </Section>
  )
}

export const SettingsPage = () => (
  <Page title="Settings">
    <div className="stack wider" style={{ maxWidth: 960 }}><Appearance /><Networks /><Practice /><Behaviour /><Engine /><Doctor /><About /></div>
  </Page>
)
