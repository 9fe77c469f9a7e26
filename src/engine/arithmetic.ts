import { joinIntegers, splitIntegers } from '../crypto/bytes.ts'
import type { PreparedPrivateKey, PreparedPublicKey } from '../crypto/keys.ts'
import { at } from '../crypto/lists.ts'
import type { ModularPower } from '../crypto/modular.ts'
import {
  add, assertCiphertexts, encrypt, encryptAsOwner, evaluateLinearForms, findInvalidCiphertext, parseCiphertexts, scale, subtract,
} from '../crypto/paillier.ts'
import type { RandomBytes } from '../crypto/random.ts'
import type { LinearForm } from '../crypto/types.ts'

export type PreparedKey = PreparedPublicKey | PreparedPrivateKey

export const isPrivate = (key: PreparedKey): key is PreparedPrivateKey => 'p' in key

/**
 * What a backend may do in its own way; everything else is crypto/'s with the backend's `power`. Ciphertexts and residues mod n are
 * big-endian, of fixed length, end to end. `firstIndex` is what errors call the first ciphertext. Throws CryptoError.
 */
export interface Arithmetic {
  readonly power: ModularPower
  /** Fresh encryptions: by the owner's way for a private key. */
  encrypt(key: PreparedKey, residues: Uint8Array): Uint8Array
  combine(operation: 'add' | 'subtract', key: PreparedPublicKey, a: Uint8Array, b: Uint8Array, firstIndex: number): Uint8Array
  scale(key: PreparedPublicKey, ciphertexts: Uint8Array, factors: readonly bigint[], firstIndex: number): Uint8Array
  evaluate(key: PreparedPublicKey, ciphertexts: Uint8Array, forms: readonly LinearForm[]): Uint8Array
  /** The index of the first that is no ciphertext, or null. */
  findInvalid(key: PreparedPublicKey, ciphertexts: Uint8Array): number | null
}

const parseValid = (key: PreparedPublicKey, bytes: Uint8Array, firstIndex: number): bigint[] => {
  const ciphertexts = parseCiphertexts(key, bytes)
  assertCiphertexts(key, ciphertexts, firstIndex)
  return ciphertexts
}

/** crypto/'s own functions over BigInt: what every other arithmetic must agree with, byte for byte where nothing is random. */
export const createReferenceArithmetic = (power: ModularPower, randomBytes: RandomBytes): Arithmetic => ({
  power,
  encrypt: (key, residues) => joinIntegers(splitIntegers(residues, key.bits / 8).map((m) =>
    isPrivate(key) ? encryptAsOwner(key, m, randomBytes, power) : encrypt(key, m, randomBytes, power)), key.ciphertextBytes),
  combine: (operation, key, a, b, firstIndex) => {
    const others = parseValid(key, b, firstIndex)
    const combineTwo = operation === 'add' ? add : subtract
    return joinIntegers(parseValid(key, a, firstIndex).map((c, i) => combineTwo(key, c, at(others, i))), key.ciphertextBytes)
  },
  scale: (key, ciphertexts, factors, firstIndex) =>
    joinIntegers(parseValid(key, ciphertexts, firstIndex).map((c, i) => scale(key, c, at(factors, i), power)), key.ciphertextBytes),
  evaluate: (key, ciphertexts, forms) =>
    joinIntegers(evaluateLinearForms(key, parseCiphertexts(key, ciphertexts), forms, power), key.ciphertextBytes),
  findInvalid: (key, ciphertexts) => findInvalidCiphertext(key, parseCiphertexts(key, ciphertexts)),
})
