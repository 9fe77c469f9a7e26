import { findKnownChain } from './known-chains.ts'
import type { Network } from './network-schema.ts'

/** A network's explorer: its owner's choice, else the one that is known for its chain; null for chains without a public one. */
export const explorerOf = ({ chainId, explorer }: Pick<Network, 'chainId' | 'explorer'>): string | null =>
  explorer ?? findKnownChain(chainId)?.explorer ?? null

/** Where people look at an address or a transaction, as all common explorers name it; null where there is no explorer. */
export const explorerUrl = (explorer: string | null, what: 'address' | 'tx', value: string): string | null =>
  (explorer === null ? null : `${explorer}/${what}/${value}`)
