import { Button, FileButton, PasswordInput, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { toDatasetName } from '../../../shared/dataset-names.ts'
import type { ImportSource } from '../../../shared/window-contract/datasets.ts'
import { shell, useDo } from '../../app/api.ts'
import { readBase64 } from '../../ui/read-base64.ts'
import { Trouble } from '../../ui/trouble.tsx'
import { formatCount } from '../../ui/values.tsx'

/** A source, and what the dataset may be called after it. */
export interface ChosenSource { readonly source: ImportSource, readonly name: string }

/** A file that was dropped on the window. */
interface Handed { readonly handed: File | null }

interface Properties { readonly onChosen: (chosen: ChosenSource) => void }

const mostBytes = 100 * 1024 * 1024
const accepted = '.csv,.tsv,.txt,.sqlite,.sqlite3,.db,.parquet,.arrow,.feather,.xlsx,text/csv'

const nameOf = (fileName: string): string => toDatasetName(fileName.replace(/\.[^.]*$/, ''))

const ChooseFile = ({ handed, onChosen }: Properties & Handed) => {
  const [problem, setProblem] = useState<string | null>(null)
  const open = useDo(async (file: File) => {
    const opened = await shell.datasets.openFile({ fileName: file.name, contentBase64: await readBase64(file) })
    return { source: { kind: 'file' as const, file: opened.file }, name: nameOf(file.name) }
  })
  const take = (file: File | null): void => {
    if (file === null) return
    setProblem(file.size <= mostBytes ? null : `${file.name} has ${formatCount(Math.round(file.size / 1_048_576))} MiB; the window takes 100 MiB. The command line imports larger files: hesystem dataset import.`)
    if (file.size <= mostBytes) open.mutate(file, { onSuccess: onChosen })
  }
  useEffect(() => { take(handed) }, [handed])
  return (
    <div className="stack wide">
      <div className="drop">
        <p>Drop a table here: CSV, Excel, SQLite, Parquet or Arrow. It is known by its content, and read on this computer.</p>
        <FileButton onChange={take} accept={accepted} inputProps={{ 'aria-label': 'Table file' }}>{(properties) => <Button loading={open.isPending} {...properties}>Choose a file</Button>}</FileButton>
      </div>
      {problem === null ? null : <p className="note bad" role="alert">{problem}</p>}
      <Trouble error={open.error} />
    </div>
  )
}

const urlPlaces = [
  { value: 'kept', label: 'Kept here under a name' }, { value: 'environment', label: 'In an environment variable' }, { value: 'new', label: 'Keep a new one' },
] as const
type UrlPlace = (typeof urlPlaces)[number]['value']

/** A query of a PostgreSQL database. Its URL holds a password: it goes to the secret store, and never comes back to this page. */
const ChooseDatabase = ({ onChosen }: Properties) => {
  const [place, setPlace] = useState<UrlPlace>('new')
  const [name, setName] = useState('')
  const [url, setUrl] = useState('')
  const [query, setQuery] = useState('SELECT * FROM ')
  const keep = useDo(() => shell.datasets.keepDatabaseUrl({ name: name.trim(), url: url.trim() }))
  const choose = (): void => {
    onChosen({ source: { kind: 'postgres', urlFrom: place === 'environment' ? 'environment' : 'kept', name: name.trim(), query: query.trim() }, name: place === 'environment' ? 'table' : name.trim() })
  }
  const submit = (): void => {
    if (place === 'new') keep.mutate(undefined, { onSuccess: choose })
    else choose()
  }
  return (
    <form className="stack wide" style={{ maxWidth: 720 }} onSubmit={(event) => { event.preventDefault(); submit() }}>
      <div><SegmentedControl aria-label="Where the database’s URL stands" data={[...urlPlaces]} value={place} onChange={(value) => { setPlace(urlPlaces.find((known) => known.value === value)?.value ?? 'new') }} /></div>
      <div className="pair">
        <TextInput
          label={place === 'environment' ? 'Environment variable' : 'Name'} placeholder={place === 'environment' ? 'DATABASE_URL' : 'payroll'} value={name}
          onChange={(event) => { setName(event.target.value) }}
        />
        {place === 'new' ? <PasswordInput label="URL" placeholder="postgres://user:password@host/database" autoComplete="off" value={url} onChange={(event) => { setUrl(event.target.value) }} /> : <span />}
      </div>
      <Textarea
        label="Query" description="One SELECT; it runs in a read-only transaction that is never committed." autosize minRows={4} value={query}
        styles={{ input: { fontFamily: 'var(--mono)', fontSize: 13 } }} onChange={(event) => { setQuery(event.target.value) }}
      />
      <Trouble error={keep.error} />
      <div><Button type="submit" loading={keep.isPending} disabled={name.trim() === '' || query.trim() === '' || (place === 'new' && url.trim() === '')}>Read it</Button></div>
    </form>
  )
}

/** Where a table comes from. */
export const ChooseSource = ({ handed, onChosen }: Properties & Handed) => {
  const [kind, setKind] = useState('file')
  useEffect(() => { if (handed !== null) setKind('file') }, [handed])
  return (
    <div className="stack wide">
      <div><SegmentedControl aria-label="Import from" value={kind} onChange={setKind} data={[{ value: 'file', label: 'A file' }, { value: 'postgres', label: 'PostgreSQL' }]} /></div>
      {kind === 'file' ? <ChooseFile handed={handed} onChosen={onChosen} /> : <ChooseDatabase onChosen={onChosen} />}
    </div>
  )
}
