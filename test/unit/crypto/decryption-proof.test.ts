import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  assertDecryption, decryptionProofBytes, decryptionProofFromBytes, decryptionProofToBytes, proveDecryption, type DecryptionProof,
  type DecryptionStatement,
} from '../../../src/crypto/decryption-proof.ts'
import { encrypt, evaluateLinearForms } from '../../../src/crypto/paillier.ts'
import { preparePrivateKey } from '../../../src/crypto/keys.ts'
import { createNodeCryptoPower } from '../../../src/engine/node-crypto-power.ts'
import { expectCryptoError, key, keyPairOf, random, vectors } from './fixtures.ts'
import { sha256 } from './proof-fixtures.ts'

const power = createNodeCryptoPower()
const answerBits = 192

const bytes = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill)
const context = { chainId: 31_337n, contract: bytes(20, 1), purchase: 7n, datasetRoot: bytes(32, 2), requestHash: bytes(32, 3) }

const stateOf = (plaintexts: readonly bigint[], ownKey = key): DecryptionStatement =>
  ({ context, plaintexts, ciphertexts: plaintexts.map((m) => encrypt(ownKey, m, random, power)), answerBits })
const prove = (statement: DecryptionStatement): DecryptionProof => proveDecryption(key, statement, sha256, random, power)
const verify = (statement: DecryptionStatement, proof: DecryptionProof): void => { assertDecryption(key, statement, proof, sha256, power) }
const refused = (statement: DecryptionStatement, proof: DecryptionProof): string =>
  expectCryptoError('invalid-proof', () => { verify(statement, proof) }).message

const statement = stateOf([5n, -17n, 0n, 1n << 192n])
const proof = prove(statement)

describe('a proof of correct decryption (S13)', () => {
  it('of true plaintexts is accepted, whatever they are and however many', () => {
    fc.assert(fc.property(fc.array(fc.bigInt({ min: -(1n << 192n), max: 1n << 192n }), { minLength: 1, maxLength: 9 }), (plaintexts) => {
      const true_ = stateOf(plaintexts)
      verify(true_, prove(true_))
    }), { numRuns: 6 })
  })

  it('is accepted for what a program computes, which nobody rerandomised, and for constants', () => {
    const inputs = [3n, 4n].map((m) => encrypt(key, m, random, power))
    const forms = [
      { runs: [{ start: 0, count: 2, weight: 5n }], constant: -1n },
      { runs: [], constant: 1n },
      { runs: [{ start: 1, count: 1, weight: -2n }], constant: 0n },
    ]
    const computed = { context, plaintexts: [34n, 1n, -8n], ciphertexts: evaluateLinearForms(key, inputs, forms, power), answerBits }
    verify(computed, prove(computed))
  })

  it('works under every length of key', () => {
    for (const vector of vectors.keys.filter(({ bits }) => bits > 2048)) {
      const long = preparePrivateKey(keyPairOf(vector))
      const claim = stateOf([9n, -9n], long)
      assertDecryption(long, claim, proveDecryption(long, claim, sha256, random, power), sha256, power)
    }
  })

  it('comes through its bytes unchanged, and as bytes of its one length only', () => {
    const encoded = decryptionProofToBytes(proof, 2048)
    expect(encoded).toHaveLength(decryptionProofBytes(2048))
    expect(decryptionProofFromBytes(encoded, 2048)).toEqual(proof)
    for (const wrong of [encoded.subarray(1), Uint8Array.of(...encoded, 0), new Uint8Array(0)]) {
      expectCryptoError('invalid-proof', () => decryptionProofFromBytes(wrong, 2048))
    }
  })

  it('is different each time, since its randomness is', () => {
    expect(prove(statement)).not.toEqual(proof)
  })

  const flip = (field: Uint8Array, at: number): Uint8Array => field.map((byte, index) => (index === at ? byte ^ 1 : byte))

  it('breaks when any field it is bound to is changed', () => {
    const changed: readonly Partial<typeof context>[] = [
      { chainId: 1n }, { purchase: 8n },
      ...[0, 19].map((at) => ({ contract: flip(context.contract, at) })),
      ...[0, 31].map((at) => ({ datasetRoot: flip(context.datasetRoot, at) })),
      ...[0, 31].map((at) => ({ requestHash: flip(context.requestHash, at) })),
      // The same bytes end to end, cut elsewhere.
      { contract: context.contract.subarray(0, 19), datasetRoot: Uint8Array.of(1, ...context.datasetRoot) },
      { datasetRoot: context.requestHash, requestHash: context.datasetRoot },
    ]
    for (const change of changed) refused({ ...statement, context: { ...context, ...change } }, proof)
  })

  it('breaks when any plaintext or ciphertext is changed, left out, repeated or exchanged', () => {
    const { plaintexts, ciphertexts } = statement
    plaintexts.forEach((_, cell) => {
      refused({ ...statement, plaintexts: plaintexts.map((m, index) => (index === cell ? m - 1n : m)) }, proof)
      refused({ ...statement, ciphertexts: ciphertexts.map((c, index) => (index === cell ? (c * (1n + key.n)) % key.nSquared : c)) }, proof)
      // The same plaintext under another ciphertext.
      const fresh = power(2n, key.n, key.nSquared)
      refused({ ...statement, ciphertexts: ciphertexts.map((c, index) => (index === cell ? (c * fresh) % key.nSquared : c)) }, proof)
    })
    const [first = 0n, second = 0n, ...rest] = plaintexts
    expect(refused({ ...statement, plaintexts: [second, first, ...rest] }, proof)).toContain('not what the ciphertexts decrypt to')
    expect(refused({ ...statement, plaintexts: rest }, proof)).toContain('2 plaintexts are claimed for 4')
    refused({ ...statement, plaintexts: rest, ciphertexts: ciphertexts.slice(2) }, proof)
    refused({ ...statement, plaintexts: [], ciphertexts: [] }, proof)
    refused({ ...statement, plaintexts: [...plaintexts, first], ciphertexts: [...ciphertexts, ciphertexts[0] ?? 0n] }, proof)
  })

  it('breaks under another key', () => {
    for (const vector of vectors.keys.filter(({ bits }) => bits > 2048)) {
      const other = preparePrivateKey(keyPairOf(vector))
      expectCryptoError('invalid-proof', () => { assertDecryption(other, statement, proof, sha256, power) })
    }
  })

  it('breaks when a bit of e or z is changed', () => {
    for (const bit of [0n, 1n, 64n, 127n]) refused(statement, { ...proof, e: proof.e ^ (1n << bit) })
    for (const bit of [0n, 1n, 1000n, 2040n]) refused(statement, { ...proof, z: proof.z ^ (1n << bit) })
  })

  it('is refused with z outside [1, n), or with z or a ciphertext that shares a factor with n', () => {
    for (const z of [0n, -proof.z, key.n, proof.z + key.n]) expect(refused(statement, { ...proof, z })).toContain('between 0 and n')
    expect(refused(statement, { ...proof, z: key.p.prime })).toContain('shares a factor')
    const [, ...rest] = statement.ciphertexts
    expect(refused({ ...statement, ciphertexts: [key.q.prime, ...rest] }, proof)).toContain('shares a factor')
    for (const c of [0n, -1n, key.nSquared]) expect(refused({ ...statement, ciphertexts: [c, ...rest] }, proof)).toContain('between 0 and n²')
  })

  it('is refused for plaintexts beyond the listing\'s bound, and for bounds too near to n to be binding', () => {
    expect(refused({ ...statement, plaintexts: [(1n << 192n) + 1n, ...statement.plaintexts.slice(1)] }, proof)).toContain('larger than 192 bits')
    expect(refused({ ...statement, plaintexts: [-(1n << 192n) - 1n, ...statement.plaintexts.slice(1)] }, proof)).toContain('larger than 192 bits')
    // Four cells: B + 257 + 2 < 2048.
    const largest = { ...statement, answerBits: 1788 }
    verify(largest, prove(largest))
    expect(refused({ ...statement, answerBits: 1789 }, proof)).toContain('too large for a proof')
    const single = { ...stateOf([1n]), answerBits: 1790 }
    verify(single, prove(single))
    expect(expectCryptoError('invalid-proof', () => prove({ ...single, answerBits: 1791 })).message).toContain('too large for a proof')
  })

  it('cannot be made for a lie, not even by the key\'s owner', () => {
    const { plaintexts } = statement
    for (const lie of [[6n, ...plaintexts.slice(1)], [...plaintexts].reverse(), plaintexts.map((m) => m - 1n)]) {
      expectCryptoError('invalid-proof', () => prove({ ...statement, plaintexts: lie }))
    }
  })

  it('does not leave a machine that computed a root wrongly, and is not made without randomness', () => {
    expectCryptoError('invalid-proof', () => proveDecryption({ ...key, pInverse: key.pInverse + 1n }, statement, sha256, random, power))
    expectCryptoError('randomness-failed', () => proveDecryption(key, statement, sha256, (count) => new Uint8Array(count), power))
  })
})
