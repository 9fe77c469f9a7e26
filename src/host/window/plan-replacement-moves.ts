import type { Move } from '../../shared/window-contract/signing.ts'
import { formatEther } from '../../shared/units.ts'
import { marketInterface } from '../chain/artifact.ts'
import type { CostEstimate, Outbox, Replacement } from '../chain/outbox.ts'
import { decodeCall, type MovePlan } from './move-plan.ts'

type ReplacementMove = Extract<Move, { kind: 'speed-up' | 'cancel' }>

const describeCall = ({ intent: { to, data, valueWei } }: Replacement): MovePlan['call'] => {
  const parsed = to === null || data === '0x' ? null : marketInterface.parseTransaction({ data, value: valueWei })
  if (parsed !== null && to !== null) return decodeCall(to, { function: parsed.name, args: [...parsed.args], valueWei })
  return { to, function: to === null ? 'make a contract' : 'nothing is called', args: [] }
}

const toEstimate = (plan: Replacement): CostEstimate => {
  const { gasLimit, maxFeePerGasWei, maxPriorityFeePerGasWei, maxCostWei, expectedFeeWei, intent: { valueWei } } = plan
  return { gasLimit, maxFeePerGasWei, maxPriorityFeePerGasWei, valueWei, expectedFeeWei, maxFeeWei: maxCostWei - valueWei, maxCostWei }
}

const sayings = {
  'speed-up': {
    title: 'Speed up', does: 'The same move is sent again at a higher fee, in place of the one that waits.',
    warning: 'The first may still be mined in its place; either way it happens once.',
  },
  'cancel': {
    title: 'Cancel', does: 'A transaction that does nothing takes the place of the one that waits; only its fee is spent.',
    warning: 'The first may still be mined before it; then it has happened after all.',
  },
} as const

const weiPerGwei = 10n ** 9n

/** Sums to be read, not paid: no finer than a gwei, and never less than is meant. */
const roundUpToGwei = (valueWei: bigint): bigint => ((valueWei + weiPerGwei - 1n) / weiPerGwei) * weiPerGwei

/**
 * Another transaction in the place of one that waits, at exactly the fees shown. Throws `chain.nothing-to-replace`,
 * `chain.insufficient-funds`.
 */
export const planReplacementMove = async (outbox: Outbox, { kind, hash }: ReplacementMove): Promise<MovePlan> => {
  const plan = await outbox.planReplacement(hash, kind)
  const { title, does, warning } = sayings[kind]
  return {
    kind,
    title: `${title} “${plan.intent.purpose}”`,
    words: [does, `Only one of the two can be mined. The one that waits could cost ${formatEther(roundUpToGwei(plan.replacedMaxCostWei))} ether at most.`],
    warnings: [warning],
    subject: hash,
    counterparty: null,
    call: describeCall(plan),
    priceWei: null,
    guaranteeWei: null,
    deadlines: [],
    termsHash: null,
    estimate: () => Promise.resolve(toEstimate(plan)),
    allowanceWei: plan.maxCostWei,
    stoppable: false,
    carryOut: async () => {
      const { status, purpose } = await outbox.replace(plan)
      return { kind: 'transaction', purpose, status }
    },
  }
}
