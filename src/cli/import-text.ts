import type { ImportReport } from '../host/index.ts'
import { rowsAreNoPersons } from '../shared/policy-words.ts'

const reasons = { excluded: 'as asked', identifier: 'every value differs, as in an identifier', 'free-text': 'free text', empty: 'empty' } as const

const describeFlag = (flag: ImportReport['flagged'][number]): string => {
  if (flag.reason === 'identifier') return `Look again: ${flag.name} is kept, but every value differs, as in an identifier.`
  if (flag.reason === 'in-step') {
    return `Look again: ${flag.name} goes in step with ${flag.of}. Sums of both tell more of single rows than either; leave one of them out with --exclude.`
  }
  if (flag.reason === 'repeats') return `Look again: ${rowsAreNoPersons(flag.name)}`
  return `Look again: the rows are sorted by ${flag.name}. Averages of neighbours then nearly tell single values; `
    + '--row-order random puts the rows in an order that tells nothing.'
}

/** What an import left out or kept with a doubt: nobody should miss a column without a word. */
export const describeDoubts = ({ leftOut, flagged, rowsDropped, cellsFilled, units }: ImportReport): readonly string[] => [
  ...leftOut.map(({ name, reason }) => `Left out: ${name} (${reasons[reason]}).`),
  ...(leftOut.some(({ reason }) => reason === 'identifier' || reason === 'free-text') ? ['To take one in, say what it is in a file for --columns: {"NAME": {"type": "number"}}, or "category".'] : []),
  ...flagged.map(describeFlag),
  ...units.map(({ name, unit }) => `Read as numbers in ${unit}: ${name}.`),
  ...(rowsDropped === 0 ? [] : [`Rows with missing values left out: ${rowsDropped}.`]),
  ...(cellsFilled === 0 ? [] : [`Missing values filled: ${cellsFilled}.`]),
]
