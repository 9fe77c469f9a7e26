import { Button, Modal, PasswordInput } from '@mantine/core'
import { useState } from 'react'
import type { BackupStateJson } from '../../../shared/window-contract/backup.ts'
import type { JobOutcome } from '../../../shared/window-contract/jobs.ts'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { WatchedJob } from '../../ui/job-progress.tsx'
import { bytesOfBase64, saveFile } from '../../ui/save-file.ts'
import { Trouble } from '../../ui/trouble.tsx'
import { formatCount, When } from '../../ui/values.tsx'

const shortestPassphrase = 12

type Made = Extract<JobOutcome, { kind: 'backed-up' }>

/** Takes the file over piece by piece and gives it to the browser to save. */
const takeHome = async ({ file, fileName, bytes }: Made): Promise<Made> => {
  const pieces: Uint8Array<ArrayBuffer>[] = []
  for (let offset = 0; offset < bytes;) {
    const piece = bytesOfBase64((await shell.backup.read({ file, offset })).contentBase64)
    if (piece.length === 0) throw new Error('The backup ended before its end.')
    pieces.push(piece)
    offset += piece.length
  }
  saveFile(fileName, new Blob(pieces, { type: 'application/octet-stream' }))
  await shell.backup.putAway({ file, isSaved: true })
  return { kind: 'backed-up', file, fileName, bytes }
}

const WhatIsIn = () => (
  <div className="stack quiet">
    <p>In it: wallet, tables with their keys, listings, sales, purchases with their answers, receipts, scripts and settings.</p>
    <p>
      Not in it: kept passwords of PostgreSQL databases, encrypted tables that lie in a PostgreSQL, and the practice chain with its
      play money.
    </p>
  </div>
)

/** The whole profile into one file, under a passphrase of its own. */
export const BackUp = ({ onClose }: { readonly onClose: () => void }) => {
  const [passphrase, setPassphrase] = useState('')
  const [again, setAgain] = useState('')
  const make = useDo(() => shell.backup.make({ passphrase }), 'jobs')
  const take = useDo(takeHome)
  const ready = [...passphrase.normalize('NFKC')].length >= shortestPassphrase && passphrase === again
  return (
    <Modal opened onClose={onClose} title="Back up everything" size={520} closeButtonProps={{ 'aria-label': 'Close' }}>
      {take.data !== undefined ? (
        <div className="stack wide">
          <p className="note good" role="status">
            {take.data.fileName} holds this profile as it is now ({formatCount(take.data.bytes)} bytes); it was checked by reading it back.
          </p>
          <p className="quiet">Keep it on another computer or disk, and its passphrase elsewhere: one does not open without the other.</p>
          <div className="row end"><Button onClick={onClose} data-autofocus>Close</Button></div>
        </div>
      ) : (
        <form className="stack wide" onSubmit={(event) => { event.preventDefault(); take.reset(); make.mutate(undefined) }}>
          <WhatIsIn />
          <PasswordInput label={`Passphrase of the backup, ${shortestPassphrase} characters or more`} data-autofocus autoComplete="new-password" value={passphrase} onChange={(event) => { setPassphrase(event.target.value) }} />
          <PasswordInput label="Once more" autoComplete="new-password" value={again} error={again !== '' && again !== passphrase ? 'The two differ.' : null} onChange={(event) => { setAgain(event.target.value) }} />
          <Trouble error={make.error ?? take.error} />
          <WatchedJob id={make.data?.job ?? null} onDone={(made) => { if (made.kind === 'backed-up') take.mutate(made) }} />
          <div className="row end"><Button type="submit" disabled={!ready} loading={make.isPending || take.isPending}>Make and save it</Button></div>
        </form>
      )}
    </Modal>
  )
}

const sayThing = (thing: string, count: number): string => (thing === 'wallet' ? 'the wallet'
  : thing === 'key' ? `${count === 1 ? 'the key of an encrypted table' : `the keys of ${count} encrypted tables`}`
    : `${formatCount(count)} ${thing}${count === 1 ? '' : 's'}`)

export const useBackupState = () => useAsk(['status', 'backup'], () => shell.backup.state({}))

/** Whether the newest backup of the whole profile holds the wallet too. */
export const isWalletIn = ({ lastAt, since }: BackupStateJson): boolean => lastAt !== null && since.every(({ thing }) => thing !== 'wallet')

/** How far the newest backup of everything reaches, and what has come since. */
export const BackupReach = ({ of: { lastAt, since } }: { readonly of: BackupStateJson }) => {
  if (lastAt === null) return <>never</>
  return <><When at={lastAt} />{since.length === 0 ? ', nothing added since' : <>; not in it yet: {since.map(({ thing, count }) => sayThing(thing, count)).join(', ')}</>}</>
}
