import { Button, Modal, PasswordInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { WindowOutputs } from '../../../shared/window-contract/index.ts'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { useMove } from '../../app/moves.tsx'
import { NetworkProblem } from '../../ui/network-problem.tsx'
import { Facts, Figure, Page, Section } from '../../ui/page.tsx'
import { readAddress, readField } from '../../ui/reading.ts'
import { saveText } from '../../ui/save-file.ts'
import { Reply, Trouble } from '../../ui/trouble.tsx'
import { Amount, Copyable } from '../../ui/values.tsx'
import { BackUp, BackupReach, isWalletIn, useBackupState } from './back-up.tsx'
import { WaitingTransactions } from './waiting-transactions.tsx'
import { Phrase, WalletSetup } from './wallet-setup.tsx'
import '../first-run/first-run.css'

type Wallet = NonNullable<WindowOutputs['wallet']['show']>

const shortestPassword = 8

const ShowPhrase = ({ onClose }: { readonly onClose: () => void }) => {
  const reveal = useDo(() => shell.wallet.revealMnemonic({}))
  const mark = useDo(() => shell.wallet.markBackedUp({}), 'wallet')
  return (
    <Modal opened onClose={onClose} title="Recovery phrase" size={560} closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className="stack wide">
        <p>Whoever reads these words has the money. Make sure nobody looks over your shoulder and nothing records the screen.</p>
        {reveal.data === undefined ? (
          <div><Button loading={reveal.isPending} onClick={() => { reveal.mutate(undefined) }}>Show it</Button></div>
        ) : (
          <>
            <Phrase words={reveal.data.mnemonic} />
            <div>
              <Button loading={mark.isPending} onClick={() => { mark.mutate(undefined, { onSuccess: onClose }) }}>
                I have written it down
              </Button>
            </div>
          </>
        )}
        <Trouble error={reveal.error ?? mark.error} />
      </div>
    </Modal>
  )
}

const ExportKeystore = ({ onClose }: { readonly onClose: () => void }) => {
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const take = useDo(async () => {
    const file = await shell.wallet.exportKeystore({ password })
    saveText(file.fileName, file.json, 'application/json')
    return shell.wallet.markBackedUp({})
  }, 'wallet')
  const ready = password.length >= shortestPassword && password === again
  return (
    <Modal opened onClose={onClose} title="Keystore file" size={440} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form className="stack wide" onSubmit={(event) => { event.preventDefault(); take.mutate(undefined, { onSuccess: onClose }) }}>
        <p className="quiet">The key, encrypted under a password of yours, in a file that other Ethereum wallets read too.</p>
        <PasswordInput label={`Password, ${shortestPassword} characters or more`} data-autofocus value={password} onChange={(event) => { setPassword(event.target.value) }} />
        <PasswordInput label="Once more" value={again} error={again !== '' && again !== password ? 'The two differ.' : null} onChange={(event) => { setAgain(event.target.value) }} />
        <Trouble error={take.error} />
        <div className="row end"><Button type="submit" disabled={!ready} loading={take.isPending}>Save the file</Button></div>
      </form>
    </Modal>
  )
}

const Withdraw = () => {
  const sign = useMove()
  const [to, setTo] = useState('')
  const { problem } = to.trim() === '' ? { problem: null } : readField(readAddress, to)
  return (
    <form className="row" style={{ alignItems: 'flex-end' }} onSubmit={(event) => { event.preventDefault(); sign({ kind: 'withdraw', ...(to.trim() === '' ? {} : { to: to.trim() }) }) }}>
      <TextInput className="grow" label="To" placeholder="this wallet, or another address" value={to} error={problem} onChange={(event) => { setTo(event.target.value) }} />
      <Button type="submit" disabled={problem !== null}>Withdraw…</Button>
    </form>
  )
}

const Show = ({ wallet }: { readonly wallet: Wallet }) => {
  const [over, setOver] = useState<'none' | 'phrase' | 'keystore' | 'everything'>('none')
  const backup = useBackupState()
  const isSafe = wallet.backedUp || (backup.data !== undefined && isWalletIn(backup.data))
  const status = useAsk(['status'], () => shell.app.status({}))
  const practising = status.data?.network?.kind === 'practice'
  const owed = status.data?.withdrawableWei ?? null
  return (
    <div className="stack wider" style={{ maxWidth: 720 }}>
      {isSafe || backup.data === undefined ? null : practising
        ? <p className="note">Play money needs no backup. Back this wallet up before you use it on a real network.</p>
        : <p className="note warn">This wallet is not backed up: with this computer its money would be lost.</p>}
      <NetworkProblem />
      <div className="figures">
        <Figure label="Balance">{status.data?.balanceWei === null || status.data === undefined ? '–'
          : <Amount wei={status.data.balanceWei} />}</Figure>
        <Figure label="Owed by the contract">{owed === null ? '–' : <Amount wei={owed} />}</Figure>
      </div>
      {owed === null || BigInt(owed) === 0n ? null : <Section title="Withdraw what the contract owes"><Withdraw /></Section>}
      <WaitingTransactions />
      <Section title="Account">
        <Facts left of={[
          ['Address', <Copyable key="address" value={wallet.address} label="account address" />],
          ['Network', status.data?.network?.name ?? 'none chosen'],
          ['Wallet’s own backup', wallet.backedUp ? 'phrase or keystore put away' : 'not yet'],
          ['Backup of everything', backup.data === undefined ? '' : <BackupReach key="everything" of={backup.data} />],
        ]} />
      </Section>
      <Section title="Backup">
        <p className="quiet prose">
          Phrase and keystore hold the wallet: its money, and nothing else. Tables, their keys, listings and bought answers are
          in the backup of everything: one encrypted file, from which a new profile is restored at the first start.
          Make one after each sale.
        </p>
        <div className="row">
          <Button onClick={() => { setOver('everything') }}>Back up everything…</Button>
          {wallet.hasMnemonic ? <Button variant="default" onClick={() => { setOver('phrase') }}>Recovery phrase…</Button> : null}
          <Button variant="default" onClick={() => { setOver('keystore') }}>Keystore file…</Button>
        </div>
      </Section>
      {over === 'everything' ? <BackUp onClose={() => { setOver('none') }} /> : null}
      {over === 'phrase' ? <ShowPhrase onClose={() => { setOver('none') }} /> : null}
      {over === 'keystore' ? <ExportKeystore onClose={() => { setOver('none') }} /> : null}
    </div>
  )
}

export const WalletPage = () => {
  const wallet = useAsk(['wallet'], () => shell.wallet.show({}))
  return (
    <Page title="Wallet" about="The key that pays, earns and signs. It is kept encrypted on this computer.">
      <Reply of={wallet}>
        {(found) => (found === null ? <WalletSetup onReady={() => { void wallet.refetch() }} /> : <Show wallet={found} />)}
      </Reply>
    </Page>
  )
}
