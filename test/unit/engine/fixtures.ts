import type { Engine, CiphertextSource } from '../../../src/engine/engine.ts'
import type { PaillierKeyPair } from '../../../src/crypto/types.ts'
import { isAppError, type ErrorCode, type AppError } from '../../../src/shared/errors.ts'

export { keyPair, key } from '../crypto/fixtures.ts'

/** Bytes of a ciphertext under the fixtures' 2048-bit key. */
export const length = 512

export const sourceOf = (bytes: Uint8Array): CiphertextSource => ({
  count: bytes.length / length,
  read: (start, count) => bytes.subarray(start * length, (start + count) * length),
})

/** The AppError a promise rejects with; fails where it resolves, or rejects with another code. */
export const rejection = async (code: ErrorCode, promise: Promise<unknown>): Promise<AppError> => {
  const outcome = await promise.then(() => null, (error: unknown) => error)
  if (isAppError(outcome, code)) return outcome
  throw new Error(`expected a rejection with ${code}, met ${String(outcome)}`, { cause: outcome })
}

/** Whether the engine still does its work. */
export const works = async (engine: Engine, keyPair: PaillierKeyPair): Promise<boolean> => {
  const [m] = await engine.decrypt(keyPair, await engine.encrypt(keyPair, [42n]))
  return m === 42n
}
