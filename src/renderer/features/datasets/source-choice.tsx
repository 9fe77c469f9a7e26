import { Button, SegmentedControl, Select, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { ImportPreview, ImportSource } from '../../../shared/window-contract/datasets.ts'
import { Section } from '../../ui/page.tsx'
import { readCount } from '../../ui/reading.ts'

type FileSource = Extract<ImportSource, { kind: 'file' }>

interface Properties {
  readonly source: FileSource
  /** The row that named the columns, where one did. */
  readonly headerRow: number | null
  readonly format: ImportPreview['format']
  readonly choices: readonly string[]
  readonly onChange: (source: FileSource) => void
}

const QueryChoice = ({ source, onChange }: Pick<Properties, 'source' | 'onChange'>) => {
  const [query, setQuery] = useState(source.query ?? 'SELECT * FROM ')
  return (
    <form className="row wide" style={{ alignItems: 'flex-end' }} onSubmit={(event) => { event.preventDefault(); onChange({ kind: 'file', file: source.file, query: query.trim() }) }}>
      <Textarea className="grow" label="Query" autosize minRows={2} value={query} styles={{ input: { fontFamily: 'var(--mono)', fontSize: 13 } }} onChange={(event) => { setQuery(event.target.value) }} />
      <Button type="submit" variant="default" disabled={query.trim() === ''}>Read it</Button>
    </form>
  )
}

/** Which row names the columns; emptied, it is recognised. */
const HeaderRow = ({ source, headerRow, onChange }: Pick<Properties, 'source' | 'headerRow' | 'onChange'>) => {
  const [text, setText] = useState<string | null>(null)
  const shown = text ?? String(source.headerRow ?? headerRow ?? '')
  const { value, problem } = shown.trim() === '' ? { value: null, problem: null } : readCount(shown, 1, 1_048_576)
  const decide = (): void => {
    if (text === null || problem !== null) return
    setText(null)
    const { headerRow: _recognised, ...rest } = source
    if (value !== (source.headerRow ?? headerRow)) onChange(value === null ? rest : { ...rest, headerRow: value })
  }
  return (
    <TextInput
      label="Names of the columns in row" w={216} inputMode="numeric" placeholder="recognised" value={shown} error={problem}
      onChange={(event) => { setText(event.target.value) }} onBlur={decide} onKeyDown={(event) => { if (event.key === 'Enter') decide() }}
    />
  )
}

/** Which table of a database, or which sheet of a workbook, and where its columns are named. */
export const SourceChoice = ({ source, format, choices, headerRow, onChange }: Properties) => {
  const [asks, setAsks] = useState(source.query !== undefined)
  if (format === 'excel' || format === 'csv') {
    return (
      <Section title="What is read">
        <div className="decisions">
          {choices.length < 2 ? null : <Select label="Sheet" w={256} data={choices} value={source.sheet ?? choices[0] ?? null} onChange={(sheet) => { if (sheet !== null) onChange({ kind: 'file', file: source.file, sheet }) }} />}
          <HeaderRow source={source} headerRow={headerRow} onChange={onChange} />
        </div>
      </Section>
    )
  }
  if (format !== 'sqlite') return null
  return (
    <Section title="What is read">
      <div><SegmentedControl aria-label="Read" value={asks ? 'query' : 'table'} onChange={(value) => { setAsks(value === 'query') }} data={[{ value: 'table', label: 'A table' }, { value: 'query', label: 'A query' }]} /></div>
      {asks ? <QueryChoice source={source} onChange={onChange} /> : (
        <div><Select label="Table or view" w={256} placeholder="Choose one" data={choices} value={source.table ?? (choices.length === 1 ? choices[0] ?? null : null)} onChange={(table) => { if (table !== null) onChange({ kind: 'file', file: source.file, table }) }} /></div>
      )}
    </Section>
  )
}
