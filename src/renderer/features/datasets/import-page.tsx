import { Button, FileButton, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ImportDecisions } from '../../../shared/window-contract/datasets.ts'
import { shell, useDo } from '../../app/api.ts'
import { goTo, placeOf } from '../../app/router.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { ErrorPanel, Trouble } from '../../ui/trouble.tsx'
import { formatCount } from '../../ui/values.tsx'
import { ColumnDecisions } from './column-decisions.tsx'
import { FileDecisions } from './file-decisions.tsx'

interface ReadFile { readonly fileName: string, readonly contentBase64: string }

const mostBytes = 100 * 1024 * 1024
const previewMilliseconds = 250

const readFile = (file: File): Promise<ReadFile> => new Promise((resolve, reject) => {
  const reader = new FileReader()
  reader.onload = () => {
    resolve({ fileName: file.name, contentBase64: typeof reader.result === 'string' ? reader.result.split(',')[1] ?? '' : '' })
  }
  reader.onerror = () => { reject(reader.error ?? new Error('The file could not be read.')) }
  reader.readAsDataURL(file)
})

const nameOf = (fileName: string): string => fileName.replace(/\.[^.]*$/, '')

const ChooseFile = ({ onRead }: { readonly onRead: (file: ReadFile) => void }) => {
  const [problem, setProblem] = useState<string | null>(null)
  const take = (file: File | null): void => {
    if (file === null) return
    if (file.size > mostBytes) {
      setProblem(`${file.name} has ${formatCount(Math.round(file.size / 1_048_576))} MiB; the window takes 100 MiB. The command line imports larger files.`)
      return
    }
    readFile(file).then(onRead, (error: unknown) => { setProblem(error instanceof Error ? error.message : String(error)) })
  }
  return (
    <div className="stack wide">
      <div
        className="drop" onDragOver={(event) => { event.preventDefault() }}
        onDrop={(event) => { event.preventDefault(); take(event.dataTransfer.files[0] ?? null) }}
      >
        <p>Drop a CSV file here, or choose one. One row per record; the first row names the columns.</p>
        <FileButton onChange={take} accept=".csv,.tsv,.txt,text/csv" inputProps={{ 'aria-label': 'CSV file' }}>{(properties) => <Button {...properties}>Choose a file</Button>}</FileButton>
      </div>
      {problem === null ? null : <p className="note bad" role="alert">{problem}</p>}
    </div>
  )
}

const Wizard = ({ file, onOther }: { readonly file: ReadFile, readonly onOther: () => void }) => {
  const [name, setName] = useState(nameOf(file.fileName))
  const [decisions, setDecisions] = useState<ImportDecisions>({})
  const [settled] = useDebouncedValue(decisions, previewMilliseconds)
  const preview = useQuery({
    queryKey: ['preview', file, settled], queryFn: () => shell.datasets.preview({ file, decisions: settled }), placeholderData: keepPreviousData, gcTime: 0,
  })
  const take = useDo(() => shell.datasets.import({ name, file, decisions }), 'datasets')
  const { data } = preview
  const header = data?.header ?? []
  return (
    <>
      <Trouble error={preview.error} />
      {data === undefined ? null : (
        <>
          <FileDecisions preview={data} decisions={decisions} onChange={setDecisions} />
          <Section title="First rows, as written" aside={<span className="small quiet">{formatCount(data.rowsRead)} rows read</span>}>
            <DataTable
              label="First rows" rows={data.rows.slice(0, 8)} keyOf={(_, index) => index}
              columns={header.map((title, at) => ({ name: title, cell: (row: readonly string[]) => <span className="mono nowrap">{row[at] ?? ''}</span> }))}
            />
          </Section>
          <ColumnDecisions preview={data} decisions={decisions} onChange={setDecisions} />
          {data.problem === null ? null : <ErrorPanel document={data.problem} />}
          <form className="next-step" onSubmit={(event) => { event.preventDefault(); take.mutate(undefined, { onSuccess: (made) => { goTo(placeOf(['sell', 'datasets', made.name])) } }) }}>
            <TextInput label="Name of the dataset" w={320} value={name} onChange={(event) => { setName(event.target.value) }} />
            <Trouble error={take.error} />
            <div className="row">
              <Button type="submit" disabled={data.problem !== null || name.trim() === ''} loading={take.isPending}>Import {data.summary === null ? '' : `${formatCount(data.summary.rowsKept)} rows`}</Button>
              <Button variant="default" onClick={onOther}>Another file</Button>
            </div>
          </form>
        </>
      )}
    </>
  )
}

export const ImportPage = () => {
  const [file, setFile] = useState<ReadFile | null>(null)
  return (
    <Page title="Import a table" back={{ to: '#/sell/datasets', title: 'Datasets' }} about="The file is read on this computer. You decide column by column what becomes part of the dataset.">
      {file === null ? <ChooseFile onRead={setFile} /> : <Wizard file={file} onOther={() => { setFile(null) }} />}
    </Page>
  )
}
