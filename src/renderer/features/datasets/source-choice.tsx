import { Button, SegmentedControl, Select, Textarea } from '@mantine/core'
import { useState } from 'react'
import type { ImportPreview, ImportSource } from '../../../shared/window-contract/datasets.ts'
import { Section } from '../../ui/page.tsx'

type FileSource = Extract<ImportSource, { kind: 'file' }>

interface Properties {
  readonly source: FileSource
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

/** Which table of a database, or which sheet of a workbook. */
export const SourceChoice = ({ source, format, choices, onChange }: Properties) => {
  const [asks, setAsks] = useState(source.query !== undefined)
  if (format === 'excel') {
    return choices.length < 2 ? null : (
      <Section title="What is read">
        <div><Select label="Sheet" w={256} data={choices} value={source.sheet ?? choices[0] ?? null} onChange={(sheet) => { if (sheet !== null) onChange({ kind: 'file', file: source.file, sheet }) }} /></div>
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
