import { isDeepStrictEqual } from 'node:util'
import { connectChain } from '../chain/connect.ts'
import { createMarketEvents } from '../chain/market-events.ts'
import { createMarketViews } from '../chain/market-views.ts'
import { createReceipt, type Receipt, type ReceiptTrade } from './receipt.ts'
import type { ReceiptProblem } from './verify-receipt.ts'

/** What never changes once a purchase is made. */
const fixedFields = ['listing', 'seller', 'buyer', 'terms', 'termsHash'] as const
/** What stands as soon as it is there. */
const growingFields = ['requestHash', 'answerHash'] as const
/** What may have changed since the receipt was made, if the purchase went on. */
const presentFields = ['state', 'burnedWei'] as const

/**
 * Credits are summed by account. Before its last move a purchase has paid nobody but the seller, and its receipt by itself shows how
 * much.
 */
const differInCredits = (told: ReceiptTrade, found: ReceiptTrade, wentOn: boolean): boolean =>
  (wentOn ? told.credits.some(({ account }) => account !== found.seller) : !isDeepStrictEqual(told.credits, found.credits))

const differences = (told: ReceiptTrade, found: ReceiptTrade, wentOn: boolean): string[] => {
  const differ = (field: keyof ReceiptTrade): boolean => !isDeepStrictEqual(told[field], found[field])
  return [
    ...fixedFields.filter(differ),
    ...growingFields.filter((field) => told[field] !== null && differ(field)),
    ...(isDeepStrictEqual(told.moves, found.moves.slice(0, told.moves.length)) ? [] : ['moves']),
    ...(differInCredits(told, found, wentOn) ? ['credits'] : []),
    // Nothing is burned before the last move.
    ...presentFields.filter((field) => (wentOn ? field === 'burnedWei' && told[field] !== '0' : differ(field))),
  ]
}

/** What a node tells of a receipt's purchase. */
export interface ChainVerdict {
  readonly problems: readonly ReceiptProblem[]
  /** Where the purchase stands now, where it went on since the receipt was made; else null. */
  readonly stateSince: ReceiptTrade['state'] | null
}

/**
 * Holds a receipt whose form and hashes are in order against the chain it names, as a node tells it: the same purchase, parties, terms,
 * hashes and moves; what `listUnvouchedFields` names it cannot tell. A purchase that went on since is no contradiction, unless its price
 * went back: then what the receipt tells of was undone. Throws `chain.unreachable`, `chain.wrong-chain`, `chain.wrong-contract`,
 * `escrow.not-found`.
 */
export const verifyReceiptOnChain = async (receipt: Receipt, rpcUrl: string): Promise<ChainVerdict> => {
  const { trade, request, program } = receipt
  const { chainId, contract, datasetRoot } = trade
  const connection = connectChain({ name: 'of the receipt', rpcUrl, chainId, contract })
  try {
    await connection.assertReady()
    const number = BigInt(trade.purchase)
    const purchase = await createMarketViews(connection, contract).readPurchase(number)
    const history = await createMarketEvents(connection, contract, trade.moves[0]?.blockNumber ?? 0).readHistory(number)
    const found = createReceipt({ chainId, contract, purchase, history, datasetRoot, request, program }).trade
    const stateSince = trade.moves.length < found.moves.length ? found.state : null
    const problems = differences(trade, found, stateSince !== null).map((field) => ({ field: `trade.${field}`, message: 'is not what the chain says' }))
    const undone = stateSince === 'Refunded' && trade.answerHash !== null
      ? [{ field: 'trade.state', message: `is no more: the dispute was ruled for the buyer since, and the purchase is ${stateSince}` }]
      : []
    return { problems: [...problems, ...undone], stateSince }
  } finally {
    connection.close()
  }
}
