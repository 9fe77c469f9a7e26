import { errorCodes, type ErrorCode } from './error-codes.ts'

export type { ErrorCode } from './error-codes.ts'

/** Facts about one failure that a program can read: never secrets, always JSON. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null | readonly (string | number)[]>>

export interface AppErrorOptions {
  readonly details?: ErrorDetails
  readonly retryable?: boolean
  readonly cause?: unknown
}

/**
 * The one error type that crosses a room's boundary. `code` is stable (see error-codes.ts); `message` says what happened
 * and where; what to do next is the catalogue's `next`.
 */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails
  readonly retryable: boolean

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.details = options.details ?? {}
    this.retryable = options.retryable ?? false
  }

  /** What the reader can do about it, from the catalogue. */
  get next(): string {
    return errorCodes[this.code].next
  }
}

/** Whether `error` is an AppError, and, where a code is given, one with that code. */
export const isAppError = (error: unknown, code?: ErrorCode): error is AppError =>
  error instanceof AppError && (code === undefined || error.code === code)

/** The JSON form shown by the CLI under --json and carried over HTTP: never a stack, never a cause. */
export interface ErrorDocument {
  readonly code: ErrorCode
  readonly message: string
  readonly next: string
  readonly details: ErrorDetails
}

/** Turns anything thrown into an AppError: a foreign error becomes the opaque `bug.unexpected`, with the original as its cause. */
export const toAppError = (error: unknown): AppError =>
  error instanceof AppError
    ? error
    : new AppError('bug.unexpected', 'An unexpected error happened inside HEsystem.', { cause: error })

export const toErrorDocument = (error: unknown): ErrorDocument => {
  const { code, message, next, details } = toAppError(error)
  return { code, message, next, details }
}
