import type { Market } from '../chain/market.ts'
import { readEventId } from '../chain/market-events.ts'
import type { StoredTransaction } from '../chain/outbox.ts'
import type { Purchase, PurchaseStore } from './purchase-store.ts'

/** What the payments of a profile's purchases say of their numbers on the contract. */
export interface PaymentNumbers {
  findPayment(purchase: Purchase): StoredTransaction | null
  /** With the number of its confirmed payment, also where a stop came before it could be noted and told. */
  withNumber(purchase: Purchase): Purchase
  /** Notes where a reorganisation deeper than the confirmations gave a payment another number, or took it back: then it has none. */
  follow(): void
}

export const createPaymentNumbers = (store: Pick<PurchaseStore, 'list' | 'moveNumbers'>, market: Market): PaymentNumbers => {
  const findPayment = ({ id }: Purchase): StoredTransaction | null => market.outbox.find(`buy:${id}`)
  const numberOf = ({ status, outcome }: StoredTransaction): bigint | null =>
    (status === 'confirmed' && outcome !== null ? readEventId(outcome.logs, market.contract, 'Purchased') : null)
  return {
    findPayment,
    withNumber: (purchase) => {
      const payment = purchase.number === null ? findPayment(purchase) : null
      return payment === null ? purchase : { ...purchase, number: numberOf(payment) }
    },
    follow: () => {
      const moved = new Map<number, bigint | null>()
      for (const purchase of store.list()) {
        const payment = purchase.number === null ? null : findPayment(purchase)
        if (payment === null) continue
        const number = numberOf(payment)
        if (number !== purchase.number) moved.set(purchase.id, number)
      }
      if (moved.size > 0) store.moveNumbers(moved)
    },
  }
}
