import type { PurchaseDetails } from '../../shared/window-contract/purchases.ts'
import type { PurchaseHistory, PurchaseMove } from '../chain/market.ts'

export type Step = PurchaseDetails['timeline'][number]
/** A step as one side of the trade reads it. */
export type StepWords = Pick<Step, 'name' | 'words'>

const isoOf = (seconds: number): string => new Date(seconds * 1000).toISOString()

/** What the contract has seen, in `say`'s words. */
export const listDone = ({ moves }: PurchaseHistory, say: (name: PurchaseMove) => StepWords): Step[] =>
  moves.map(({ name, transactionHash, timeSeconds }) =>
    ({ ...say(name), state: 'done', at: isoOf(timeSeconds), transaction: transactionHash, deadline: null }))

/** What is due, the first of it now and until the deadline, if there is one. */
export const listDue = (steps: readonly StepWords[], deadlineSeconds: number | null): Step[] => steps.map((step, index) => ({
  ...step, state: index === 0 ? 'now' : 'to-come', at: null, transaction: null,
  deadline: index === 0 && deadlineSeconds !== null ? isoOf(deadlineSeconds) : null,
}))

/** The end of a dispute, by whether anybody may close it. */
export const sayDisputeDue = (isClosable: boolean): StepWords => (isClosable
  ? { name: 'dispute-closed', words: 'Nobody rules any more: anybody may close the dispute' }
  : { name: 'ruled', words: 'The arbiter rules' })
