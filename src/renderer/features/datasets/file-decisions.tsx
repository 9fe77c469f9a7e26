import { Button, Select } from '@mantine/core'
import { rowsAreNoPersons } from '../../../shared/policy-words.ts'
import type { ImportDecisions, ImportPreview } from '../../../shared/window-contract/datasets.ts'
import { Section } from '../../ui/page.tsx'

const separators = [{ value: ',', label: 'Comma' }, { value: ';', label: 'Semicolon' }, { value: '\t', label: 'Tab' }, { value: '|', label: 'Bar' }] as const
const marks = [{ value: '.', label: 'Point, 3.14' }, { value: ',', label: 'Comma, 3,14' }] as const
const dateOrders = [{ value: 'dmy', label: 'Day first, 31/12/2025' }, { value: 'mdy', label: 'Month first, 12/31/2025' }] as const
const missing = [
  { value: 'fail', label: 'Refuse the import' }, { value: 'drop', label: 'Drop the row' }, { value: 'mean', label: 'Fill with the mean' },
  { value: 'median', label: 'Fill with the median' },
] as const
const categories = [{ value: 'codes', label: 'As codes 0, 1, 2 …' }, { value: 'one-hot', label: 'One column per word' }] as const

const rowOrders = [{ value: 'kept', label: 'As in the file' }, { value: 'random', label: 'Random' }] as const

/** More words than these make a table too wide. */
const mostOneHot = 12

type Separator = NonNullable<ImportDecisions['separator']>

interface Properties {
  readonly preview: ImportPreview
  readonly decisions: ImportDecisions
  readonly onChange: (decisions: ImportDecisions) => void
}

const known = <Value extends string>(options: readonly { readonly value: Value }[], value: string | null): Value | undefined =>
  options.find((option) => option.value === value)?.value

const formats: Readonly<Record<ImportPreview['format'], string>> = {
  csv: 'CSV', sqlite: 'SQLite', postgres: 'PostgreSQL', parquet: 'Parquet', arrow: 'Arrow', excel: 'Excel',
}

/** What was recognised, in one line. */
const sayRecognised = ({ format, recognised: summary }: ImportPreview): string => [
  formats[format],
  ...(summary === null || format !== 'csv' ? [] : [`${summary.encoding.toUpperCase()}${summary.byteOrderMark ? ' with byte order mark' : ''}`]),
  ...(summary === null || summary.thousandsMarks.length === 0 ? [] : [`thousands set apart by ${summary.thousandsMarks.map((mark) => (mark.trim() === '' ? 'spaces' : `“${mark}”`)).join(', ')}`]),
  ...(summary?.units ?? []).map(({ name, unit }) => `${name} in ${unit}`),
  ...(summary === null || summary.dates.length === 0 ? [] : [`dates in ${summary.dates.map(({ name }) => name).join(', ')}, as days`]),
].join(' · ')

/** What stands between the cells of a text. */
export const SeparatorChoice =
  ({ separator, onChange }: { readonly separator: string | null, readonly onChange: (separator: Separator) => void }) => (
  <Select
    label="Separator" w={152} data={[...separators]} value={separator} placeholder="recognised"
    onChange={(value) => {
      const found = known(separators, value)
      if (found !== undefined) onChange(found)
    }}
  />
)

/** How the source is read: what was recognised is chosen already. */
export const FileDecisions = ({ preview, decisions, onChange }: Properties) => {
  const { recognised: summary, format } = preview
  const choose = (key: 'separator' | 'decimalMark' | 'dateOrder' | 'missing' | 'categories' | 'rowOrder', value: string | undefined): void => {
    if (value !== undefined) onChange({ ...decisions, [key]: value })
  }
  const dated = summary?.dates.find(({ written }) => written !== 'iso')?.written
  // A workbook's numbers are numbers; only those in its texts have a mark.
  const hasWrittenNumbers = format === 'excel' && (decisions.decimalMark !== undefined || summary?.decimalMarkGuessed === true || (summary?.thousandsMarks.length ?? 0) > 0 || preview.problem?.code === 'input.csv-not-a-number')
  const fewWords = preview.columns.filter(({ kind, words }) => kind === 'category' && words.length <= mostOneHot).map(({ name }) => name)
  // Under these decisions; where they make no table yet, as it was recognised with its gaps filled.
  const flagged = (preview.summary ?? summary)?.flagged ?? []
  const sorted = flagged.filter(({ reason }) => reason === 'sorted').map(({ name }) => name)
  const inStep = flagged.filter((flag) => flag.reason === 'in-step')
  const repeating = flagged.filter(({ reason }) => reason === 'repeats').map(({ name }) => name)
  const asksForDates = decisions.dateOrder !== undefined || dated !== undefined || preview.problem?.code.includes('date') === true
  return (
    <Section title="How it is read" aside={<span className="small quiet">{sayRecognised(preview)}</span>}>
      <div className="decisions">
        {format === 'csv' ? <SeparatorChoice separator={decisions.separator ?? summary?.separator ?? null} onChange={(value) => { choose('separator', value) }} /> : null}
        {format === 'csv' || hasWrittenNumbers ? <Select label={summary?.decimalMarkGuessed === true ? 'Decimal mark (guessed)' : 'Decimal mark'} w={168} data={[...marks]} value={decisions.decimalMark ?? summary?.decimalMark ?? null} onChange={(value) => { choose('decimalMark', known(marks, value)) }} /> : null}
        {asksForDates ? <Select label="Dates" w={208} placeholder="Day or month first?" data={[...dateOrders]} value={decisions.dateOrder ?? known(dateOrders, dated ?? null) ?? null} onChange={(value) => { choose('dateOrder', known(dateOrders, value)) }} /> : null}
        <Select label="Missing values" w={200} data={[...missing]} value={decisions.missing ?? 'fail'} onChange={(value) => { choose('missing', known(missing, value)) }} />
        <Select label="Words" w={200} data={[...categories]} value={decisions.categories ?? 'codes'} onChange={(value) => { choose('categories', known(categories, value)) }} />
        <Select label="Order of rows" w={152} data={[...rowOrders]} value={decisions.rowOrder ?? 'kept'} onChange={(value) => { choose('rowOrder', known(rowOrders, value)) }} />
      </div>
      {sorted.length === 0 ? null : (
        <p className="note small row wide between">
          <span>The rows are sorted by {sorted.join(', ')}: averages of neighbours then nearly tell single values. In random order a
            row&#39;s place tells nothing.</span>
          <Button variant="default" size="compact-sm" style={{ flexShrink: 0 }} onClick={() => { choose('rowOrder', 'random') }}>Random order</Button>
        </p>
      )}
      {repeating.map((name) => <p key={name} className="note small">Look again: {rowsAreNoPersons(name)}</p>)}
      {inStep.map(({ name, of }) => (
        <p key={name} className="note small">{name} goes in step with {of}: sums of both tell more of single rows than either. Leave one of them out.</p>
      ))}
      {decisions.categories === 'one-hot' || fewWords.length === 0 ? null : (
        <p className="note small row wide between">
          <span>Codes only number the words: a mean of them says nothing. One column of 0 and 1 per word lets buyers count,
            and average other columns by group: {fewWords.join(', ')}.</span>
          <Button variant="default" size="compact-sm" style={{ flexShrink: 0 }} onClick={() => { choose('categories', 'one-hot') }}>One column per word</Button>
        </p>
      )}
    </Section>
  )
}
