import { generatePrimeSync, randomBytes } from 'node:crypto'
import { bigIntToBytes, ciphertextLength, splitIntegers } from '../../../src/crypto/bytes.ts'
import type { PaillierKeyPair } from '../../../src/crypto/types.ts'
import type { Engine, JobOptions } from '../../../src/engine/engine.ts'
import { AppError } from '../../../src/shared/errors.ts'

export interface FakeEngine extends Engine {
  /** The keys made, and the cells encrypted, so far. */
  readonly keys: PaillierKeyPair[]
  readonly cells: { count: number }
  /** Called before each batch. */
  onBatch: () => void
}

const offset = 1n << 256n

/**
 * An engine that hides nothing: a ciphertext is random bytes and the plaintext behind them, so that two encryptions of one
 * value differ, as real ones do, and no test waits for arithmetic. Its keys are real ones.
 */
export const createFakeEngine = (): FakeEngine => {
  const unused = (): never => { throw new Error('not part of this test') }
  const assertRunning = (options?: JobOptions): void => {
    if (options?.signal?.aborted === true) throw new AppError('runtime.cancelled', 'stopped')
  }
  const engine: FakeEngine = {
    keys: [],
    cells: { count: 0 },
    onBatch: () => undefined,
    backend: 'bigint',
    backendReason: 'a double',
    workers: 1,
    generateKeyPair: async (bits, options) => {
      await Promise.resolve()
      assertRunning(options)
      const [p, q] = [generatePrimeSync(bits / 2, { bigint: true }), generatePrimeSync(bits / 2, { bigint: true })]
      const key = { publicKey: { n: p * q, bits }, p, q }
      engine.keys.push(key)
      return key
    },
    encrypt: async (key, plaintexts, options) => {
      engine.onBatch()
      await Promise.resolve()
      assertRunning(options)
      engine.cells.count += plaintexts.length
      const { bits } = 'publicKey' in key ? key.publicKey : key
      options?.onProgress?.({ done: plaintexts.length, total: plaintexts.length, estimatedSecondsLeft: 0 })
      const parts = plaintexts.flatMap((m) => [randomBytes(ciphertextLength(bits) - 64), bigIntToBytes(m + offset, 64)])
      return new Uint8Array(Buffer.concat(parts))
    },
    decrypt: ({ publicKey: { bits } }, ciphertexts) =>
      Promise.resolve(splitIntegers(ciphertexts, ciphertextLength(bits)).map((c) => BigInt.asUintN(512, c) - offset)),
    add: unused,
    subtract: unused,
    scale: unused,
    rerandomise: unused,
    evaluate: unused,
    assertCiphertexts: unused,
    createCertificate: async () => Promise.resolve([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n]),
    verifyCertificate: unused,
    proveDecryption: unused,
    verifyDecryption: unused,
    close: () => Promise.resolve(),
  }
  return engine
}
