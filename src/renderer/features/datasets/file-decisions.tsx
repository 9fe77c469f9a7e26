import { Select } from '@mantine/core'
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

/** How the source is read: what was recognised is chosen already. */
export const FileDecisions = ({ preview, decisions, onChange }: Properties) => {
  const { recognised: summary, format } = preview
  const choose = (key: 'separator' | 'decimalMark' | 'dateOrder' | 'missing' | 'categories', value: string | undefined): void => {
    if (value !== undefined) onChange({ ...decisions, [key]: value })
  }
  const dated = summary?.dates.find(({ written }) => written !== 'iso')?.written
  const asksForDates = decisions.dateOrder !== undefined || dated !== undefined || preview.problem?.code.includes('date') === true
  return (
    <Section title="How it is read" aside={<span className="small quiet">{sayRecognised(preview)}</span>}>
      <div className="decisions">
        {format === 'csv' ? <Select label="Separator" w={152} data={[...separators]} value={decisions.separator ?? summary?.separator ?? null} onChange={(value) => { choose('separator', known(separators, value)) }} /> : null}
        {format === 'csv' || format === 'excel' ? <Select label={summary?.decimalMarkGuessed === true ? 'Decimal mark (guessed)' : 'Decimal mark'} w={168} data={[...marks]} value={decisions.decimalMark ?? summary?.decimalMark ?? null} onChange={(value) => { choose('decimalMark', known(marks, value)) }} /> : null}
        {asksForDates ? <Select label="Dates" w={208} placeholder="Day or month first?" data={[...dateOrders]} value={decisions.dateOrder ?? known(dateOrders, dated ?? null) ?? null} onChange={(value) => { choose('dateOrder', known(dateOrders, value)) }} /> : null}
        <Select label="Missing values" w={200} data={[...missing]} value={decisions.missing ?? 'fail'} onChange={(value) => { choose('missing', known(missing, value)) }} />
        <Select label="Words" w={200} data={[...categories]} value={decisions.categories ?? 'codes'} onChange={(value) => { choose('categories', known(categories, value)) }} />
      </div>
    </Section>
  )
}
