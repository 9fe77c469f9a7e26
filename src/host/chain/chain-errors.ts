import { isCallException, isError, type CallExceptionError } from 'ethers'
import { AppError, isAppError } from '../../shared/errors.ts'
import { explainRevert } from './explain-revert.ts'

const networkCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH',
  'NETWORK_ERROR', 'SERVER_ERROR', 'TIMEOUT',
])

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

/** What the node itself said, under the layers ethers wraps around it. */
export const readRpcMessage = (error: unknown): string => {
  const inner: unknown = isError(error, 'UNKNOWN_ERROR') || isError(error, 'CALL_EXCEPTION') || isError(error, 'INSUFFICIENT_FUNDS')
    || isError(error, 'NONCE_EXPIRED') || isError(error, 'REPLACEMENT_UNDERPRICED')
    ? error.error ?? error.info?.['error']
    : error
  if (typeof inner === 'object' && inner !== null && 'message' in inner) return String(inner.message)
  return error instanceof Error ? error.message : String(error)
}

/** ethers takes every error of a node to a call or an estimate for a revert; a node that is busy has said nothing about the contract. */
const isRevert = (error: CallExceptionError): boolean =>
  error.data !== null || error.info?.['error'] === undefined || /revert|execution|opcode|out of gas|exceeds/i.test(readRpcMessage(error))

/** Turns whatever a provider throws into a coded error: a revert in words, the network away, or the node's own message. */
export const toChainError = (error: unknown, rpcUrl: string): AppError => {
  if (isAppError(error)) return error
  if (isCallException(error) && isRevert(error)) return explainRevert(error.data)
  // A URL may carry an API key in its path: only the host is ever said.
  const host = new URL(rpcUrl).host
  if (networkCodes.has(codeOf(error))) {
    return new AppError('chain.unreachable', `The network at ${host} does not answer.`, { details: { host }, retryable: true, cause: error })
  }
  return new AppError('chain.rpc-failed', `The network at ${host} answered with an error: ${readRpcMessage(error)}`, { details: { host }, retryable: true, cause: error })
}
