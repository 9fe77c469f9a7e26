import { AppError } from '../../shared/errors.ts'
import { toOutcome, type TransactionNetwork } from './transaction-network.ts'
import type { StoredTransaction, TransactionStore } from './transaction-store.ts'

/** A transaction that had its confirmations, and was moved or taken back by a reorganisation deeper than they are. */
export interface Reorganised {
  readonly key: string
  readonly purpose: string
  /** The block it stood in, and the one it stands in now; null: in none, and it is sent again as it was signed. */
  readonly fromBlock: number
  readonly toBlock: number | null
}

/** Two of Ethereum's epochs: no reorganisation of any chain we name reaches deeper. */
const finalDepth = 64

export const describeReorganised = ({ purpose, fromBlock, toBlock }: Reorganised): string =>
  `A reorganisation of the chain, deeper than the confirmations waited for, ${toBlock === null
    ? `took back “${purpose}” (block ${fromBlock}); the same signed transaction is sent again`
    : `moved “${purpose}” from block ${fromBlock} to ${toBlock}`}. Look at what depended on it.`

/**
 * Whether bytes without a receipt, which were mined long ago, are surely not on the chain. That alone does not say so: nodes forget old
 * receipts. What is taken for gone and is not would be signed anew, and happen twice.
 */
const isSurelyGone = async (id: number, hash: string, store: TransactionStore, network: TransactionNetwork): Promise<boolean> => {
  const signed = store.listSigned(id).find((candidate) => candidate.hash === hash)
  return signed !== undefined && (store.isNonceReused(hash) || await network.readNonce('latest') <= signed.nonce)
}

const recheckOne = async (
  row: StoredTransaction, height: number, store: TransactionStore, network: TransactionNetwork,
): Promise<Reorganised | null> => {
  const { id, key, purpose, outcome } = row
  // A node that is behind does not know the block yet, which tells nothing.
  if (outcome === null || outcome.blockNumber > height) return null
  const isDeep = outcome.blockNumber <= height - finalDepth
  const receipt = await network.findReceipt([outcome.hash])
  if (receipt === null && (!isDeep || await isSurelyGone(id, outcome.hash, store, network))) {
    store.reopen(id, outcome.hash)
    return { key, purpose, fromBlock: outcome.blockNumber, toBlock: null }
  }
  if (receipt === null || receipt.blockNumber === outcome.blockNumber) {
    if (isDeep) store.setFinal(id)
    return null
  }
  // Where it came to something else there, it is followed like any that was just mined, and its end written down anew.
  if ((receipt.status === 1) === (row.status === 'confirmed')) store.moveOutcome(id, toOutcome(receipt))
  else store.reopen(id, outcome.hash)
  return { key, purpose, fromBlock: outcome.blockNumber, toBlock: receipt.blockNumber }
}

/**
 * Looks again at what counted as confirmed and was not yet seen too deep to be moved, however long ago that was. What a reorganisation has
 * taken back is unfinished again, with the very bytes that were signed: whoever has them could send them, so no other may be signed in
 * their place. Throws `chain.unreachable`, `chain.rpc-failed`.
 */
export const recheckSettled = async (store: TransactionStore, network: TransactionNetwork): Promise<readonly Reorganised[]> => {
  const settled = store.listUnsure()
  if (settled.length === 0) return []
  const height = await network.readHeight()
  const found: Reorganised[] = []
  for (const row of settled) {
    const moved = await recheckOne(row, height, store, network)
    if (moved !== null) found.push(moved)
  }
  return found
}

/** That nothing which waits bears this hash. */
export const nothingWaits = (hash: string): AppError =>
  new AppError('chain.nothing-to-replace', `No transaction of this wallet that still waits has the hash ${hash.slice(0, 80)}.`, { details: { hash: hash.slice(0, 80) } })
