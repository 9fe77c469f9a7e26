import { powerByBigInt, type ModularPower } from '../crypto/modular.ts'
import { AppError } from '../shared/errors.ts'
import type { BackendName } from './engine.ts'
import { createNodeCryptoPower, findNodeCryptoFault } from './node-crypto-power.ts'

/** A fresh modular power of the named backend: one per worker, since node:crypto's keeps an object per modulus. */
export const createPower = (backend: BackendName): ModularPower =>
  backend === 'bigint' ? powerByBigInt : createNodeCryptoPower()

/**
 * The backend to use: `node-crypto` where it passes its self-test, else `bigint`, openly (`Engine.backend` tells). Throws
 * `runtime.backend-unavailable` where a backend that was asked for by name fails. `findFault` is replaced in tests only.
 */
export const selectBackend = (forced: BackendName | undefined, findFault: () => string | null = findNodeCryptoFault): BackendName => {
  if (forced === 'bigint') return 'bigint'
  const fault = findFault()
  if (fault === null) return 'node-crypto'
  if (forced === undefined) return 'bigint'
  throw new AppError('runtime.backend-unavailable', `The backend ${forced} failed its self-test: ${fault}.`, { details: { backend: forced } })
}
