import { Button, FileButton, PasswordInput, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { shell, useDo } from '../../app/api.ts'
import { Trouble } from '../../ui/trouble.tsx'

/** The words that are asked for again, counted from one: enough to see that they were written down. */
const askedAgain = [3, 9] as const

export const Phrase = ({ words }: { readonly words: string }) => (
  <ol className="phrase" aria-label="Recovery phrase">{words.split(' ').map((word, index) => <li key={`${word}-${index}`}>{word}</li>)}</ol>
)

const ConfirmPhrase = ({ words, onConfirmed }: { readonly words: string, readonly onConfirmed: () => void }) => {
  const [typed, setTyped] = useState<Readonly<Record<number, string>>>({})
  const mark = useDo(() => shell.wallet.markBackedUp({}), 'wallet')
  const right = askedAgain.every((at) => typed[at]?.trim().toLowerCase() === words.split(' ')[at - 1])
  return (
    <form className="stack wide" onSubmit={(event) => { event.preventDefault(); mark.mutate(undefined, { onSuccess: onConfirmed }) }}>
      <p>Write these words down, in this order. Whoever has them has the money; without them a lost computer is a lost wallet.</p>
      <Phrase words={words} />
      <div className="row wide">
        {askedAgain.map((at) => (
          <TextInput key={at} label={`Word ${at}`} className="grow" autoComplete="off" value={typed[at] ?? ''} onChange={(event) => { setTyped({ ...typed, [at]: event.target.value }) }} />
        ))}
      </div>
      <Trouble error={mark.error} />
      <div className="row">
        <Button type="submit" disabled={!right} loading={mark.isPending}>I have written them down</Button>
        <Button variant="default" onClick={onConfirmed}>Later</Button>
      </div>
    </form>
  )
}

const CreateWallet = ({ onReady }: { readonly onReady: () => void }) => {
  const create = useDo(() => shell.wallet.create({}))
  if (create.data !== undefined) return <ConfirmPhrase words={create.data.mnemonic} onConfirmed={onReady} />
  return (
    <div className="stack wide">
      <p className="quiet">A new key is made on this computer and kept encrypted. You will see its recovery phrase once.</p>
      <Trouble error={create.error} />
      <div><Button loading={create.isPending} onClick={() => { create.mutate(undefined) }}>Make a wallet</Button></div>
    </div>
  )
}

const importKinds = [
  { value: 'phrase', label: 'Recovery phrase' }, { value: 'key', label: 'Private key' }, { value: 'keystore', label: 'Keystore file' },
  { value: 'user-info', label: 'HEsystem 2020' },
] as const
type ImportKind = (typeof importKinds)[number]['value']

const placeholders: Readonly<Record<ImportKind, string>> = {
  'phrase': 'twelve or more words', 'key': '0x…', 'keystore': 'The file’s text', 'user-info': 'The file’s text',
}

interface Import { readonly kind: ImportKind, readonly text: string, readonly password: string }

const importWallet = async ({ kind, text, password }: Import): Promise<{ readonly deadNetwork: string | null }> => {
  switch (kind) {
    case 'phrase': await shell.wallet.importMnemonic({ words: text }); break
    case 'key': await shell.wallet.importPrivateKey({ privateKey: text.trim() }); break
    case 'keystore': await shell.wallet.importKeystore({ json: text, password }); break
    case 'user-info': return shell.wallet.importUserInfo({ text })
  }
  return { deadNetwork: null }
}

const ImportWallet = ({ onReady }: { readonly onReady: () => void }) => {
  const [kind, setKind] = useState<ImportKind>('phrase')
  const [text, setText] = useState('')
  const [password, setPassword] = useState('')
  const take = useDo(importWallet, 'wallet')
  const read = useDo(async (file: File | null) => {
    if (file !== null) setText(await file.text())
  })
  const submit = (): void => {
    take.mutate({ kind, text, password }, { onSuccess: ({ deadNetwork }) => { if (deadNetwork === null) onReady() } })
  }
  if (take.data?.deadNetwork !== undefined && take.data.deadNetwork !== null) {
    return (
      <div className="stack wide">
        <p className="note warn">The wallet was taken over. Its network, {take.data.deadNetwork}, no longer exists: choose another in the next step.</p>
        <div><Button onClick={onReady}>Go on</Button></div>
      </div>
    )
  }
  return (
    <form className="stack wide" onSubmit={(event) => { event.preventDefault(); submit() }}>
      <SegmentedControl aria-label="Import from" data={[...importKinds]} value={kind} onChange={(value) => { setKind(importKinds.find((known) => known.value === value)?.value ?? 'phrase') }} />
      {kind === 'key'
        ? <PasswordInput label="Private key" placeholder={placeholders[kind]} value={text} onChange={(event) => { setText(event.target.value) }} />
        : (
          <Textarea
            label={kind === 'user-info' ? 'A wallet file of HEsystem 2020, user_info.txt' : importKinds.find(({ value }) => value === kind)?.label} placeholder={placeholders[kind]} minRows={3} autosize
            value={text} onChange={(event) => { setText(event.target.value) }}
          />
        )}
      {kind === 'keystore' || kind === 'user-info' ? (
        <div>
          <FileButton onChange={(file) => { read.mutate(file) }} inputProps={{ 'aria-label': 'Wallet file' }}>{(properties) => <Button variant="default" loading={read.isPending} {...properties}>Choose a file</Button>}</FileButton>
        </div>
      ) : null}
      <Trouble error={read.error} />
      {kind === 'keystore' ? <PasswordInput label="Its password" value={password} onChange={(event) => { setPassword(event.target.value) }} /> : null}
      <Trouble error={take.error} />
      <div><Button type="submit" disabled={text.trim() === ''} loading={take.isPending}>Import</Button></div>
    </form>
  )
}

/** A wallet made or brought along. */
export const WalletSetup = ({ onReady }: { readonly onReady: () => void }) => {
  const [way, setWay] = useState('create')
  return (
    <div className="stack wide">
      <SegmentedControl aria-label="Wallet" value={way} onChange={setWay} data={[{ value: 'create', label: 'Make a new one' }, { value: 'import', label: 'Bring one along' }]} />
      {way === 'create' ? <CreateWallet onReady={onReady} /> : <ImportWallet onReady={onReady} />}
    </div>
  )
}
