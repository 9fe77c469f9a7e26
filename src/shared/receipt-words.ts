/** What a receipt that holds together is worth where not two parties signed it, told to whoever was sent it. */
export const sayUnsigned = ({ seller, buyer }: { readonly seller: string, readonly buyer: string }): string => (seller === 'valid' && buyer === 'valid'
  ? 'It holds together, but one and the same key stands in it for seller and buyer: whoever has that key could have written it.'
  : `It holds together, but the ${seller === 'valid' ? 'buyer' : 'seller'} has not signed it: anybody could have written it.`)
