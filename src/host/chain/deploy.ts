import { AbiCoder, concat, getAddress } from 'ethers'
import { AppError } from '../../shared/errors.ts'
import { marketBytecode } from './artifact.ts'
import type { ConfirmedTransaction, Outbox } from './outbox.ts'

export interface DeployOptions {
  /** On a connection that names no contract yet. */
  readonly outbox: Outbox
  /** The shortest time that terms may set: an hour for real use, 1 on a practice chain. */
  readonly minimumSeconds: number
  /** The outbox's intent key; another one deploys another contract. */
  readonly key?: string
}

export interface Deployment {
  /** Checksummed. */
  readonly address: string
  readonly transaction: ConfirmedTransaction
}

/** What creates the market: for `Outbox.estimate`, too. */
export const encodeDeployment = (minimumSeconds: number): string => concat([marketBytecode, AbiCoder.defaultAbiCoder().encode(['uint64'], [minimumSeconds])])

/** Deploys the market contract, once per key. Throws as `Outbox.send`; `escrow.wrong-terms` for an impossible minimum. */
export const deployMarket = async ({ outbox, minimumSeconds, key = 'deploy-market' }: DeployOptions): Promise<Deployment> => {
  if (!Number.isInteger(minimumSeconds) || minimumSeconds < 1) {
    throw new AppError('input.invalid', 'The shortest time a market allows is a whole number of seconds, 1 or more.', { details: { minimumSeconds } })
  }
  const transaction = await outbox.send({ key, purpose: 'Deploy the market contract', to: null, data: encodeDeployment(minimumSeconds), valueWei: 0n })
  if (transaction.contractAddress === null) throw new AppError('bug.unexpected', 'The deployment made no contract.')
  return { address: getAddress(transaction.contractAddress), transaction }
}
