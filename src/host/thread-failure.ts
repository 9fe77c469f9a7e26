import { CryptoError } from '../crypto/errors.ts'
import { fromCryptoError } from '../engine/map-error.ts'
import { AppError, toAppError, type ErrorCode, type ErrorDetails } from '../shared/errors.ts'

/** An error as a thread tells of it. */
export interface ThreadFailure {
  readonly kind: 'failure'
  readonly code: ErrorCode
  readonly message: string
  readonly details: ErrorDetails
  readonly retryable: boolean
  /** Of a bug of ours. */
  readonly stack: string | null
}

export const toThreadFailure = (error: unknown): ThreadFailure => {
  const { code, message, details, retryable, cause } = toAppError(error instanceof CryptoError ? fromCryptoError(error) : error)
  const stack = code === 'bug.unexpected' && cause instanceof Error ? cause.stack ?? null : null
  return { kind: 'failure', code, message, details, retryable, stack }
}

export const fromThreadFailure = ({ code, message, details, retryable, stack }: ThreadFailure): AppError =>
  new AppError(code, message, { details, retryable, ...(stack === null ? {} : { cause: new Error(stack) }) })
