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

/** How many blocks back transactions that count as confirmed are looked at again. */
const recheckBlocks = 64

export const describeReorganised = ({ purpose, fromBlock, toBlock }: Reorganised): string =>
  `A reorganisation of the chain, deeper than the confirmations waited for, ${toBlock === null
    ? `took back “${purpose}” (block ${fromBlock}); the same signed transaction is sent again`
    : `moved “${purpose}” from block ${fromBlock} to ${toBlock}`}. Look at what depended on it.`

const recheckOne = async (
  row: StoredTransaction, height: number, store: TransactionStore, network: TransactionNetwork,
): Promise<Reorganised | null> => {
  const { key, purpose, outcome } = row
  // A node that is behind does not know the block yet, which tells nothing.
  if (outcome === null || outcome.blockNumber > height || outcome.blockNumber <= height - recheckBlocks) return null
  const receipt = await network.findReceipt([outcome.hash])
  if (receipt === null) {
    store.reopen(row.id, outcome.hash)
    return { key, purpose, fromBlock: outcome.blockNumber, toBlock: null }
  }
  if (receipt.blockNumber === outcome.blockNumber) return null
  store.moveOutcome(row.id, toOutcome(receipt))
  return { key, purpose, fromBlock: outcome.blockNumber, toBlock: receipt.blockNumber }
}

/**
 * Looks again at what lately counted as confirmed. What a reorganisation has taken back is unfinished again, with the very bytes that
 * were signed: whoever has them could send them, so no other may be signed in their place. Throws `chain.unreachable`, `chain.rpc-failed`.
 */
export const recheckSettled = async (store: TransactionStore, network: TransactionNetwork): Promise<readonly Reorganised[]> => {
  const settled = store.list().filter(({ status }) => status === 'confirmed' || status === 'failed')
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
