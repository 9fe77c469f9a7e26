import { Button, FileButton, PasswordInput } from '@mantine/core'
import { useState } from 'react'
import type { JobOutcome } from '../../../shared/window-contract/jobs.ts'
import { pieceBytes } from '../../../shared/window-contract/backup.ts'
import { shell, useDo } from '../../app/api.ts'
import { Meter, WatchedJob } from '../../ui/job-progress.tsx'
import { readBase64 } from '../../ui/read-base64.ts'
import { Trouble } from '../../ui/trouble.tsx'
import { formatCount, When } from '../../ui/values.tsx'

const lookMilliseconds = 500
const pause = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, lookMilliseconds) })

/** Gives the file to the program piece by piece. */
const send = async (chosen: File, onProgress: (done: number) => void): Promise<string> => {
  let file: string | null = null
  for (let offset = 0; file === null || offset < chosen.size; offset += pieceBytes) {
    const contentBase64 = await readBase64(chosen.slice(offset, offset + pieceBytes))
    file = (await shell.backup.send({ file, offset, contentBase64 })).file
    onProgress(Math.min(chosen.size, offset + pieceBytes))
  }
  return file
}

/** Asks until the program that has begun anew answers; it knows no restored profile that waits any more. */
const reopen = async (): Promise<void> => {
  await shell.backup.open({})
  for (;;) {
    await pause()
    const found = await shell.app.firstRun({}).catch(() => null)
    if (found?.restoredWaits === false) break
  }
  window.location.reload()
}

type Restored = Extract<JobOutcome, { kind: 'restored' }>

/** A restored profile is whole and waits: the program begins anew over it. `restored` is null where it waited already. */
export const OpenRestored = ({ restored }: { readonly restored: Restored | null }) => {
  const open = useDo(reopen)
  return (
    <div className="stack wide">
      <p className="note good" role="status">{restored === null ? 'A backup was restored.' : <>The backup was restored: the profile as it was <When at={restored.backedUpAt} />.</>}</p>
      {restored === null || restored.forgotten.length === 0 ? null : (
        <p className="note warn">About to be sent when the backup was made, and perhaps sent since; it is not sent by itself: {restored.forgotten.join('; ')}.</p>
      )}
      <p>Do not go on with the old profile anywhere: two of one wallet would pay and answer past each other.</p>
      <Trouble error={open.error} />
      <div><Button data-autofocus loading={open.isPending} onClick={() => { open.mutate(undefined) }}>Open it</Button></div>
    </div>
  )
}

/** A whole profile out of its backup, in place of this one, in which nothing is yet. */
export const RestoreBackup = () => {
  const [chosen, setChosen] = useState<File | null>(null)
  const [passphrase, setPassphrase] = useState('')
  const [sent, setSent] = useState(0)
  const [restored, setRestored] = useState<Restored | null>(null)
  const restore = useDo(async (file: File) => shell.backup.restore({ file: await send(file, setSent), passphrase }))
  if (restored !== null) return <OpenRestored restored={restored} />
  return (
    <form className="stack wide" onSubmit={(event) => { event.preventDefault(); if (chosen !== null) restore.mutate(chosen) }}>
      <p className="quiet">
        A backup of everything holds a wallet, tables with their keys, listings, purchases and answers. It becomes this
        computer’s profile: whole, or not at all.
      </p>
      <div className="row">
        <FileButton onChange={(file) => { if (file !== null) setChosen(file) }} inputProps={{ 'aria-label': 'Backup file' }}>{(properties) => <Button variant="default" {...properties}>Choose the backup…</Button>}</FileButton>
        {chosen === null ? null : <span className="truncate">{chosen.name}, {formatCount(chosen.size)} bytes</span>}
      </div>
      <PasswordInput label="Passphrase of the backup" autoComplete="off" value={passphrase} onChange={(event) => { setPassphrase(event.target.value) }} />
      {restore.isPending && chosen !== null ? <Meter done={sent} total={chosen.size} label="Reading the backup" /> : null}
      <Trouble error={restore.error} />
      <WatchedJob id={restore.data?.job ?? null} onDone={(outcome) => { if (outcome.kind === 'restored') setRestored(outcome) }} />
      <div><Button type="submit" disabled={chosen === null || passphrase === ''} loading={restore.isPending}>Restore it</Button></div>
    </form>
  )
}
