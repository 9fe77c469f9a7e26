import { CryptoError, type CryptoErrorCode } from '../crypto/errors.ts'
import type { ErrorCode } from '../shared/error-codes.ts'
import { AppError } from '../shared/errors.ts'
import type { TaskFailure } from './messages.ts'

const catalogueCode: Readonly<Record<CryptoErrorCode, ErrorCode>> = {
  'invalid-key': 'crypto.invalid-key',
  'invalid-ciphertext': 'crypto.invalid-ciphertext',
  'plaintext-out-of-range': 'crypto.plaintext-out-of-range',
  'value-out-of-range': 'crypto.value-out-of-range',
  'decryption-check-failed': 'crypto.decryption-check-failed',
  'invalid-certificate': 'crypto.certificate-invalid',
  'invalid-proof': 'crypto.proof-invalid',
  'randomness-failed': 'crypto.randomness-failed',
  'invalid-argument': 'crypto.invalid-argument',
}

const sentence = (message: string): string => `${message.charAt(0).toUpperCase()}${message.slice(1)}.`

/** crypto/'s error as the catalogue's: the one place where the two meet. */
export const fromCryptoError = (error: CryptoError): AppError =>
  new AppError(catalogueCode[error.code], sentence(error.message), {
    details: error.index === null ? {} : { index: error.index },
    cause: error,
  })

/** Runs `action`, a call into crypto/, and throws its CryptoErrors as AppErrors. */
export const withMappedErrors = <T>(action: () => T): T => {
  try {
    return action()
  } catch (error) {
    throw error instanceof CryptoError ? fromCryptoError(error) : error
  }
}

/** What a worker sends of an error it met. */
export const toTaskFailure = (error: unknown): TaskFailure =>
  error instanceof CryptoError
    ? { code: error.code, message: error.message, index: error.index, stack: null }
    : { code: null, message: String(error), index: null, stack: error instanceof Error ? error.stack ?? null : null }

/** The error a worker's failure stands for. */
export const fromTaskFailure = ({ code, message, index, stack }: TaskFailure): AppError =>
  code === null
    ? new AppError('bug.unexpected', 'A worker met an unexpected error.', { cause: new Error(stack ?? message) })
    : fromCryptoError(new CryptoError(code, message, index))
