import type { Receipt, ReceiptRole, ReceiptTrade } from '../protocol/receipt.ts'

type Move = ReceiptTrade['moves'][number]

/** One line of a book: who paid what in, or had what credited, by which move on the contract. */
export interface LedgerEntry {
  readonly move: Move
  readonly what: 'paid in' | 'credited' | 'burned'
  /** Null for what was burned. */
  readonly account: string | null
  readonly role: ReceiptRole | 'arbiter' | null
  readonly amountWei: bigint
}

const roleOf = ({ seller, buyer, terms }: ReceiptTrade, account: string): LedgerEntry['role'] => {
  if (account === seller) return 'seller'
  if (account === buyer) return 'buyer'
  return account === terms.arbiter ? 'arbiter' : null
}

/**
 * The money of a trade in the order it moved. A receipt tells credits in their order, not by move: the first to the seller is the fee
 * where interaction was opened, the others and what was burned belong to the move that closed the purchase.
 */
export const listLedgerEntries = ({ trade }: Pick<Receipt, 'trade'>): readonly LedgerEntry[] => {
  const { terms, moves, seller, buyer } = trade
  const left = [...trade.credits]
  const entry = (move: Move, what: LedgerEntry['what'], account: string | null, amountWei: bigint): LedgerEntry =>
    ({ move, what, account, role: account === null ? null : roleOf(trade, account), amountWei })
  const entries = moves.flatMap((move): LedgerEntry[] => {
    switch (move.name) {
      case 'Purchased': return [entry(move, 'paid in', buyer, BigInt(terms.valueWei) + BigInt(terms.guaranteeWei))]
      case 'Delivered': return [entry(move, 'paid in', seller, BigInt(terms.guaranteeWei))]
      case 'InteractionOpened': {
        const [fee] = left.splice(0, left[0]?.account === seller && left[0].amountWei === terms.interactionFeeWei ? 1 : 0)
        return fee === undefined ? [] : [entry(move, 'credited', fee.account, BigInt(fee.amountWei))]
      }
      default: return []
    }
  })
  const last = moves.at(-1)
  if (last === undefined) return entries
  return [
    ...entries,
    ...left.map(({ account, amountWei }) => entry(last, 'credited', account, BigInt(amountWei))),
    ...(trade.burnedWei === '0' ? [] : [entry(last, 'burned', null, BigInt(trade.burnedWei))]),
  ]
}
