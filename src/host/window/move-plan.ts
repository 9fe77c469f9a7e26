import { marketInterface } from '../chain/artifact.ts'
import type { CostEstimate } from '../chain/outbox.ts'
import type { Confirmation, MoveKind } from '../../shared/window-contract/signing.ts'
import type { JobOutcome } from '../../shared/window-contract/jobs.ts'
import type { JobRun } from './jobs.ts'

/** A call of the market contract, as it will be signed. */
export interface PlannedCall {
  readonly function: string
  readonly args: readonly unknown[]
  readonly valueWei: bigint
}

/** One move, worked out but not signed: what to show, what it can cost, and how to carry it out. */
export interface MovePlan {
  readonly kind: MoveKind
  readonly title: string
  readonly words: readonly string[]
  readonly warnings: readonly string[]
  readonly subject: string
  readonly counterparty: string | null
  readonly call: Confirmation['call']
  readonly priceWei: bigint | null
  readonly guaranteeWei: bigint | null
  readonly deadlines: readonly Confirmation['deadlines'][number][]
  readonly termsHash: string | null
  /** null where nothing is signed for now: what was sent before is only followed up. */
  readonly estimate: (() => Promise<CostEstimate>) | null
  /** For the standing authorisation, which is no call of its own: the most that it may spend a day. */
  readonly allowanceWei?: bigint
  /** Waits for another party: may be stopped and taken up again. */
  readonly stoppable: boolean
  readonly carryOut: (run: JobRun) => Promise<JobOutcome>
}

const show = (value: unknown): string => (Array.isArray(value) ? `(${value.map(show).join(', ')})` : String(value))

/** A call encoded for the contract and decoded again, so that what is shown is what the bytes say (S28). */
export const decodeCall = (contract: string, { function: name, args }: PlannedCall): NonNullable<Confirmation['call']> => {
  const fragment = marketInterface.getFunction(name)
  const decoded = marketInterface.decodeFunctionData(name, marketInterface.encodeFunctionData(name, args))
  return {
    to: contract,
    function: name,
    args: (fragment?.inputs ?? []).flatMap((input, index) => {
      const value: unknown = decoded[index]
      const { components } = input
      return components === null || !Array.isArray(value)
        ? [{ name: input.name, value: show(value) }]
        : components.map((component, at) => ({ name: `${input.name}.${component.name}`, value: show(value[at]) }))
    }),
  }
}
