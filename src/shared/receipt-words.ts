/** A receipt that holds together, but that one of its parties has not signed: what it is worth, told to whoever was sent it. */
export const sayUnsigned = ({ seller }: { readonly seller: string }): string =>
  `It holds together, but the ${seller === 'valid' ? 'buyer' : 'seller'} has not signed it: anybody could have written it.`
