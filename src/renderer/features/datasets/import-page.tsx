import { Button, Checkbox, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ErrorDocumentJson } from '../../../shared/window-contract/base.ts'
import type { ImportDecisions, ImportPreview, ImportSource } from '../../../shared/window-contract/datasets.ts'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { useHandedFile } from '../../app/handed-files.ts'
import { goTo, placeOf } from '../../app/router.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { ErrorPanel, Trouble } from '../../ui/trouble.tsx'
import { formatCount } from '../../ui/values.tsx'
import { readError } from '../../window-client.ts'
import { ChooseSource, type ChosenSource } from './choose-source.tsx'
import { ColumnDecisions } from './column-decisions.tsx'
import { FileDecisions } from './file-decisions.tsx'
import { SourceChoice } from './source-choice.tsx'

const previewMilliseconds = 250

const isNumber = (of: ImportPreview, title: string): boolean =>
  of.columns.some(({ name, kind, leftOut }) => name === title && leftOut === null && (kind === 'integer' || kind === 'number'))

const FirstRows = ({ of }: { readonly of: ImportPreview }) => (
  <Section title="First rows, as written" aside={<span className="small quiet">{formatCount(of.rowsRead)} rows read</span>}>
    <DataTable
      label="First rows" rows={of.rows.slice(0, 8)} keyOf={(_, index) => index}
      columns={of.header.map((title, at) => ({ name: title, numeric: isNumber(of, title), cell: (row: readonly string[]) => <span className="mono nowrap">{row[at] ?? ''}</span> }))}
    />
  </Section>
)

const TakeIt = ({ preview, name, onName, source, decisions, onOther }: {
  readonly preview: ImportPreview, readonly name: string, readonly onName: (name: string) => void, readonly source: ImportSource
  readonly decisions: ImportDecisions, readonly onOther: () => void
}) => {
  const datasets = useAsk(['datasets'], () => shell.datasets.list({}))
  const [newVersion, setNewVersion] = useState(false)
  const isTaken = datasets.data?.some((dataset) => dataset.name === name.trim()) ?? false
  const take = useDo(() => shell.datasets.import({ name, source, decisions, newVersion: isTaken && newVersion }), 'datasets')
  const { summary } = preview
  return (
    <form className="next-step" onSubmit={(event) => { event.preventDefault(); take.mutate(undefined, { onSuccess: (made) => { goTo(placeOf(['sell', 'datasets', made.name])) } }) }}>
      <TextInput label="Name of the dataset" w={320} value={name} onChange={(event) => { onName(event.target.value) }} />
      {isTaken ? (
        <Checkbox
          label="As the next version of the dataset of this name" description="Listings and purchases keep the version they stand on." checked={newVersion}
          onChange={(event) => { setNewVersion(event.currentTarget.checked) }}
        />
      ) : null}
      <Trouble error={take.error} />
      <div className="row">
        <Button type="submit" disabled={preview.problem !== null || name.trim() === '' || (isTaken && !newVersion)} loading={take.isPending}>Import {summary === null ? '' : `${formatCount(summary.rowsKept)} rows`}</Button>
        <Button variant="default" onClick={onOther}>Another table</Button>
      </div>
    </form>
  )
}

/** The tables there are, where a database does not say by itself which one is meant. */
const tablesOf = ({ code, details }: ErrorDocumentJson): readonly string[] =>
  (code === 'input.table-choice' && Array.isArray(details.tables) ? details.tables.map(String) : [])

const Unread = ({ error, source, onSource, onOther }: {
  readonly error: unknown, readonly source: ImportSource, readonly onSource: (source: ImportSource) => void, readonly onOther: () => void
}) => {
  const tables = tablesOf(readError(error))
  return (
    <>
      {source.kind === 'file' && (tables.length > 0 || source.query !== undefined)
        ? <SourceChoice source={source} format="sqlite" choices={tables} onChange={onSource} />
        : null}
      {tables.length > 0 && source.kind === 'file' && source.table === undefined ? null : <Trouble error={error} />}
      <div><Button variant="default" onClick={onOther}>Another table</Button></div>
    </>
  )
}

const Wizard = ({ chosen, onOther }: { readonly chosen: ChosenSource, readonly onOther: () => void }) => {
  const [name, setName] = useState(chosen.name)
  const [source, setSource] = useState(chosen.source)
  const [decisions, setDecisions] = useState<ImportDecisions>({})
  const [settled] = useDebouncedValue(decisions, previewMilliseconds)
  const preview = useQuery({
    queryKey: ['preview', source, settled], queryFn: () => shell.datasets.preview({ source, decisions: settled }), placeholderData: keepPreviousData, gcTime: 0,
  })
  const { data, error } = preview
  if (error !== null) return <Unread error={error} source={source} onSource={setSource} onOther={onOther} />
  if (data === undefined) return <p className="quiet" role="status">Reading the table…</p>
  return (
    <>
      {source.kind === 'file' ? <SourceChoice source={source} format={data.format} choices={data.choices} onChange={(next) => { setSource(next); setDecisions({}) }} /> : null}
      <FileDecisions preview={data} decisions={decisions} onChange={setDecisions} />
      <FirstRows of={data} />
      <ColumnDecisions preview={data} decisions={decisions} onChange={setDecisions} />
      {data.problem === null ? null : <ErrorPanel document={data.problem} />}
      <TakeIt preview={data} name={name} onName={setName} source={source} decisions={decisions} onOther={onOther} />
    </>
  )
}

export const ImportPage = () => {
  const [chosen, setChosen] = useState<ChosenSource | null>(null)
  const [handed, setHanded] = useState<File | null>(null)
  useHandedFile('table', (file) => {
    setChosen(null)
    setHanded(file)
  })
  const take = (source: ChosenSource): void => {
    setHanded(null)
    setChosen(source)
  }
  return (
    <Page title="Import a table" back={{ to: '#/sell/datasets', title: 'Datasets' }} about="You decide column by column what becomes part of the dataset.">
      {chosen === null
        ? <ChooseSource handed={handed} onChosen={take} />
        : <Wizard key={JSON.stringify(chosen)} chosen={chosen} onOther={() => { setChosen(null) }} />}
    </Page>
  )
}
