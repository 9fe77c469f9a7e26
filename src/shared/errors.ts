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

/** What SQLite says when the owner's disk, not our code, is in the way: by the beginning of its result code (sqlite.org/rescode.html). */
const storeFailures: readonly (readonly [prefix: string, code: ErrorCode, message: string, retryable: boolean])[] = [
  ['SQLITE_FULL', 'store.unwritable', 'The disk that holds the profile is full; this step was not written, what stood there before is kept.', true],
  ['SQLITE_READONLY', 'store.unwritable', 'The profile can be read and not written; this step was not written.', false],
  ['SQLITE_IOERR', 'store.unwritable', 'The disk that holds the profile fails; this step was not written.', true],
  ['SQLITE_CANTOPEN', 'store.unwritable', 'A file of the profile cannot be opened; this step was not written.', false],
  ['SQLITE_BUSY', 'store.busy', 'Another HEsystem is writing in this profile; this step was not written.', true],
  ['SQLITE_CORRUPT', 'store.corrupt', 'The profile database is damaged.', false],
  ['SQLITE_NOTADB', 'store.corrupt', 'The profile database is damaged.', false],
]

const findStoreFailure = (error: unknown): AppError | null => {
  const found = error instanceof Error && 'code' in error ? storeFailures.find(([prefix]) => String(error.code).startsWith(prefix)) : undefined
  if (found === undefined) return null
  const [, code, message, retryable] = found
  return new AppError(code, message, { retryable, cause: error })
}

/**
 * Turns anything thrown into an AppError: what the database says about the disk becomes `store.*`; any other foreign error the opaque
 * `bug.unexpected`; the original is the cause.
 */
export const toAppError = (error: unknown): AppError => {
  if (error instanceof AppError) return error
  return findStoreFailure(error) ?? new AppError('bug.unexpected', 'An unexpected error happened inside HEsystem.', { cause: error })
}

export const toErrorDocument = (error: unknown): ErrorDocument => {
  const { code, message, next, details } = toAppError(error)
  return { code, message, next, details }
}
