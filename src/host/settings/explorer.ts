import { findKnownChain } from './known-chains.ts'

/** Where people look at a chain: an address or a transaction on its explorer; null for chains without a public one. */
export const explorerUrl = (chainId: number, what: 'address' | 'tx', value: string): string | null => {
  const explorer = findKnownChain(chainId)?.explorer
  return explorer === undefined ? null : `${explorer}/${what}/${value}`
}
