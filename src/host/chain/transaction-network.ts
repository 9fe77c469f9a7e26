import type { TransactionReceipt } from 'ethers'
import { AppError, isAppError } from '../../shared/errors.ts'
import { readRpcMessage } from './chain-errors.ts'
import type { ChainConnection } from './connect.ts'
import { explainRevert } from './explain-revert.ts'
import type { SignedTransaction, TransactionIntent, TransactionOutcome } from './transaction-store.ts'

/** What the network knows of an account's transactions. All throw `chain.unreachable`, `chain.rpc-failed`. */
export interface TransactionNetwork {
  readHeight(): Promise<number>
  /** The account's next nonce as of a block. */
  readNonce(blockTag: number | 'latest'): Promise<number>
  /** Sends the bytes; that they are known, or their nonce taken, is no error here. Throws `chain.transaction-refused`. */
  broadcast(signed: SignedTransaction): Promise<void>
  /** The receipt of whichever of these was mined. */
  findReceipt(hashes: readonly string[]): Promise<TransactionReceipt | null>
  /** How many blocks stand on a receipt's, its own included. */
  countConfirmations(receipt: TransactionReceipt): Promise<number>
  /** Whether the live bytes can never be mined: their nonce was used, deep enough, and by none of `hashes`. */
  isReplaced(live: SignedTransaction, hashes: readonly string[]): Promise<boolean>
  /** Why a mined transaction reverted: the same call, asked again on the state of its block. */
  explainFailure(intent: TransactionIntent, receipt: TransactionReceipt): Promise<AppError>
}

/**
 * A nonce counts as taken by a foreign transaction only when it is this deep: a reorganisation could give it back, and a
 * node behind the others could know of the nonce and not yet of our receipt.
 */
const foreignNonceDepth = 12

const knownAlready = /already known|already imported|known transaction|already exists/i
/** The nonce is taken, by us or by somebody else, mined or waiting: following the receipts tells which. */
const nonceTaken = /nonce too low|nonce has already been used|old nonce|underpriced/i
/** It waits for fees to fall, or to be sped up: nothing is wrong with it, and it keeps its nonce. */
const feeTooLow = /less than block base fee|fee cap (?:is )?(?:too low|less than)/i

export const toOutcome = (receipt: TransactionReceipt): TransactionOutcome => ({
  hash: receipt.hash,
  blockNumber: receipt.blockNumber,
  gasUsed: receipt.gasUsed,
  effectiveGasPriceWei: receipt.gasPrice,
  contractAddress: receipt.contractAddress,
  logs: receipt.logs.map(({ address, topics, data, index }) => ({ address, topics: [...topics], data, index })),
})

export const createTransactionNetwork = (connection: ChainConnection, account: () => string): TransactionNetwork => {
  const readNonce: TransactionNetwork['readNonce'] = (blockTag) => connection.query((provider) => provider.getTransactionCount(account(), blockTag))
  const readHeight = (): Promise<number> => connection.query((provider) => provider.getBlockNumber())

  const findReceipt: TransactionNetwork['findReceipt'] = async (hashes) => {
    for (const hash of hashes) {
      const receipt = await connection.query((provider) => provider.getTransactionReceipt(hash))
      if (receipt !== null) return receipt
    }
    return null
  }

  return {
    readHeight,
    readNonce,
    findReceipt,
    countConfirmations: async ({ blockNumber }) => await readHeight() - blockNumber + 1,
    broadcast: async ({ raw, hash }) => {
      try {
        await connection.query((provider) => provider.send('eth_sendRawTransaction', [raw]))
      } catch (error) {
        if (!isAppError(error, 'chain.rpc-failed')) throw error
        const message = readRpcMessage(error.cause)
        if (knownAlready.test(message) || nonceTaken.test(message) || feeTooLow.test(message)) return
        throw new AppError('chain.transaction-refused', `The network did not take the signed transaction: ${message}`, {
          details: { hash }, retryable: true, cause: error.cause,
        })
      }
    },
    isReplaced: async ({ nonce }, hashes) => {
      const deep = connection.isDevelopment ? 'latest' : Math.max(0, await readHeight() - foreignNonceDepth)
      // The nonce first: a receipt that comes between the two questions is still seen.
      return await readNonce(deep) > nonce && await findReceipt(hashes) === null
    },
    explainFailure: async ({ key, to, data, valueWei }, { hash, blockNumber }) => {
      const details = { hash, key }
      try {
        await connection.query((provider) => provider.call({ from: account(), to, data, value: valueWei, blockTag: blockNumber }))
      } catch (error) {
        if (!isAppError(error) || !error.code.startsWith('escrow.')) throw error
        return new AppError(error.code, error.message, { details: { ...error.details, ...details } })
      }
      return explainRevert(null, details)
    },
  }
}
