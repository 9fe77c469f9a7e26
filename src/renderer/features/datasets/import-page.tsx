import { Button, Checkbox, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { isDatasetName, toDatasetName } from '../../../shared/dataset-names.ts'
import type { ImportDecisions, ImportPreview, ImportSource } from '../../../shared/window-contract/datasets.ts'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { useHandedFile } from '../../app/handed-files.ts'
import { goTo, placeOf } from '../../app/router.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { ErrorPanel, Trouble } from '../../ui/trouble.tsx'
import { sayCount } from '../../ui/values.tsx'
import { readError } from '../../window-client.ts'
import { ChooseSource } from './choose-source.tsx'
import { ColumnDecisions, type Unread as UnreadBounds } from './column-decisions.tsx'
import { FileDecisions, SeparatorChoice } from './file-decisions.tsx'
import { useKeptImport, type KeptImport } from './kept-import.ts'
import { SourceChoice } from './source-choice.tsx'

const previewMilliseconds = 250

const isNumber = (of: ImportPreview, title: string): boolean =>
  of.columns.some(({ name, kind, leftOut }) => name === title && leftOut === null && (kind === 'integer' || kind === 'number'))

const FirstRows = ({ of }: { readonly of: ImportPreview }) => (
  <Section title="First rows, as written" aside={<span className="small quiet">{sayCount(of.rowsRead, 'row')} read</span>}>
    <DataTable
      label="First rows" rows={of.rows.slice(0, 8)} keyOf={(_, index) => index}
      columns={of.header.map((title, at) => ({ name: title, numeric: isNumber(of, title), cell: (row: readonly string[]) => <span className="mono nowrap">{row[at] ?? ''}</span> }))}
    />
  </Section>
)

/** What is wrong with a name, and one that would do. */
const sayName = (name: string): string | null => {
  if (isDatasetName(name.trim())) return null
  const nearest = toDatasetName(name)
  return `A name has letters of English, digits, dots, hyphens and underscores${nearest === '' ? '' : `, such as ${nearest}`}.`
}

const TakeIt = ({ preview, name, onName, source, decisions, isRead, onDone }: {
  readonly preview: ImportPreview, readonly name: string, readonly onName: (name: string) => void, readonly source: ImportSource
  readonly decisions: ImportDecisions, readonly onDone: () => void
  /** Whether everything typed could be read. */
  readonly isRead: boolean
}) => {
  const datasets = useAsk(['datasets'], () => shell.datasets.list({}))
  const [newVersion, setNewVersion] = useState(false)
  const isTaken = datasets.data?.some((dataset) => dataset.name === name.trim()) ?? false
  const take = useDo(() => shell.datasets.import({ name: name.trim(), source, decisions, newVersion: isTaken && newVersion }), 'datasets')
  const { summary } = preview
  return (
    <form className="next-step" onSubmit={(event) => { event.preventDefault(); take.mutate(undefined, { onSuccess: (made) => { onDone(); goTo(placeOf(['sell', 'datasets', made.name])) } }) }}>
      <TextInput label="Name of the dataset" w={320} value={name} error={sayName(name)} onChange={(event) => { onName(event.target.value) }} />
      {isTaken ? (
        <Checkbox
          label="As the next version of the dataset of this name" description="Listings and purchases keep the version they stand on." checked={newVersion}
          onChange={(event) => { setNewVersion(event.currentTarget.checked) }}
        />
      ) : null}
      <Trouble error={take.error} />
      <div className="row">
        <Button type="submit" disabled={!isRead || preview.problem !== null || !isDatasetName(name.trim()) || (isTaken && !newVersion)} loading={take.isPending}>Import {summary === null ? '' : sayCount(summary.rowsKept, 'row')}</Button>
        <Button variant="default" onClick={onDone}>Another table</Button>
      </div>
    </form>
  )
}

const listIn = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])

/** A table that cannot be read as it is: what may be chosen about it stays, beside what is wrong. */
const Unread = ({ error, source, decisions, onSource, onDecide, onOther }: {
  readonly error: unknown, readonly source: ImportSource, readonly decisions: ImportDecisions
  readonly onSource: (source: ImportSource) => void, readonly onDecide: (decisions: ImportDecisions) => void, readonly onOther: () => void
}) => {
  const { code, details } = readError(error)
  const [tables, sheets] = [code === 'input.table-choice' ? listIn(details['tables']) : [], listIn(details['sheets'])]
  const headerRow = typeof details['headerRow'] === 'number' ? details['headerRow'] : null
  const isDatabase = tables.length > 0 || (source.kind === 'file' && source.query !== undefined)
  const isText = !isDatabase && sheets.length === 0 && (code.startsWith('input.csv-') || decisions.separator !== undefined || (source.kind === 'file' && source.headerRow !== undefined))
  const format = isDatabase ? 'sqlite' : sheets.length > 0 ? 'excel' : isText ? 'csv' : null
  return (
    <>
      {source.kind === 'file' && format !== null
        ? <SourceChoice source={source} format={format} choices={isDatabase ? tables : sheets} headerRow={headerRow} onChange={onSource} />
        : null}
      {isText ? <div className="decisions"><SeparatorChoice separator={decisions.separator ?? null} onChange={(separator) => { onDecide({ ...decisions, separator }) }} /></div> : null}
      {tables.length > 0 && source.kind === 'file' && source.table === undefined ? null : <Trouble error={error} />}
      <div><Button variant="default" onClick={onOther}>Another table</Button></div>
    </>
  )
}

const Wizard = ({ kept: { source, name, decisions }, onChange, onLost, onOther }: {
  readonly kept: KeptImport & { readonly source: ImportSource }, readonly onChange: (part: Partial<KeptImport>) => void
  readonly onLost: () => void, readonly onOther: () => void
}) => {
  const [unread, setUnread] = useState<UnreadBounds>({})
  const [settled] = useDebouncedValue(decisions, previewMilliseconds)
  const preview = useQuery({
    queryKey: ['preview', source, settled], queryFn: () => shell.datasets.preview({ source, decisions: settled }), placeholderData: keepPreviousData, gcTime: 0,
  })
  const { data, error } = preview
  const isLost = error !== null && source.kind === 'file' && readError(error).code === 'input.not-found'
  useEffect(() => { if (isLost) onLost() }, [isLost])
  if (isLost) return null
  // Of another table, or under other names, nothing was decided yet but how its text is split.
  const readAnew = (next: ImportSource): void => {
    onChange({ source: next, decisions: decisions.separator === undefined ? {} : { separator: decisions.separator } })
    setUnread({})
  }
  if (error !== null) return (
    <Unread
      error={error} source={source} decisions={decisions} onSource={readAnew} onDecide={(next) => { onChange({ decisions: next }) }}
      onOther={onOther}
    />
  )
  if (data === undefined) return <p className="quiet" role="status">Reading the table…</p>
  const decide = (next: ImportDecisions): void => { onChange({ decisions: next }) }
  return (
    <>
      {source.kind === 'file' ? <SourceChoice source={source} format={data.format} choices={data.choices} headerRow={data.headerRow} onChange={readAnew} /> : null}
      <FileDecisions preview={data} decisions={decisions} onChange={decide} />
      <FirstRows of={data} />
      <p className="small quiet reading-again" role="status">{preview.isFetching || settled !== decisions ? 'Reading the table again with what you decided…' : ''}</p>
      <ColumnDecisions preview={data} decisions={decisions} onChange={decide} unread={unread} onUnread={setUnread} />
      {data.problem === null ? null : <ErrorPanel document={data.problem} />}
      <TakeIt
        preview={data} name={name} onName={(next) => { onChange({ name: next }) }} source={source} decisions={decisions}
        isRead={Object.keys(unread).length === 0} onDone={onOther}
      />
    </>
  )
}

const Import = ({ of: { kept, keep, choose, forget, error } }: { readonly of: NonNullable<ReturnType<typeof useKeptImport>> }) => {
  const [handed, setHanded] = useState<File | null>(null)
  useHandedFile('table', (file) => {
    keep({ ...kept, source: null })
    setHanded(file)
  })
  const { source } = kept
  if (source !== null) {
    return (
      <Wizard
        key={JSON.stringify([kept.of, source.kind === 'file' ? source.file : source])} kept={{ ...kept, source }} onOther={forget}
        onChange={(part) => { keep({ ...kept, ...part }) }} onLost={() => { keep({ ...kept, source: null }) }}
      />
    )
  }
  return (
    <>
      {kept.of === '' || handed !== null ? null : <p className="note" role="status">{kept.of} was chosen before and is no longer held here: choose it again. What you decided about it is kept.</p>}
      <Trouble error={error} />
      <ChooseSource
        handed={handed} onChosen={(chosen) => {
          setHanded(null)
          choose(chosen)
        }}
      />
    </>
  )
}

export const ImportPage = () => {
  const of = useKeptImport()
  return (
    <Page title="Import a table" back={{ to: '#/sell/datasets', title: 'Datasets' }} about="You decide column by column what becomes part of the dataset.">
      {of === null ? null : <Import of={of} />}
    </Page>
  )
}
