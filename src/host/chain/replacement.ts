import { Transaction } from 'ethers'
import { AppError } from '../../shared/errors.ts'
import { formatEther } from '../../shared/units.ts'
import type { ChainConnection } from './connect.ts'
import type { SignedTransaction, StoredTransaction, TransactionIntent } from './transaction-store.ts'

/** `speed-up`: the same move at a higher fee; `cancel`: nothing at all, in its place. */
export type ReplacementKind = 'speed-up' | 'cancel'

/** A transaction that would take the place of one that waits: the same nonce, so that only one of the two can ever be mined. */
export interface Replacement {
  readonly kind: ReplacementKind
  readonly replaces: SignedTransaction
  readonly intent: TransactionIntent
  readonly gasLimit: bigint
  readonly maxFeePerGasWei: bigint
  readonly maxPriorityFeePerGasWei: bigint
  /** At the present base fee. */
  readonly expectedFeeWei: bigint
  /** The most that can leave the wallet with it, and with the one that it replaces. */
  readonly maxCostWei: bigint
  readonly replacedMaxCostWei: bigint
}

/** Nodes take a replacement only where both fees are a tenth higher, rounded their way; an eighth is safely more. */
const raise = (wei: bigint): bigint => (wei * 9n) / 8n + 1n

const larger = (one: bigint, other: bigint): bigint => (one > other ? one : other)

const transferGas = 21_000n

/** Whether signed bytes are not what their intent says: they were signed to keep it from happening. */
export const isCancellation = ({ raw }: Pick<SignedTransaction, 'raw'>, intent: TransactionIntent): boolean => {
  const { to, data, value } = Transaction.from(raw)
  return to !== intent.to || data !== intent.data || value !== intent.valueWei
}

/**
 * Works a replacement out, at what the network asks now and at least an eighth above what was offered; signs nothing. Throws
 * `chain.insufficient-funds`, `chain.unsupported-fees`, `chain.unreachable`.
 */
export const planReplacement = async (
  connection: ChainConnection, account: string, row: StoredTransaction, live: SignedTransaction, kind: ReplacementKind,
): Promise<Replacement> => {
  const { balance, block, tip } = await connection.query(async (provider) => ({
    balance: await provider.getBalance(account),
    block: await provider.getBlock('latest'),
    tip: BigInt(await provider.send('eth_maxPriorityFeePerGas', []) as string),
  }))
  const baseFee = block?.baseFeePerGas
  if (baseFee === null || baseFee === undefined) throw new AppError('chain.unsupported-fees', `Network ${connection.network.name} has no base fee (EIP-1559).`)
  const before = Transaction.from(live.raw)
  // What was sped up and is to be cancelled after all, and the other way round, keeps the nonce and nothing else.
  const { key, purpose } = row
  const intent: TransactionIntent = kind === 'speed-up' ? row : { key, purpose, to: account, data: '0x', valueWei: 0n }
  const estimate = async (): Promise<bigint> => {
    const call = { from: account, to: row.to, data: row.data, value: row.valueWei }
    const gas = await connection.query((provider) => provider.estimateGas(call))
    return (gas * 5n) / 4n
  }
  const gasLimit = kind === 'cancel' ? transferGas : isCancellation(live, row) ? await estimate() : before.gasLimit
  const maxPriorityFeePerGasWei = larger(raise(before.maxPriorityFeePerGas ?? 0n), tip)
  const maxFeePerGasWei = larger(raise(before.maxFeePerGas ?? 0n), baseFee * 2n + maxPriorityFeePerGasWei)
  const maxCostWei = intent.valueWei + gasLimit * maxFeePerGasWei
  if (balance < maxCostWei) {
    throw new AppError('chain.insufficient-funds', `The wallet ${account} has ${formatEther(balance)} ether; this needs ${formatEther(maxCostWei)} ether.`, {
      details: { account, neededWei: maxCostWei.toString(), availableWei: balance.toString() },
    })
  }
  const expectedFeeWei = gasLimit * (baseFee + maxPriorityFeePerGasWei)
  return {
    kind, replaces: live, intent, gasLimit, expectedFeeWei, maxFeePerGasWei, maxPriorityFeePerGasWei, maxCostWei,
    replacedMaxCostWei: live.maxCostWei,
  }
}
