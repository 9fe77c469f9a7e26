import { oneLine } from './one-line.ts'

const onceNamed = {
  statement: 'the mode of the trade', 'trade.datasetRoot': 'the dataset root', 'trade.unprovedReplies': 'how many unproved replies the answer relied on',
} as const

/** What the chain does not hold, and one party alone says. */
export const sayUnvouched = (fields: readonly (keyof typeof onceNamed)[]): string =>
  `It holds together, and what the chain holds of it is what the chain says. But one party's word alone stands for this: ${
    fields.map((field) => `${onceNamed[field]} (${field})`).join('; ')}.`

const mostNamed = 12

/** Which of an answer's values no proof is about; null where there are none. They are named by whoever wrote the script. */
export const sayWritten = (written: readonly string[]): string | null => (written.length === 0 ? null : `Nothing that was decrypted went into ${
  written.slice(0, mostNamed).map(oneLine).join(', ')}${written.length > mostNamed ? ` and ${written.length - mostNamed} more` : ''}: the script wrote ${
  written.length === 1 ? 'it' : 'them'}, or took ${written.length === 1 ? 'it' : 'them'} from unproved replies. The proof says nothing of ${written.length === 1 ? 'it' : 'them'}.`)

/** What a receipt that holds together is worth where not two parties signed it, told to whoever was sent it. */
export const sayUnsigned = ({ seller, buyer }: { readonly seller: string, readonly buyer: string }): string => (seller === 'valid' && buyer === 'valid'
  ? 'It holds together, but one and the same key stands in it for seller and buyer: whoever has that key could have written it.'
  : `It holds together, but the ${seller === 'valid' ? 'buyer' : 'seller'} has not signed it: anybody could have written it.`)
