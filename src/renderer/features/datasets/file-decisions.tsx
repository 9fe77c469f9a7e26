import { Select } from '@mantine/core'
import type { ImportDecisions, ImportPreview } from '../../../shared/window-contract/datasets.ts'
import { Section } from '../../ui/page.tsx'

const separators = [{ value: ',', label: 'Comma' }, { value: ';', label: 'Semicolon' }, { value: '\t', label: 'Tab' }, { value: '|', label: 'Bar' }] as const
const marks = [{ value: '.', label: 'Point, 3.14' }, { value: ',', label: 'Comma, 3,14' }] as const
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

/** How the file is read: what was recognised is chosen already. */
export const FileDecisions = ({ preview: { summary }, decisions, onChange }: Properties) => {
  const choose = (key: 'separator' | 'decimalMark' | 'missing' | 'categories', value: string | undefined): void => {
    if (value !== undefined) onChange({ ...decisions, [key]: value })
  }
  return (
    <Section title="How it is read" aside={summary === null ? null : <span className="small quiet">{summary.encoding}{summary.byteOrderMark ? ' with byte order mark' : ''}</span>}>
      <div className="decisions">
        <Select label="Separator" w={152} data={[...separators]} value={decisions.separator ?? summary?.separator ?? null} onChange={(value) => { choose('separator', known(separators, value)) }} />
        <Select label={summary?.decimalMarkGuessed === true ? 'Decimal mark (guessed)' : 'Decimal mark'} w={168} data={[...marks]} value={decisions.decimalMark ?? summary?.decimalMark ?? null} onChange={(value) => { choose('decimalMark', known(marks, value)) }} />
        <Select label="Missing values" w={200} data={[...missing]} value={decisions.missing ?? 'fail'} onChange={(value) => { choose('missing', known(missing, value)) }} />
        <Select label="Words" w={200} data={[...categories]} value={decisions.categories ?? 'codes'} onChange={(value) => { choose('categories', known(categories, value)) }} />
      </div>
    </Section>
  )
}
