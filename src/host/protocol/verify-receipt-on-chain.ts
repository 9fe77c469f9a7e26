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
/** What is added to as the purchase goes on. */
const listedFields = ['moves', 'credits'] as const
/** What may have changed since the receipt was made, if the purchase went on. */
const presentFields = ['state', 'burnedWei'] as const

const differences = (told: ReceiptTrade, found: ReceiptTrade): string[] => {
  const differ = (field: keyof ReceiptTrade): boolean => !isDeepStrictEqual(told[field], found[field])
  const wentOn = told.moves.length < found.moves.length
  return [
    ...fixedFields.filter(differ),
    ...growingFields.filter((field) => told[field] !== null && differ(field)),
    ...listedFields.filter((field) => !isDeepStrictEqual(told[field], wentOn ? found[field].slice(0, told[field].length) : found[field])),
    // Nothing is burned before the last move.
    ...presentFields.filter((field) => (wentOn ? field === 'burnedWei' && told[field] !== '0' : differ(field))),
  ]
}

/**
 * Holds a receipt whose form and hashes are in order against the chain it names, as a node tells it: the same purchase, parties, terms,
 * hashes and moves; what `listUnvouchedFields` names it cannot tell. A purchase that went on since is no contradiction. Throws
 * `chain.unreachable`, `chain.wrong-chain`, `chain.wrong-contract`, `escrow.not-found`.
 */
export const verifyReceiptOnChain = async (receipt: Receipt, rpcUrl: string): Promise<readonly ReceiptProblem[]> => {
  const { trade, request, program } = receipt
  const { chainId, contract, datasetRoot } = trade
  const connection = connectChain({ name: 'of the receipt', rpcUrl, chainId, contract })
  try {
    await connection.assertReady()
    const number = BigInt(trade.purchase)
    const purchase = await createMarketViews(connection, contract).readPurchase(number)
    const history = await createMarketEvents(connection, contract, trade.moves[0]?.blockNumber ?? 0).readHistory(number)
    const found = createReceipt({ chainId, contract, purchase, history, datasetRoot, request, program }).trade
    return differences(trade, found).map((field) => ({ field: `trade.${field}`, message: 'is not what the chain says' }))
  } finally {
    connection.close()
  }
}
