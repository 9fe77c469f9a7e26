import { Button } from '@mantine/core'
import { IconArrowRight, IconBuildingStore, IconTable } from '@tabler/icons-react'
import { useState } from 'react'
import type { JobOutcome } from '../../../shared/window-contract/jobs.ts'
import type { WindowOutputs } from '../../../shared/window-contract/index.ts'
import { shell, useDo, useJobOf } from '../../app/api.ts'
import { goTo, placeOf } from '../../app/router.ts'
import { WatchedJob } from '../../ui/job-progress.tsx'
import { Mark } from '../../shell/rail.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { NetworkForm } from '../settings/network-form.tsx'
import { WalletSetup } from '../wallet/wallet-setup.tsx'
import { PracticeMissing } from './practice-missing.tsx'
import { OpenRestored, RestoreBackup } from './restore-backup.tsx'
import './first-run.css'

type FirstRun = WindowOutputs['app']['firstRun']

/** Practice mode: starts it, follows it, and tells the sample listing and script once both are there. */
export const TryIt = ({ label, primary, onReady }: {
  readonly label: string, readonly primary: boolean, readonly onReady: (outcome: Extract<JobOutcome, { kind: 'practice' }>) => void
}) => {
  const start = useDo(() => shell.practice.start({}), 'practice', 'jobs')
  const running = useJobOf('practice', null)
  const job = start.data?.job ?? (running?.state === 'running' ? running.id : null)
  return (
    <div className="stack">
      <div><Button variant={primary ? 'filled' : 'default'} loading={start.isPending} disabled={running?.state === 'running'} onClick={() => { start.mutate(undefined) }} rightSection={<IconArrowRight size={14} aria-hidden />}>{label}</Button></div>
      <Trouble error={start.error} />
      <WatchedJob id={job} onDone={(outcome) => { if (outcome.kind === 'practice') onReady(outcome) }} />
    </div>
  )
}

export const openSample = ({ listingUrl, script }: { readonly listingUrl: string, readonly script: string }): void => {
  goTo(placeOf(['buy', 'workspace'], { url: listingUrl, script }))
}

const Steps = ({ at }: { readonly at: number }) => (
  <ol className="steps" aria-label="Steps">
    {['Wallet', 'Network', 'First thing'].map((title, index) => (
      <li key={title} {...(index === at ? { 'aria-current': 'step' as const } : {})} className={index < at ? 'done' : ''}><span>{index + 1}</span>{title}</li>
    ))}
  </ol>
)

const ChooseFirst = ({ onChosen }: { readonly onChosen: () => void }) => {
  const choose = (to: string) => () => {
    onChosen()
    goTo(to)
  }
  return (
    <div className="stack wide">
      <h2>What would you like to do first?</h2>
      <button type="button" className="card choice" style={{ minHeight: 0 }} onClick={choose('#/buy/market')}>
        <IconBuildingStore size={20} aria-hidden /><span><strong>Buy an answer</strong><br /><span className="quiet">See what is on sale on this network.</span></span>
      </button>
      <button type="button" className="card choice" style={{ minHeight: 0 }} onClick={choose('#/sell/datasets/import')}>
        <IconTable size={20} aria-hidden /><span><strong>Sell answers from a table</strong><br /><span className="quiet">Import a CSV file; it never leaves this computer in the clear.</span></span>
      </button>
    </div>
  )
}

const OwnSetup = ({ state, onChosen }: { readonly state: FirstRun, readonly onChosen: () => void }) => {
  const [phraseShown, setPhraseShown] = useState(!state.hasWallet)
  const at = phraseShown || !state.hasWallet ? 0 : state.hasNetwork ? 2 : 1
  return (
    <div className="stack wider">
      <Steps at={at} />
      {at === 0 ? <WalletSetup onReady={() => { setPhraseShown(false) }} /> : null}
      {at === 1 ? <div className="stack wide"><h2>Which network?</h2><p className="quiet">The address of an Ethereum node, and the market contract on it.</p><NetworkForm onSaved={() => undefined} /></div> : null}
      {at === 2 ? <ChooseFirst onChosen={onChosen} /> : null}
    </div>
  )
}

const howItWorks = [
  ['Seller', 'Encrypts a table once and sets a price. The key stays at home.'],
  ['Buyer', 'Computes on the encrypted rows and asks for one number to be decrypted.'],
  ['Contract', 'Holds the money until the answer comes with its proof.'],
] as const

/** The first minute: one click to a first answer, or three steps to a wallet and a network of one's own. */
export const FirstRunPage = ({ state, onDone }: { readonly state: FirstRun, readonly onDone: () => void }) => {
  const [way, setWay] = useState<'none' | 'own' | 'restore'>('none')
  const waits = state.restoredWaits
  return (
    <main className="first-run">
      <div className="column">
        <div className="brand"><Mark />HEsystem</div>
        <h1>{way === 'own' ? 'Set up' : way === 'restore' || waits ? 'Restore a backup' : 'Buy answers, not data.'}</h1>
        {way === 'restore' ? <RestoreBackup /> : waits ? <OpenRestored restored={null} /> : way === 'own' ? <OwnSetup state={state} onChosen={onDone} /> : (
          <div className="stack wider">
            <p className="lead">
              HEsystem computes on encrypted tables. A seller’s rows never leave the house in the clear; a buyer pays for one answer, and a
              contract holds the money until the answer has been proved right.
            </p>
            {state.practicePossible ? (
              <div className="stack">
                <TryIt label="Try it with play money" primary onReady={(sample) => { onDone(); openSample(sample) }} />
                <p className="quiet small">A local chain, a filled wallet and a sample seller of 534 wages, all on this computer. Nothing to install, nothing to pay.</p>
              </div>
            ) : <PracticeMissing />}
            <ol className="ways">{howItWorks.map(([title, words]) => <li key={title}><strong>{title}</strong><span>{words}</span></li>)}</ol>
            <div className="row">
              <Button variant="default" onClick={() => { setWay('own') }}>Set up with my own wallet and network</Button>
              {state.hasWallet ? null : <Button variant="default" onClick={() => { setWay('restore') }}>Restore a backup…</Button>}
            </div>
          </div>
        )}
        {way === 'none' || waits ? null : <div><button type="button" className="link-button" onClick={() => { setWay('none') }}>Back</button></div>}
      </div>
    </main>
  )
}
