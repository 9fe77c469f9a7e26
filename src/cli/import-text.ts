import type { ImportReport } from '../host/index.ts'

const reasons = { excluded: 'as asked', identifier: 'every value differs, as in an identifier', 'free-text': 'free text', empty: 'empty' } as const

/** What an import left out or kept with a doubt: nobody should miss a column without a word. */
export const describeDoubts = ({ leftOut, flagged, rowsDropped, cellsFilled, units }: ImportReport): readonly string[] => [
  ...leftOut.map(({ name, reason }) => `Left out: ${name} (${reasons[reason]}).`),
  ...(leftOut.some(({ reason }) => reason === 'identifier' || reason === 'free-text') ? ['To take one in, say what it is in a file for --columns: {"NAME": {"type": "number"}}, or "category".'] : []),
  ...flagged.map(({ name }) => `Look again: ${name} is kept, but every value differs, as in an identifier.`),
  ...units.map(({ name, unit }) => `Read as numbers in ${unit}: ${name}.`),
  ...(rowsDropped === 0 ? [] : [`Rows with missing values left out: ${rowsDropped}.`]),
  ...(cellsFilled === 0 ? [] : [`Missing values filled: ${cellsFilled}.`]),
]
