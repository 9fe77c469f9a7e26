import { bigIntToBytes, bitLength, bytesToBigInt, joinIntegers } from './bytes.ts'
import { CryptoError } from './errors.ts'
import { publicKeyToBytes, type PreparedPrivateKey, type PreparedPublicKey } from './keys.ts'
import { at } from './lists.ts'
import { inverseModuloSquare, modularInverse, multiPower, residue, type ModularPower } from './modular.ts'
import { nthRoot } from './nth-root.ts'
import { randomUnit, type RandomBytes } from './random.ts'
import { gcd } from './rational.ts'
import { asciiBytes, encodeFields, uint32Bytes, type Sha256 } from './transcript.ts'
import type { KeyBits } from './types.ts'

/** The one trade a proof belongs to; hashes and addresses as bytes. */
export interface ProofContext {
  readonly chainId: bigint
  readonly contract: Uint8Array
  readonly purchase: bigint
  readonly datasetRoot: Uint8Array
  readonly requestHash: Uint8Array
}

/** What is proved: that each ciphertext decrypts to its plaintext. */
export interface DecryptionStatement {
  readonly context: ProofContext
  readonly ciphertexts: readonly bigint[]
  /** Centred: |m| ≤ 2^answerBits. */
  readonly plaintexts: readonly bigint[]
  /** The listing's public bound B. */
  readonly answerBits: number
}

export interface DecryptionProof {
  readonly e: bigint
  readonly z: bigint
}

const domain = asciiBytes('HEsystem decryption proof')
const version = asciiBytes('dj-batch-1')
const batchTag = asciiBytes('batch exponent')
const challengeTag = asciiBytes('challenge')
const challengeBytes = 16

/** Bytes of an encoded proof under a key of `bits` bits. */
export const decryptionProofBytes = (bits: KeyBits): number => challengeBytes + bits / 8

/** e ‖ z, of fixed length. */
export const decryptionProofToBytes = ({ e, z }: DecryptionProof, bits: KeyBits): Uint8Array =>
  new Uint8Array([...bigIntToBytes(e, challengeBytes), ...bigIntToBytes(z, bits / 8)])

/** Reads what `decryptionProofToBytes` wrote. Throws `invalid-proof` for another length. */
export const decryptionProofFromBytes = (bytes: Uint8Array, bits: KeyBits): DecryptionProof => {
  if (bytes.length !== decryptionProofBytes(bits)) {
    throw new CryptoError('invalid-proof', `a proof under this key has ${decryptionProofBytes(bits)} bytes, not ${bytes.length}`)
  }
  return { e: bytesToBigInt(bytes.subarray(0, challengeBytes)), z: bytesToBigInt(bytes.subarray(challengeBytes)) }
}

const refuse = (why: string, index: number | null = null): never => {
  throw new CryptoError('invalid-proof', why, index)
}

/**
 * Whether proofs of so many answers of so many bits are binding under a key of `bits` bits: B + 257 + ⌈log₂ k⌉ < |n|. With this bound
 * they are so even if n hides a small factor f; without it m + n/f could be proved after about f hashes.
 */
export const isProvable = (cells: number, answerBits: number, bits: KeyBits): boolean =>
  answerBits + 257 + bitLength(BigInt(cells - 1)) < bits

/** What must hold of a statement before a proof of it can mean anything. */
const assertStatement = (key: PreparedPublicKey, { ciphertexts, plaintexts, answerBits }: DecryptionStatement): void => {
  const cells = ciphertexts.length
  if (cells === 0 || plaintexts.length !== cells) refuse(`${plaintexts.length} plaintexts are claimed for ${cells} ciphertexts`)
  if (!isProvable(cells, answerBits, key.bits)) refuse(`answers of ${answerBits} bits are too large for a proof under ${key.bits} bits`)
  const bound = 1n << BigInt(answerBits)
  const outside = plaintexts.findIndex((m) => m > bound || m < -bound)
  if (outside >= 0) refuse(`plaintext ${outside} is larger than ${answerBits} bits`, outside)
  const invalid = ciphertexts.findIndex((c) => c <= 0n || c >= key.nSquared)
  if (invalid >= 0) refuse(`ciphertext ${invalid} is not between 0 and n²`, invalid)
}

const naturalBytes = (value: bigint): Uint8Array => bigIntToBytes(value, 32)

/** Everything that the proof is about, hashed; the exponents and the challenge follow from it. */
const computeSeed = (key: PreparedPublicKey, { context, ciphertexts, plaintexts }: DecryptionStatement, sha256: Sha256): Uint8Array =>
  sha256(encodeFields([
    domain,
    version,
    naturalBytes(context.chainId),
    context.contract,
    naturalBytes(context.purchase),
    context.datasetRoot,
    context.requestHash,
    publicKeyToBytes(key),
    uint32Bytes(ciphertexts.length),
    joinIntegers(ciphertexts, key.ciphertextBytes),
    joinIntegers(plaintexts.map((m) => residue(m, key.n)), key.bits / 8),
  ]))

const shortHash = (sha256: Sha256, fields: readonly Uint8Array[]): bigint =>
  bytesToBigInt(sha256(encodeFields(fields)).subarray(0, challengeBytes))

/** u = Π (cᵢ·(1+n)^(−mᵢ))^tᵢ mod n²: an n-th power if every mᵢ is right, and hardly ever otherwise. */
const combine = (key: PreparedPublicKey, { ciphertexts, plaintexts }: DecryptionStatement, seed: Uint8Array, sha256: Sha256): bigint => {
  const { n, nSquared } = key
  const exponents = ciphertexts.map((_, index) => shortHash(sha256, [batchTag, seed, uint32Bytes(index)]))
  const sum = plaintexts.reduce((total, m, index) => total + m * at(exponents, index), 0n)
  return (multiPower(ciphertexts, exponents, nSquared) * (1n + residue(-sum, n) * n)) % nSquared
}

const challenge = ({ ciphertextBytes }: PreparedPublicKey, seed: Uint8Array, u: bigint, a: bigint, sha256: Sha256): bigint =>
  shortHash(sha256, [challengeTag, seed, bigIntToBytes(u, ciphertextBytes), bigIntToBytes(a, ciphertextBytes)])

/**
 * Checks that a stranger's plaintexts are what the ciphertexts decrypt to: the proof of n-th powers [DJ01], made non-interactive [FS86]
 * and batched (protocol.md, "Proof of correct decryption"). Sound for keys with a certificate. Throws `invalid-proof`.
 */
export const assertDecryption = (
  key: PreparedPublicKey, statement: DecryptionStatement, { e, z }: DecryptionProof, sha256: Sha256, power: ModularPower,
): void => {
  assertStatement(key, statement)
  const { n, nSquared } = key
  if (z < 1n || z >= n) refuse('z is not between 0 and n')
  if (gcd(statement.ciphertexts.reduce((product, c) => (product * c) % n, z), n) !== 1n) refuse('z or a ciphertext shares a factor with n')
  const seed = computeSeed(key, statement, sha256)
  const u = combine(key, statement, seed, sha256)
  const a = (power(z, n, nSquared) * inverseModuloSquare(power(u, e, nSquared), n, nSquared)) % nSquared
  if (challenge(key, seed, u, a, sha256) !== e) refuse('the plaintexts are not what the ciphertexts decrypt to, or the proof was made for something else')
}

/**
 * Proves one's own decryption: v = u^(1/n), s uniform, a = sⁿ, e = H(seed, u, a), z = s·vᵉ. The root is taken of the blinded u·a,
 * and the proof checked before it leaves, since a faulty half betrays p and q. Throws `invalid-proof` where the statement is not
 * true or out of bounds, `randomness-failed`. Not constant-time outside `power`.
 */
export const proveDecryption = (
  key: PreparedPrivateKey, statement: DecryptionStatement, sha256: Sha256, randomBytes: RandomBytes, power: ModularPower,
): DecryptionProof => {
  assertStatement(key, statement)
  const { n, nSquared } = key
  const seed = computeSeed(key, statement, sha256)
  const u = combine(key, statement, seed, sha256)
  const s = randomUnit(n, randomBytes)
  const a = power(s, n, nSquared)
  const e = challenge(key, seed, u, a, sha256)
  const v = (nthRoot(key, (u * a) % n, power) * modularInverse(s, n)) % n
  const proof = { e, z: (s * power(v, e, n)) % n }
  assertDecryption(key, statement, proof, sha256, power)
  return proof
}
