import { AppError } from '../../shared/errors.ts'
import { formatEther } from '../../shared/units.ts'
import type { ChainConnection } from './connect.ts'

export interface Call {
  /** Null: a contract is created. */
  readonly to: string | null
  readonly data: string
  readonly valueWei: bigint
}

/** What a transaction can cost, to be shown before it is signed (S28). */
export interface CostEstimate {
  readonly gasLimit: bigint
  readonly maxFeePerGasWei: bigint
  readonly maxPriorityFeePerGasWei: bigint
  readonly valueWei: bigint
  /** At the present base fee. */
  readonly expectedFeeWei: bigint
  /** The whole gas limit at the highest fee. */
  readonly maxFeeWei: bigint
  /** The most that can leave the wallet: value and highest fee. */
  readonly maxCostWei: bigint
}

/** EIP-7825: the most gas one transaction may use. */
const gasCap = 2n ** 24n

/** State may change between estimate and block; the unused part of the limit is not paid for. */
const withMargin = (gas: bigint): bigint => {
  const wide = (gas * 5n + 3n) / 4n
  return gas > gasCap || wide < gasCap ? wide : gasCap
}

const assertFunds = (neededWei: bigint, availableWei: bigint, from: string, atLeast: string): void => {
  if (availableWei >= neededWei) return
  throw new AppError('chain.insufficient-funds', `The wallet ${from} has ${formatEther(availableWei)} ether free; this needs ${atLeast}${formatEther(neededWei)} ether.`, {
    details: { account: from, neededWei: neededWei.toString(), availableWei: availableWei.toString() },
  })
}

/**
 * Estimates one call from `from`, of whose balance `reservedWei` is already promised to transactions under way.
 * EIP-1559: the highest fee is twice the base fee and the tip, enough for six full blocks in a row.
 * Throws `chain.insufficient-funds`, `chain.unsupported-fees`, `escrow.*` where the call would revert, `chain.unreachable`.
 */
export const estimateCost = async (connection: ChainConnection, from: string, call: Call, reservedWei = 0n): Promise<CostEstimate> => {
  const { balance, block, tip } = await connection.query(async (provider) => ({
    balance: await provider.getBalance(from),
    block: await provider.getBlock('latest'),
    tip: BigInt(await provider.send('eth_maxPriorityFeePerGas', []) as string),
  }))
  const baseFee = block?.baseFeePerGas
  if (baseFee === null || baseFee === undefined) {
    throw new AppError('chain.unsupported-fees', `Network ${connection.network.name} has no base fee (EIP-1559), so what a transaction costs cannot be bounded.`)
  }
  const availableWei = balance > reservedWei ? balance - reservedWei : 0n
  // The node cannot estimate a call whose value is not there, so the value alone is looked at first.
  assertFunds(call.valueWei, availableWei, from, 'at least ')
  const gas = await connection.query((provider) => provider.estimateGas({ from, to: call.to, data: call.data, value: call.valueWei }))
  const gasLimit = withMargin(gas)
  const maxFeePerGasWei = baseFee * 2n + tip
  const maxFeeWei = gasLimit * maxFeePerGasWei
  const maxCostWei = call.valueWei + maxFeeWei
  assertFunds(maxCostWei, availableWei, from, '')
  const expectedFeeWei = gas * (baseFee + tip)
  return { gasLimit, maxFeePerGasWei, maxPriorityFeePerGasWei: tip, valueWei: call.valueWei, expectedFeeWei, maxFeeWei, maxCostWei }
}
