import { Checkbox, NumberInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { ImportDecisions, ImportPreview } from '../../../shared/window-contract/datasets.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Section } from '../../ui/page.tsx'
import { formatCount } from '../../ui/values.tsx'

type PreviewColumn = ImportPreview['columns'][number]
type Notes = NonNullable<ImportDecisions['columns']>[string]

const whyLeftOut: Readonly<Record<NonNullable<PreviewColumn['leftOut']>, string>> = {
  'excluded': 'left out by you', 'identifier': 'looks like an identifier', 'free-text': 'free text', 'empty': 'empty',
}

const Kind = ({ of }: { readonly of: PreviewColumn }) => {
  if (of.leftOut !== null) return <span className="tag warn">{whyLeftOut[of.leftOut]}</span>
  if (of.looksLikeIdentifier) return <span className="row">{of.kind}<span className="tag warn">every value differs</span></span>
  return <span {...(of.words.length === 0 ? {} : { title: of.words.join(', ') })}>{of.kind}{of.words.length === 0 ? '' : `: ${of.words.slice(0, 4).join(', ')}${of.words.length > 4 ? ' …' : ''}`}</span>
}

/** What of a typed text fills gaps: numbers among numbers, words among words. */
const readFill = (text: string, { kind }: PreviewColumn): Notes['fill'] => {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  return kind !== 'category' && Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed
}

/** A constant for the missing cells of one column, in the place of what is done about the others. */
const Fill = ({ of, fill, onFill }: { readonly of: PreviewColumn, readonly fill: Notes['fill'], readonly onFill: (fill: Notes['fill']) => void }) => {
  const [text, setText] = useState(fill === undefined ? '' : String(fill))
  return (
    <TextInput
      aria-label={`Fill missing ${of.name} with`} w={96} variant="unstyled" placeholder="fill with" value={text}
      onChange={(event) => { setText(event.target.value); onFill(readFill(event.target.value, of)) }}
    />
  )
}

/** Column by column: in or out, unit, meaning, and the bounds that become public. */
export const ColumnDecisions = ({ preview, decisions, onChange }: {
  readonly preview: ImportPreview, readonly decisions: ImportDecisions, readonly onChange: (decisions: ImportDecisions) => void
}) => {
  const excluded = decisions.exclude ?? []
  const note = (name: string, change: Notes): void => {
    onChange({ ...decisions, columns: { ...decisions.columns, [name]: { ...decisions.columns?.[name], ...change } } })
  }
  const take = ({ name, leftOut }: PreviewColumn, taken: boolean): void => {
    const exclude = taken ? excluded.filter((other) => other !== name) : [...excluded, name]
    const asWords = taken && (leftOut === 'identifier' || leftOut === 'free-text')
    onChange({
      ...decisions, exclude,
      ...(asWords ? { columns: { ...decisions.columns, [name]: { ...decisions.columns?.[name], type: 'category' as const } } } : {}),
    })
  }
  const bound = (column: PreviewColumn, side: 'lower' | 'upper') => (column.leftOut !== null ? '' : (
    <NumberInput
      aria-label={`${side === 'lower' ? 'Lower' : 'Upper'} bound of ${column.name}`} hideControls w={104} variant="unstyled" value={decisions.columns?.[column.name]?.[side] ?? column[side] ?? ''}
      styles={{ input: { textAlign: 'right', fontFamily: 'var(--mono)', fontSize: 12.5 } }}
      onChange={(value) => { if (typeof value === 'number') note(column.name, { [side]: value }) }}
    />
  ))
  const withoutFill = (name: string): void => {
    const { fill: _fill, ...kept } = decisions.columns?.[name] ?? {}
    onChange({ ...decisions, columns: { ...decisions.columns, [name]: kept } })
  }
  const missingIn = (column: PreviewColumn) => {
    if (column.missing === 0) return '–'
    const count = <span className="warn">{formatCount(column.missing)}</span>
    return column.leftOut !== null ? count : (
      <span className="row end">
        {count}
        <Fill
          of={column} fill={decisions.columns?.[column.name]?.fill}
          onFill={(fill) => { if (fill === undefined) withoutFill(column.name); else note(column.name, { fill }) }}
        />
      </span>
    )
  }
  return (
    <Section title="Columns" aside={<span className="small quiet">Bounds, units and descriptions become public; they are rounded, never your exact extremes.</span>}>
      <DataTable
        label="Columns" rows={preview.columns} keyOf={({ name }) => name}
        columns={[
          { name: 'In', cell: (column) => <Checkbox aria-label={`Take ${column.name}`} checked={column.leftOut === null} disabled={column.leftOut === 'empty'} onChange={(event) => { take(column, event.target.checked) }} /> },
          { name: 'Column', cell: ({ name }) => <span className="mono">{name}</span> },
          { name: 'Becomes', cell: (column) => <Kind of={column} /> },
          { name: 'Missing', numeric: true, cell: missingIn },
          { name: 'At least', numeric: true, cell: (column) => bound(column, 'lower') },
          { name: 'At most', numeric: true, cell: (column) => bound(column, 'upper') },
          { name: 'Unit', cell: ({ name, leftOut, unit }) => (leftOut !== null ? '' : <TextInput aria-label={`Unit of ${name}`} w={96} variant="unstyled" placeholder="unit" value={decisions.columns?.[name]?.unit ?? unit} onChange={(event) => { note(name, { unit: event.target.value }) }} />) },
          { name: 'What it is', cell: ({ name, leftOut }) => (leftOut !== null ? '' : <TextInput aria-label={`Description of ${name}`} variant="unstyled" placeholder="description" value={decisions.columns?.[name]?.description ?? ''} onChange={(event) => { note(name, { description: event.target.value }) }} />) },
        ]}
      />
    </Section>
  )
}
