import type { Market } from '../chain/market.ts'
import type { ConfirmedTransaction } from '../chain/outbox.ts'

/** One of the contract's functions that serving calls by itself. */
export interface GuardedMove {
  readonly key: string
  readonly function: 'deliverResult' | 'decline' | 'reclaim'
  readonly purchase: bigint
  readonly args: readonly unknown[]
  readonly valueWei: bigint
}

/** Lets a move happen, or throws instead of calling `act`. */
export type MoveGuard = (move: GuardedMove, act: () => Promise<ConfirmedTransaction>) => Promise<ConfirmedTransaction>

/** The market as serving uses it: its three moves go through the guard. */
export const guardMoves = (market: Market, guard: MoveGuard): Market => ({
  ...market,
  deliverResult: (key, purchase, requestHash, sealedAnswer, bondWei) => guard(
    { key, function: 'deliverResult', purchase, args: [purchase, requestHash, sealedAnswer], valueWei: bondWei },
    () => market.deliverResult(key, purchase, requestHash, sealedAnswer, bondWei),
  ),
  decline: (key, purchase) => guard({ key, function: 'decline', purchase, args: [purchase], valueWei: 0n }, () => market.decline(key, purchase)),
  reclaim: (key, purchase) => guard({ key, function: 'reclaim', purchase, args: [purchase], valueWei: 0n }, () => market.reclaim(key, purchase)),
})
