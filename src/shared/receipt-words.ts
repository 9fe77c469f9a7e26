const onceNamed = {
  statement: 'the mode of the trade', 'trade.datasetRoot': 'the dataset root', 'trade.unprovedReplies': 'how many unproved replies the answer relied on',
} as const

/** What the chain does not hold, and one party alone says. */
export const sayUnvouched = (fields: readonly (keyof typeof onceNamed)[]): string =>
  `It holds together, and what the chain holds of it is what the chain says. But one party's word alone stands for this: ${
    fields.map((field) => `${onceNamed[field]} (${field})`).join('; ')}.`

/** What a receipt that holds together is worth where not two parties signed it, told to whoever was sent it. */
export const sayUnsigned = ({ seller, buyer }: { readonly seller: string, readonly buyer: string }): string => (seller === 'valid' && buyer === 'valid'
  ? 'It holds together, but one and the same key stands in it for seller and buyer: whoever has that key could have written it.'
  : `It holds together, but the ${seller === 'valid' ? 'buyer' : 'seller'} has not signed it: anybody could have written it.`)
