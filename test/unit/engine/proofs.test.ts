import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bigIntToBytes } from '../../../src/crypto/bytes.ts'
import { createEngine } from '../../../src/engine/create-engine.ts'
import type { DecryptionClaim, Engine } from '../../../src/engine/engine.ts'
import { keyPair, length, rejection } from './fixtures.ts'

const publicKey = keyPair.publicKey
const context = {
  chainId: 1n, contract: new Uint8Array(20), purchase: 2n, datasetRoot: new Uint8Array(32).fill(3), requestHash: new Uint8Array(32).fill(4),
}

describe.each(['node-crypto', 'bigint'] as const)('proofs on worker threads, by %s', (backend) => {
  let engine: Engine
  let claim: DecryptionClaim
  beforeAll(async () => {
    engine = await createEngine({ workers: 1, backend })
    const plaintexts = [1n, -2n, 3n]
    claim = { context, plaintexts, ciphertexts: await engine.encrypt(keyPair, plaintexts), answerBits: 64 }
  })
  afterAll(() => engine.close())

  it('certify a key and check its certificate', async () => {
    const certificate = await engine.createCertificate(keyPair)
    await engine.verifyCertificate(publicKey, certificate)
    await rejection('crypto.certificate-invalid', engine.verifyCertificate(publicKey, [...certificate].reverse()))
    await rejection('crypto.certificate-invalid', engine.verifyCertificate(publicKey, [1n << 9000n, ...certificate.slice(1)]))
    await rejection('crypto.invalid-key', engine.verifyCertificate({ n: publicKey.n + 2n, bits: 2048 }, certificate))
  })

  it('prove a decryption and check the proof, leaving the caller\'s bytes alone', async () => {
    const proof = await engine.proveDecryption(keyPair, claim)
    await engine.verifyDecryption(publicKey, claim, proof)
    await engine.verifyDecryption(publicKey, claim, proof)
    expect(claim.ciphertexts).toHaveLength(3 * length)
    expect(context.datasetRoot).toHaveLength(32)
  })

  it('refuse a claim that is false, a proof of something else, and bytes that are no ciphertexts', async () => {
    const proof = await engine.proveDecryption(keyPair, claim)
    const refuse = (change: Partial<DecryptionClaim>, bytes = proof) =>
      rejection('crypto.proof-invalid', engine.verifyDecryption(publicKey, { ...claim, ...change }, bytes))
    await refuse({ plaintexts: [1n, 2n, 3n] })
    await refuse({ context: { ...context, purchase: 3n } })
    await refuse({}, proof.subarray(1))
    await refuse({ ciphertexts: new Uint8Array(3 * length) })
    await refuse({ ciphertexts: bigIntToBytes(publicKey.n, 3 * length) })
    await rejection('crypto.invalid-ciphertext', engine.verifyDecryption(publicKey, { ...claim, ciphertexts: new Uint8Array(5) }, proof))
    await rejection('crypto.proof-invalid', engine.proveDecryption(keyPair, { ...claim, plaintexts: [1n, -2n, 4n] }))
  })

  it('can be cancelled', async () => {
    await rejection('runtime.cancelled', engine.createCertificate(keyPair, { signal: AbortSignal.abort() }))
  })
})
