import type { Gauged } from '../../../shared/window-contract/rehearsal.ts'
import type { LineMark } from '../../ui/code-editor.tsx'
import { formatCount } from '../../ui/values.tsx'
import { readError } from '../../window-client.ts'

const count = (number: number, one: string): string => `${formatCount(number)} ${one}${number === 1 ? '' : 's'}`

/** What the lines of a script ask of the seller, and where the listing would refuse it. */
const marksOfGauge = ({ asked, notes, refusal }: Gauged): LineMark[] => [
  ...asked.flatMap(({ line, comparisons, products }): LineMark[] => (line === null ? [] : [{
    line, tone: 'note',
    words: [...(comparisons === 0 ? [] : [count(comparisons, 'comparison')]), ...(products === 0 ? [] : [count(products, 'product')])].join(', '),
  }])),
  ...notes.flatMap(({ line, words }): LineMark[] => (line === null ? [] : [{ line, words, tone: 'note' }])),
  ...(refusal === null || refusal.line === null ? [] : [{ line: refusal.line, words: refusal.message, tone: 'warning' as const }]),
]

/** Where a script that could not be gauged went wrong. */
const marksOfError = (error: unknown): LineMark[] => {
  const { message, details: { line } } = readError(error)
  return typeof line === 'number' ? [{ line, words: message, tone: 'error' }] : []
}

export const marksOf = (gauged: Gauged | undefined, error: unknown): LineMark[] => {
  if (error !== null) return marksOfError(error)
  return gauged === undefined ? [] : marksOfGauge(gauged)
}
