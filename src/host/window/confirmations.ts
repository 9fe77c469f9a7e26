import { randomBytes } from 'node:crypto'
import { AppError, isAppError, toErrorDocument } from '../../shared/errors.ts'
import type { Job } from '../../shared/window-contract/jobs.ts'
import type { Confirmation, Move } from '../../shared/window-contract/signing.ts'
import type { CostEstimate } from '../chain/outbox.ts'
import { formatEther } from '../../shared/units.ts'
import type { WindowContext } from './context.ts'
import type { MovePlan } from './move-plan.ts'

export interface Confirmations {
  prepare(move: Move): Promise<Confirmation>
  /** Carries out what `prepare` showed under this id, once. Throws `access.confirmation-void`. */
  confirm(id: string): Job
  refuse(id: string): void
}

interface Pending {
  readonly plan: MovePlan
  readonly maxCostWei: bigint
  /** The network as it was shown. */
  readonly network: string
  readonly expiresAt: number
}

const lifeMilliseconds = 10 * 60_000
const mostPending = 100

/** Fees move with each block: what is shown as the most leaves room, and above it nothing is signed. */
const withHeadroom = ({ valueWei, maxFeeWei }: Pick<CostEstimate, 'valueWei' | 'maxFeeWei'>): bigint => valueWei + (maxFeeWei * 5n) / 4n

const free = { valueWei: 0n, expectedFeeWei: 0n, maxFeeWei: 0n }

/** `prepare` shows, `confirm` does: nothing is signed that was not shown, and nothing shown is signed twice (S28). */
export const createConfirmations = (
  { host, jobs, changes, now }: Pick<WindowContext, 'host' | 'jobs' | 'changes' | 'now'>,
  planMove: (move: Move) => Promise<MovePlan>,
): Confirmations => {
  const pending = new Map<string, Pending>()

  const take = (id: string): Pending => {
    const found = pending.get(id)
    pending.delete(id)
    const network = JSON.stringify(host.networks.findActive())
    if (found === undefined || found.expiresAt <= now().getTime() || found.network !== network) {
      throw new AppError('access.confirmation-void', 'This confirmation was used already, is too old, or was for another network.')
    }
    return found
  }

  const forgetOld = (): void => {
    for (const [id, { expiresAt }] of pending) if (expiresAt <= now().getTime() || pending.size >= mostPending) pending.delete(id)
  }

  const assertCost = async ({ plan, maxCostWei }: Pending): Promise<void> => {
    const estimate = await plan.estimate?.()
    if (estimate === undefined || estimate.maxCostWei <= maxCostWei) return
    throw new AppError('chain.cost-above-limit', `This could now cost up to ${formatEther(estimate.maxCostWei)} ether, more than the ${formatEther(maxCostWei)} ether that were shown.`, {
      details: { maxCostWei: estimate.maxCostWei.toString(), limitWei: maxCostWei.toString() },
    })
  }

  return {
    prepare: async (move) => {
      forgetOld()
      const network = host.networks.getActive()
      const plan = await planMove(move)
      const estimate = await plan.estimate?.() ?? free
      const { connection, outbox } = await host.chain()
      const balanceWei = await connection.query((provider) => provider.getBalance(outbox.account()))
      const maxCostWei = plan.allowanceWei ?? withHeadroom(estimate)
      const id = randomBytes(32).toString('base64url')
      const expiresAt = now().getTime() + lifeMilliseconds
      pending.set(id, { plan, maxCostWei, network: JSON.stringify(network), expiresAt })
      return {
        id,
        expiresAt: new Date(expiresAt).toISOString(),
        kind: plan.kind,
        title: plan.title,
        words: [...plan.words],
        warnings: [...plan.warnings],
        counterparty: plan.counterparty,
        network: { name: network.name, chainId: network.chainId, playMoney: network.kind === 'practice' },
        call: plan.call,
        amounts: {
          valueWei: estimate.valueWei.toString(),
          priceWei: plan.priceWei?.toString() ?? null,
          guaranteeWei: plan.guaranteeWei?.toString() ?? null,
          expectedFeeWei: estimate.expectedFeeWei.toString(),
          maxCostWei: maxCostWei.toString(),
          balanceWei: balanceWei.toString(),
        },
        deadlines: [...plan.deadlines],
        termsHash: plan.termsHash,
      }
    },

    confirm: (id) => {
      const confirmed = take(id)
      const { plan } = confirmed
      return jobs.start({ kind: 'move', label: plan.title, subject: plan.subject, stoppable: plan.stoppable }, async (run) => {
        await assertCost(confirmed)
        const signature = host.window.beginSignature({ by: 'confirmation', move: plan.kind, words: plan.title })
        try {
          // Each step may have changed what the pages behind the confirmation show.
          const step = (words: string): void => {
            run.step(words)
            changes.announce('purchases', 'sales', 'activity')
          }
          const outcome = await plan.carryOut({ ...run, step })
          host.window.endSignature(signature, { error: null })
          return outcome
        } catch (error) {
          host.window.endSignature(signature, { error: isAppError(error) ? error.code : toErrorDocument(error).code })
          throw error
        } finally {
          changes.announce('wallet', 'networks', 'listings', 'serve', 'sales', 'market', 'purchases', 'disputes', 'receipts', 'activity')
        }
      })
    },

    refuse: (id) => { pending.delete(id) },
  }
}
