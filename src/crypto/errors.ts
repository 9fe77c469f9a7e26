/** Codes of this room; engine/ maps each to the catalogue's code of the same name behind `crypto.`. */
export type CryptoErrorCode =
  | 'invalid-key'
  | 'invalid-ciphertext'
  | 'plaintext-out-of-range'
  | 'value-out-of-range'
  | 'decryption-check-failed'
  | 'invalid-certificate'
  | 'invalid-proof'
  | 'randomness-failed'
  | 'invalid-argument'

/** The only error crypto/ throws: it knows no other room, so it cannot throw an AppError. */
export class CryptoError extends Error {
  readonly code: CryptoErrorCode
  /** Which of the given ciphertexts, plaintexts or values (from 0) is at fault, where it is one of them. */
  readonly index: number | null

  constructor(code: CryptoErrorCode, message: string, index: number | null = null) {
    super(message)
    this.name = 'CryptoError'
    this.code = code
    this.index = index
  }
}
