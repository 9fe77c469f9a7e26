import { Checkbox, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { ImportDecisions, ImportPreview } from '../../../shared/window-contract/datasets.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Section } from '../../ui/page.tsx'
import { readNumber, writeNumber } from '../../ui/reading.ts'
import { formatCount } from '../../ui/values.tsx'

type PreviewColumn = ImportPreview['columns'][number]
type Notes = NonNullable<ImportDecisions['columns']>[string]

const whyLeftOut: Readonly<Record<NonNullable<PreviewColumn['leftOut']>, string>> = {
  'excluded': 'left out by you', 'identifier': 'looks like an identifier', 'free-text': 'free text', 'empty': 'empty',
}

const Kind = ({ of, isOneHot }: { readonly of: PreviewColumn, readonly isOneHot: boolean }) => {
  if (of.leftOut !== null) return <span className="tag warn">{whyLeftOut[of.leftOut]}</span>
  if (of.looksLikeIdentifier) return <span className="row">{of.kind}<span className="tag warn">every value differs</span></span>
  if (of.words.length === 0) return of.kind
  return <span title={of.words.join(', ')}>{isOneHot ? 'a column each for ' : `${of.kind}: `}{of.words.slice(0, 4).join(', ')}{of.words.length > 4 ? ' …' : ''}</span>
}

type DecimalMark = '.' | ','

/** What of a typed text fills gaps: numbers among numbers, as the file writes them, and words among words. */
const readFill = (text: string, { kind }: PreviewColumn, mark: DecimalMark): Notes['fill'] => {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  return kind === 'category' ? trimmed : readNumber(trimmed, mark).value ?? trimmed
}

/** A constant for the missing cells of one column, in the place of what is done about the others. */
const Fill = ({ of, mark, fill, problem, onFill }: {
  readonly of: PreviewColumn, readonly mark: DecimalMark, readonly fill: Notes['fill'], readonly problem: string | null, readonly onFill: (fill: Notes['fill']) => void
}) => {
  const [text, setText] = useState(typeof fill === 'number' ? writeNumber(fill, mark) : fill ?? '')
  return (
    <TextInput
      aria-label={`Fill missing ${of.name} with`} w={80} variant="unstyled" placeholder="fill with" value={text} error={problem}
      onChange={(event) => { setText(event.target.value); onFill(readFill(event.target.value, of, mark)) }}
    />
  )
}

type Side = 'lower' | 'upper'

/** Bounds that were typed and cannot be read, by column and side: the import waits for them. */
export type Unread = Readonly<Record<string, string>>

const unreadKey = (name: string, side: Side): string => `${side} ${name}`

/** One bound, written as the file writes numbers; emptied, it is the proposed one again. */
const Bound = ({ of, side, mark, decided, typed, refused, onRead, onTyped }: {
  readonly of: PreviewColumn, readonly side: Side, readonly mark: DecimalMark, readonly decided: number | undefined
  /** What cannot be read; undefined where nothing such is typed. */
  readonly typed: string | undefined, readonly refused: string | null
  readonly onRead: (value: number | undefined) => void, readonly onTyped: (text: string) => void
}) => {
  const [text, setText] = useState<string | null>(null)
  const stands = decided ?? of[side]
  return (
    <TextInput
      aria-label={`${side === 'lower' ? 'Lower' : 'Upper'} bound of ${of.name}`} w={104} variant="unstyled" inputMode="decimal"
      styles={{ input: { textAlign: 'right', fontFamily: 'var(--mono)', fontSize: 12.5 } }}
      value={typed ?? text ?? (stands === null ? '' : writeNumber(stands, mark))}
      error={typed === undefined ? refused : readNumber(typed, mark).problem}
      onChange={(event) => {
        const next = event.target.value
        const { value } = readNumber(next, mark)
        setText(next)
        if (next.trim() !== '' && value === null) onTyped(next)
        else onRead(value ?? undefined)
      }}
      onBlur={() => { setText(null) }}
    />
  )
}

/** Column by column: in or out, unit, meaning, and the bounds that become public. */
export const ColumnDecisions = ({ preview, decisions, unread, onChange, onUnread }: {
  readonly preview: ImportPreview, readonly decisions: ImportDecisions, readonly onChange: (decisions: ImportDecisions) => void
  readonly unread: Unread, readonly onUnread: (unread: Unread) => void
}) => {
  const mark = decisions.decimalMark ?? (preview.recognised?.decimalMark === ',' ? ',' : '.')
  const excluded = decisions.exclude ?? []
  const note = (name: string, change: Notes, ...forgotten: readonly (keyof Notes)[]): void => {
    const notes = { ...decisions.columns?.[name], ...change }
    onChange({
      ...decisions, columns: { ...decisions.columns,
        [name]: Object.fromEntries(Object.entries(notes).filter(([key]) => !forgotten.some((left) => left === key))) },
    })
  }
  const take = ({ name, takenAs }: PreviewColumn, taken: boolean): void => {
    const others = excluded.filter((other) => other !== name)
    onChange({
      ...decisions, exclude: taken ? others : [...others, name],
      ...(taken && takenAs !== null ? { columns: { ...decisions.columns, [name]: { ...decisions.columns?.[name], type: takenAs } } } : {}),
    })
  }
  /** As decided, whether or not the table was looked at since. */
  const isTaken = ({ name, leftOut }: PreviewColumn): boolean => !excluded.includes(name)
    && (leftOut === null || leftOut === 'excluded' || (leftOut !== 'empty' && decisions.columns?.[name]?.type !== undefined))
  const refusal = (code: string, name: string, side?: Side): boolean => preview.problem?.code === code
    && preview.problem.details['name'] === name && (side === undefined || preview.problem.details['side'] === side)
  const bound = (column: PreviewColumn, side: Side) => {
    if (column.leftOut !== null) return ''
    const key = unreadKey(column.name, side)
    const { [key]: typed, ...others } = unread
    return (
      <Bound
        of={column} side={side} mark={mark} decided={decisions.columns?.[column.name]?.[side]} typed={typed}
        refused={refusal('input.bounds-invalid', column.name, side) ? `Some values are ${side === 'lower' ? 'below' : 'above'} it.` : null}
        onTyped={(text) => { onUnread({ ...unread, [key]: text }) }}
        onRead={(value) => {
          onUnread(others)
          if (value === undefined) note(column.name, {}, side)
          else note(column.name, { [side]: value })
        }}
      />
    )
  }
  const missingIn = (column: PreviewColumn) => {
    if (column.missing === 0) return '–'
    const count = <span className="warn">{formatCount(column.missing)}</span>
    return column.leftOut !== null ? count : (
      <span className="row end">
        {count}
        <Fill
          of={column} mark={mark} fill={decisions.columns?.[column.name]?.fill} problem={refusal('input.fill-invalid', column.name) ? 'Not a value of this column.' : null}
          onFill={(fill) => { if (fill === undefined) note(column.name, {}, 'fill'); else note(column.name, { fill }) }}
        />
      </span>
    )
  }
  return (
    <Section title="Columns" aside={<span className="small quiet">Names, units, descriptions,
      bounds and the words of categories become public once listed. Bounds are rounded, never your exact extremes.</span>}>
      <DataTable
        label="Columns" rows={preview.columns} keyOf={({ name }) => name}
        columns={[
          { name: 'In', cell: (column) => <Checkbox aria-label={`Take ${column.name}`} checked={isTaken(column)} disabled={column.leftOut === 'empty'} onChange={(event) => { take(column, event.target.checked) }} /> },
          { name: 'Column', cell: ({ name }) => <span className="mono">{name}</span> },
          { name: 'Becomes', cell: (column) => <Kind of={column} isOneHot={decisions.categories === 'one-hot' && column.kind === 'category'} /> },
          { name: 'Missing', numeric: true, cell: missingIn },
          { name: 'At least', numeric: true, cell: (column) => bound(column, 'lower') },
          { name: 'At most', numeric: true, cell: (column) => bound(column, 'upper') },
          { name: 'Unit', cell: ({ name, leftOut, unit }) => (leftOut !== null ? '' : <TextInput aria-label={`Unit of ${name}`} w={136} variant="unstyled" placeholder="unit" value={decisions.columns?.[name]?.unit ?? unit} onChange={(event) => { note(name, { unit: event.target.value }) }} />) },
          { name: 'What it is', cell: ({ name, leftOut }) => (leftOut !== null ? '' : <TextInput aria-label={`Description of ${name}`} variant="unstyled" placeholder="description" value={decisions.columns?.[name]?.description ?? ''} onChange={(event) => { note(name, { description: event.target.value }) }} />) },
        ]}
      />
    </Section>
  )
}
