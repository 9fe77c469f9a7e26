import type { Step } from './company.ts'
import type { Role } from './setting.ts'
import type { Target } from './victim.ts'

const step = (role: Role, operation: Step['operation']): Step => ({ role, operation })

/** A whole trade, from two empty folders to two paid-out wallets with receipts. */
export const mainLine: readonly Step[] = [
  step('seller', 'begin'), step('seller', 'import'), step('seller', 'make-key'), step('seller', 'encrypt'), step('seller', 'publish'),
  step('buyer', 'begin'), step('buyer', 'buy'), step('buyer', 'compute'), step('buyer', 'request'), step('buyer', 'confirm'),
  step('seller', 'receipt'), step('buyer', 'receipt'), step('seller', 'withdraw'), step('buyer', 'withdraw'),
]

const before = (role: Role, operation: Step['operation']): number =>
  mainLine.findIndex((candidate) => candidate.role === role && candidate.operation === operation)

export interface Case {
  readonly name: string
  /** The step of the main line before which it begins. */
  readonly begins: number
  /** What happens first, and is not killed. */
  readonly setUp?: 'half-request' | 'time-passes' | 'backup' | 'decrypted-and-backup'
  /** Who is killed, while doing what; a seller who serves is killed `beside` the buyer's step. */
  readonly victim: { readonly role: Role; readonly operation: Step['operation'] | 'serve'; readonly beside?: Step }
  /** What follows the recovery, to the end. */
  readonly rest: readonly Step[]
  /** It must end as the main line does, nothing less; a short campaign tries it too. */
  readonly endsAsMainLine?: true
}

const mainCases = mainLine.map(({ role, operation }, begins): Case =>
  ({ name: `${role}: ${operation}`, begins, victim: { role, operation }, rest: mainLine.slice(begins + 1) }))

const serving = (operation: Step['operation']): Case => {
  const begins = before('buyer', operation)
  return { name: `seller: serve a buyer's ${operation}`, begins, victim: { role: 'seller', operation: 'serve', beside: step('buyer', operation) }, rest: mainLine.slice(begins + 1) }
}

const paidOut: readonly Step[] = [step('seller', 'withdraw'), step('buyer', 'withdraw')]

const turns: readonly Case[] = [
  { name: 'seller: reprice', begins: before('buyer', 'begin'), victim: step('seller', 'reprice'), rest: mainLine.slice(before('buyer', 'begin')) },
  { name: 'buyer: litigate', begins: before('buyer', 'compute'), victim: step('buyer', 'litigate'), rest: paidOut },
  { name: 'seller: decline', begins: before('buyer', 'request'), setUp: 'half-request', victim: step('seller', 'decline'), rest: paidOut },
  { name: 'seller: reclaim', begins: before('buyer', 'confirm'), setUp: 'time-passes', victim: step('seller', 'reclaim'), rest: paidOut },
  { name: 'buyer: dispute', begins: before('buyer', 'confirm'), victim: step('buyer', 'dispute'), rest: paidOut },
]

/** A backup in the midst of a trade, and a profile that is lost there and restored: the trade ends as if nothing had been. */
const storage: readonly Case[] = [
  { name: 'seller: backup', begins: before('buyer', 'compute'), victim: step('seller', 'backup'), rest: [step('seller', 'restore'), ...mainLine.slice(before('buyer', 'compute'))], endsAsMainLine: true },
  { name: 'seller: restore', begins: before('buyer', 'request'), setUp: 'decrypted-and-backup', victim: step('seller', 'restore'), rest: mainLine.slice(before('buyer', 'request')), endsAsMainLine: true },
  { name: 'buyer: backup', begins: before('buyer', 'request'), victim: step('buyer', 'backup'), rest: [step('buyer', 'restore'), ...mainLine.slice(before('buyer', 'request'))], endsAsMainLine: true },
  { name: 'buyer: restore', begins: before('buyer', 'confirm'), setUp: 'backup', victim: step('buyer', 'restore'), rest: mainLine.slice(before('buyer', 'confirm')), endsAsMainLine: true },
]

/** Later beginnings first: a chain that has gone back knows no later step any more. */
export const cases: readonly Case[] = [...mainCases, serving('compute'), serving('request'), ...turns, ...storage]
  .sort((one, other) => other.begins - one.begins)

/** Where the program looks again and again by the clock, how often a point is passed is not the same in every run. */
const isByTheClock = (point: string): boolean => point === 'recovery.sale'

/** Each point's first, second and last passing. */
export const targetsOf = (passed: readonly string[]): readonly Target[] => {
  const counts = new Map<string, number>()
  for (const point of passed) counts.set(point, (counts.get(point) ?? 0) + 1)
  return [...counts].filter(([point]) => !isByTheClock(point))
    .flatMap(([point, count]) => [...new Set([1, Math.min(2, count), count])].map((passing) => ({ point, passing })))
}
