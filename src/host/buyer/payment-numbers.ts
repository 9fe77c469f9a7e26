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

const describeMove = (from: bigint, to: bigint | null): string => `Purchase ${from} ${to === null
  ? 'is not on the chain any more: a reorganisation took its payment back, which is sent again as it was signed'
  : `is purchase ${to} now: a reorganisation of the chain gave its payment another number`}.`

/** `onNotice` is told of each number that has become another. */
export const createPaymentNumbers = (
  store: Pick<PurchaseStore, 'list' | 'moveNumbers'>, market: Market, onNotice: (message: string) => void,
): PaymentNumbers => {
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
      const notices: string[] = []
      for (const purchase of store.list()) {
        const { id, number: known } = purchase
        const payment = known === null ? null : findPayment(purchase)
        if (known === null || payment === null) continue
        const number = numberOf(payment)
        if (number === known) continue
        moved.set(id, number)
        notices.push(describeMove(known, number))
      }
      if (moved.size > 0) store.moveNumbers(moved)
      for (const notice of notices) onNotice(notice)
    },
  }
}
