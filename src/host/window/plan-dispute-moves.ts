import { AppError } from '../../shared/errors.ts'
import { formatEther } from '../../shared/units.ts'
import type { Move } from '../../shared/window-contract/signing.ts'
import type { Trade } from '../create-host.ts'
import type { PurchaseOnChain } from '../chain/market.ts'
import type { MovePlan } from './move-plan.ts'
import { planCall } from './plan-listing-moves.ts'
import { ofPurchase } from './plan-trade-moves.ts'

type DisputeMove = Extract<Move, { kind: 'rule' | 'close-dispute' }>

const planRule = (trade: Trade, purchase: PurchaseOnChain, winner: 'buyer' | 'seller'): MovePlan => {
  const { market } = trade
  const { id, terms, seller, buyer } = purchase
  if (terms.arbiter !== market.account) {
    throw new AppError('escrow.not-permitted', `The arbiter of purchase ${id} is ${terms.arbiter}, not this wallet.`, { details: { arbiter: terms.arbiter } })
  }
  const forBuyer = winner === 'buyer'
  const [deposit, price] = [formatEther(terms.guaranteeWei), formatEther(terms.valueWei)]
  return {
    ...ofPurchase(purchase),
    ...planCall(trade, { function: 'rule', args: [id, forBuyer], valueWei: 0n }),
    kind: 'rule',
    title: `Rule for the ${winner} of purchase ${id}`,
    words: [
      `The ${winner} gets the price of ${price} ether and their own deposit of ${deposit} ether.`,
      `The other side's deposit of ${deposit} ether is yours, whoever wins.`,
    ],
    warnings: ['A ruling cannot be taken back. Judge the buyer\'s evidence file first: the verdict follows from it.'],
    counterparty: forBuyer ? buyer : seller,
    carryOut: async () => {
      await market.rule(`purchase:${id}:rule`, id, forBuyer)
      const { state } = await market.readPurchase(id)
      return { kind: 'purchase', purchase: id.toString(), state }
    },
  }
}

const planClose = (trade: Trade, purchase: PurchaseOnChain): MovePlan => {
  const { market } = trade
  const { id, terms } = purchase
  return {
    ...ofPurchase(purchase),
    ...planCall(trade, { function: 'closeDispute', args: [id], valueWei: 0n }),
    kind: 'close-dispute',
    title: `Close the dispute on purchase ${id}`,
    words: [
      `Nobody ruled: buyer and seller each get half of the price, ${formatEther(terms.valueWei / 2n)} ether.`,
      `Both deposits, ${formatEther(terms.guaranteeWei)} ether each, are burned.`,
    ],
    warnings: ['This cannot be taken back.'],
    carryOut: async () => {
      await market.closeDispute(`purchase:${id}:close-dispute`, id)
      const { state } = await market.readPurchase(id)
      return { kind: 'purchase', purchase: id.toString(), state }
    },
  }
}

/** How disputes end. Throws what the contract would refuse, before anything is signed. */
export const planDisputeMove = async (trade: Trade, move: DisputeMove): Promise<MovePlan> => {
  const purchase = await trade.market.readPurchase(BigInt(move.purchase))
  return move.kind === 'rule' ? planRule(trade, purchase, move.for) : planClose(trade, purchase)
}
