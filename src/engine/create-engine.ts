import { joinIntegers, splitIntegers } from '../crypto/bytes.ts'
import { centredResidue, residue } from '../crypto/modular.ts'
import { assertPlaintexts, invalidCiphertextError } from '../crypto/paillier.ts'
import type { PaillierKeyPair, PaillierPublicKey } from '../crypto/types.ts'
import { createPower } from './backends.ts'
import { assertBigInts, assertSameCount, copyCells, countCells, runCells, type CellRange } from './cell-jobs.ts'
import type { Engine, EngineOptions, JobOptions } from './engine.ts'
import { evaluateForms } from './evaluate.ts'
import { findInvalidCell } from './find-invalid-cell.ts'
import { generateKey } from './generate-key.ts'
import { createMeter, withCancellation } from './jobs.ts'
import { fromCryptoError, withMappedErrors } from './map-error.ts'
import type { Task } from './messages.ts'
import { openPool } from './open-pool.ts'
import { createCertificate, proveDecryption, verifyCertificate, verifyDecryption } from './proof-jobs.ts'
import { createKeyBytes, isKeyPair, prepareKey, type EngineKey } from './task-key.ts'
import { createSplitPool, type RemoteTasks } from './split-pool.ts'
import type { WorkerPool } from './worker-pool.ts'

const kindOf = (operation: string, length: number): string => `${operation} ${length}`

/** Runs a job whose every cell becomes a ciphertext. */
const mapToCiphertexts = async (
  pool: WorkerPool,
  kind: string,
  count: number,
  length: number,
  createTask: (range: CellRange) => Task,
  options?: JobOptions,
): Promise<Uint8Array> => {
  const results = new Uint8Array(count * length)
  await runCells(pool, { kind, count, createTask, accept: (bytes, { start }) => results.set(bytes, start * length) }, options)
  return results
}

const encrypt = async (pool: WorkerPool, key: EngineKey, plaintexts: readonly bigint[], options?: JobOptions): Promise<Uint8Array> => {
  const prepared = prepareKey(key)
  const { n, bits, ciphertextBytes: length } = prepared
  assertBigInts('plaintext', plaintexts)
  withMappedErrors(() => assertPlaintexts(prepared, plaintexts))
  return mapToCiphertexts(pool, kindOf(isKeyPair(key) ? 'encrypt as the owner' : 'encrypt', length), plaintexts.length, length, ({ start, count }) => ({
    operation: 'encrypt',
    key: createKeyBytes(key),
    residues: joinIntegers(plaintexts.slice(start, start + count).map((m) => residue(m, n)), bits / 8),
  }), options)
}

const decrypt = async (pool: WorkerPool, key: PaillierKeyPair, ciphertexts: Uint8Array, options?: JobOptions): Promise<bigint[]> => {
  const { n, bits, ciphertextBytes: length } = prepareKey(key)
  const count = countCells(ciphertexts, length)
  const plaintexts = new Array<bigint>(count)
  await runCells(pool, {
    count,
    kind: kindOf('decrypt', length),
    createTask: (range) =>
      ({ operation: 'decrypt', key: createKeyBytes(key), ciphertexts: copyCells(ciphertexts, range, length), firstIndex: range.start }),
    accept: (bytes, { start }) => splitIntegers(bytes, bits / 8).forEach((m, i) => {
      plaintexts[start + i] = centredResidue(m, n)
    }),
  }, options)
  return plaintexts
}

const combine = async (
  pool: WorkerPool,
  operation: 'add' | 'subtract',
  key: PaillierPublicKey,
  a: Uint8Array,
  b: Uint8Array,
  options?: JobOptions,
): Promise<Uint8Array> => {
  const { ciphertextBytes: length } = prepareKey(key)
  const count = countCells(a, length)
  assertSameCount(count, countCells(b, length))
  return mapToCiphertexts(pool, kindOf(operation, length), count, length, (range) => ({
    operation,
    key: createKeyBytes(key),
    ciphertexts: copyCells(a, range, length),
    others: copyCells(b, range, length),
    firstIndex: range.start,
  }), options)
}

const scale = async (
  pool: WorkerPool,
  key: PaillierPublicKey,
  ciphertexts: Uint8Array,
  factors: readonly bigint[],
  options?: JobOptions,
): Promise<Uint8Array> => {
  const { ciphertextBytes: length } = prepareKey(key)
  const count = countCells(ciphertexts, length)
  assertSameCount(count, factors.length)
  assertBigInts('factor', factors)
  return mapToCiphertexts(pool, kindOf('scale', length), count, length, (range) => ({
    operation: 'scale',
    key: createKeyBytes(key),
    ciphertexts: copyCells(ciphertexts, range, length),
    factors: factors.slice(range.start, range.start + range.count),
    firstIndex: range.start,
  }), options)
}

const rerandomise = async (
  pool: WorkerPool,
  key: PaillierPublicKey,
  ciphertexts: Uint8Array,
  options?: JobOptions,
): Promise<Uint8Array> => {
  const { ciphertextBytes: length } = prepareKey(key)
  return mapToCiphertexts(pool, kindOf('rerandomise', length), countCells(ciphertexts, length), length, (range) => ({
    operation: 'rerandomise',
    key: createKeyBytes(key),
    ciphertexts: copyCells(ciphertexts, range, length),
    firstIndex: range.start,
  }), options)
}

const assertCiphertexts = async (
  pool: WorkerPool,
  key: PaillierPublicKey,
  ciphertexts: Uint8Array,
  options?: JobOptions,
): Promise<void> => {
  const { ciphertextBytes: length } = prepareKey(key)
  const index = await findInvalidCell(pool, key, countCells(ciphertexts, length), (range) => copyCells(ciphertexts, range, length), options)
  if (index !== null) throw fromCryptoError(invalidCiphertextError(index))
}

/**
 * Starts an engine: worker threads (one per core unless `options.workers` says otherwise, each started when first needed) on the
 * fastest backend that passes its self-test. Throws `runtime.backend-unavailable` where a backend asked for by name fails it,
 * `crypto.invalid-argument` for an unknown backend or randomness, or a number of workers that is not whole, from 1 to 1024. `remote`,
 * where given, shares what needs no private key, and is closed with the engine.
 */
export const createEngine = async (options: EngineOptions = {}, remote?: RemoteTasks): Promise<Engine> => {
  const { backend, powers, reason, workers, pool: local } = openPool(options)
  const pool = remote === undefined ? local : createSplitPool(local, remote)
  return {
    backend,
    backendReason: reason,
    workers,
    generateKeyPair: async (bits, { signal, onProgress } = {}) => {
      const meter = createMeter(1, onProgress)
      const key = await withCancellation(signal, (stop) => generateKey(bits, createPower(powers), stop))
      meter.add(1)
      return key
    },
    encrypt: (key, plaintexts, jobOptions) => encrypt(pool, key, plaintexts, jobOptions),
    decrypt: (key, ciphertexts, jobOptions) => decrypt(pool, key, ciphertexts, jobOptions),
    add: (key, a, b, jobOptions) => combine(pool, 'add', key, a, b, jobOptions),
    subtract: (key, a, b, jobOptions) => combine(pool, 'subtract', key, a, b, jobOptions),
    scale: (key, ciphertexts, factors, jobOptions) => scale(pool, key, ciphertexts, factors, jobOptions),
    rerandomise: (key, ciphertexts, jobOptions) => rerandomise(pool, key, ciphertexts, jobOptions),
    evaluate: (key, inputs, forms, jobOptions) => evaluateForms(pool, key, inputs, forms, jobOptions),
    assertCiphertexts: (key, ciphertexts, jobOptions) => assertCiphertexts(pool, key, ciphertexts, jobOptions),
    createCertificate: (key, jobOptions) => createCertificate(pool, key, jobOptions),
    verifyCertificate: (key, certificate, jobOptions) => verifyCertificate(pool, key, certificate, jobOptions),
    proveDecryption: (key, claim, jobOptions) => proveDecryption(pool, key, claim, jobOptions),
    verifyDecryption: (key, claim, proof, jobOptions) => verifyDecryption(pool, key, claim, proof, jobOptions),
    close: () => pool.close(),
  }
}
