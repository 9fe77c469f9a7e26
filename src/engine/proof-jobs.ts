import { splitIntegers } from '../crypto/bytes.ts'
import type { KeyCertificate } from '../crypto/key-certificate.ts'
import type { PaillierKeyPair, PaillierPublicKey } from '../crypto/types.ts'
import { countCells } from './cell-jobs.ts'
import type { DecryptionClaim, JobOptions } from './engine.ts'
import { createMeter, withCancellation } from './jobs.ts'
import type { ProofTask } from './messages.ts'
import { createKeyBytes, prepareKey, type EngineKey } from './task-key.ts'
import type { WorkerPool } from './worker-pool.ts'

/** A proof is one task: it is made or checked whole. */
const runProof = async (
  pool: WorkerPool, key: EngineKey, task: ProofTask, { signal, onProgress }: JobOptions = {},
): Promise<Uint8Array> => {
  prepareKey(key)
  const meter = createMeter(1, onProgress)
  const { bytes } = await withCancellation(signal, (stop) => pool.run({ ...task, key: createKeyBytes(key) }, stop))
  meter.add(1)
  return bytes
}

const carry = (key: EngineKey, { context, ciphertexts, plaintexts, answerBits }: DecryptionClaim) => {
  countCells(ciphertexts, prepareKey(key).ciphertextBytes)
  return { claim: { context, plaintexts, answerBits }, ciphertexts: new Uint8Array(ciphertexts) }
}

export const createCertificate = async (pool: WorkerPool, key: PaillierKeyPair, options?: JobOptions): Promise<KeyCertificate> =>
  splitIntegers(await runProof(pool, key, { operation: 'certify-key' }, options), key.publicKey.bits / 8)

export const verifyCertificate = async (
  pool: WorkerPool, key: PaillierPublicKey, certificate: KeyCertificate, options?: JobOptions,
): Promise<void> => {
  await runProof(pool, key, { operation: 'verify-certificate', roots: certificate }, options)
}

export const proveDecryption = async (
  pool: WorkerPool, key: PaillierKeyPair, claim: DecryptionClaim, options?: JobOptions,
): Promise<Uint8Array> =>
  runProof(pool, key, { operation: 'prove-decryption', ...carry(key, claim) }, options)

export const verifyDecryption = async (
  pool: WorkerPool, key: PaillierPublicKey, claim: DecryptionClaim, proof: Uint8Array, options?: JobOptions,
): Promise<void> => {
  await runProof(pool, key, { operation: 'verify-decryption', ...carry(key, claim), proof: new Uint8Array(proof) }, options)
}
