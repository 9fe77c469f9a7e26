import { splitIntegers } from './bytes.ts'
import { plaintextLimit } from './encoding.ts'
import { CryptoError } from './errors.ts'
import type { PreparedPrivateKey, PreparedPublicKey, PrivateHalf } from './keys.ts'
import { centredResidue, inverseModuloSquare, multiPower, residue, type ModularPower } from './modular.ts'
import { randomBelow, randomUnit, type RandomBytes } from './random.ts'
import { gcd } from './rational.ts'
import type { LinearForm, WeightedRun } from './types.ts'

/** (1 + n)^m = 1 + m·n mod n² [DJ01, section 3], for m of either sign. */
const messageFactor = ({ n, nSquared }: PreparedPublicKey, m: bigint): bigint => (1n + residue(m, n) * n) % nSquared

/** Throws `plaintext-out-of-range`, naming the index, unless every |m| ≤ ⌊n/3⌋. */
export const assertPlaintexts = ({ n }: PreparedPublicKey, plaintexts: readonly bigint[]): void => {
  const limit = plaintextLimit(n)
  plaintexts.forEach((m, index) => {
    if (m > limit || m < -limit) {
      throw new CryptoError('plaintext-out-of-range', `the magnitude of plaintext ${index} is above a third of the modulus`, index)
    }
  })
}

/**
 * c = (1 + n)^m · rⁿ mod n² [Pai99, section 4, with g = 1 + n; DJ01]. `r` is a unit modulo n, uniform and fresh for a real
 * encryption. Time depends on `power` (of r, secret) and, slightly, on m through BigInt's products.
 */
export const encryptWith = (key: PreparedPublicKey, m: bigint, r: bigint, power: ModularPower): bigint =>
  (messageFactor(key, m) * power(r, key.n, key.nSquared)) % key.nSquared

/** Encrypts with the public key alone, r uniform in Z*ₙ: `encryptWith`'s equation and remarks. Throws `randomness-failed`. */
export const encrypt = (key: PreparedPublicKey, m: bigint, randomBytes: RandomBytes, power: ModularPower): bigint =>
  encryptWith(key, m, randomUnit(key.n, randomBytes), power)

/** The x in [0, a·b) with x ≡ xa mod a and x ≡ xb mod b, by Garner; `aInverse` is a⁻¹ mod b. */
export const combineResidues = (xa: bigint, xb: bigint, a: bigint, b: bigint, aInverse: bigint): bigint =>
  xa + a * residue((xb - xa) * aInverse, b)

/**
 * The n-th power modulo n² that is sᵖ mod p² and tᵠ mod q² for units s mod p, t mod q. For s, t uniform it is distributed exactly
 * as rⁿ: rⁿ mod p² depends on r mod p alone, equals (r^q mod p)ᵖ mod p², and r ↦ r^q permutes Z*ₚ since gcd(n, φ(n)) = 1.
 */
export const nthPowerFromHalves = (key: PreparedPrivateKey, s: bigint, t: bigint, power: ModularPower): bigint => {
  const modP = power(s, key.p.prime, key.p.square)
  const modQ = power(t, key.q.prime, key.q.square)
  return combineResidues(modP, modQ, key.p.square, key.q.square, key.pSquareInverse)
}

const randomNthPower = (key: PreparedPrivateKey, randomBytes: RandomBytes, power: ModularPower): bigint =>
  nthPowerFromHalves(key, randomBelow(key.p.prime - 1n, randomBytes) + 1n, randomBelow(key.q.prime - 1n, randomBytes) + 1n, power)

/**
 * Encrypts as the key's owner: `encrypt`'s exact distribution at a fraction of its cost, by `nthPowerFromHalves` [Pai99, section 7,
 * applied to encryption]. Throws `randomness-failed`. The products outside `power` are BigInt's: not constant-time.
 */
export const encryptAsOwner = (key: PreparedPrivateKey, m: bigint, randomBytes: RandomBytes, power: ModularPower): bigint =>
  (messageFactor(key, m) * randomNthPower(key, randomBytes, power)) % key.nSquared

/** m mod prime = L(c^(prime−1) mod prime²)·h mod prime [Pai99, section 7], with L(x) = (x − 1)/prime, defined for x ≡ 1 only. */
const decryptHalf = (c: bigint, { prime, square, h }: PrivateHalf, power: ModularPower): bigint => {
  const x = power(c % square, prime - 1n, square)
  if (x % prime !== 1n) throw new CryptoError('decryption-check-failed', 'a power computed for a decryption came out wrong')
  return (((x - 1n) / prime) * h) % prime
}

/** Whether c ≡ (1 + n)^m · (c mod prime)^prime modulo prime²: true for every valid c and its plaintext, whoever encrypted. */
const encryptsModuloSquare = (c: bigint, m: bigint, n: bigint, { prime, square }: PrivateHalf, power: ModularPower): boolean =>
  (power(c % prime, prime, square) * (1n + (m % square) * n)) % square === c % square

/** A secret number b and a fresh encryption β of it, never used for another ciphertext. */
export interface BlindingPair {
  readonly b: bigint
  readonly beta: bigint
}

/** Gives a pair for every ciphertext that is decrypted under one key. */
export type Blinding = () => BlindingPair

// OpenSSL draws anew after 32 uses; 256 make the cost of drawing, that of a decryption, negligible.
const pairsPerDraw = 256

/**
 * Blinding for one key: a pair drawn exactly, then squared from use to use as OpenSSL's RSA blinding is [Koc96], drawn anew after 256.
 * Not constant-time outside `power`: BigInt's products, on secret values. Throws `randomness-failed`.
 */
export const createBlinding = (key: PreparedPrivateKey, randomBytes: RandomBytes, power: ModularPower): Blinding => {
  const { n, nSquared } = key
  let left = 0
  let pair: BlindingPair = { b: 0n, beta: 1n }
  return () => {
    if (left === 0) {
      const b = randomBelow(n, randomBytes)
      pair = { b, beta: encryptAsOwner(key, b, randomBytes, power) }
      left = pairsPerDraw
    } else {
      pair = { b: (2n * pair.b) % n, beta: (pair.beta * pair.beta) % nSquared }
    }
    left -= 1
    return pair
  }
}

/**
 * Decrypts to centred residues in (−n/2, n/2], by CRT [Pai99, section 7].
 *
 * Blinded: what is raised to a secret power is cᵢ·β for an encryption β of a secret b; b is taken off the plaintext. So the bases are
 * unknown to whoever chose the ciphertexts.
 *
 * Self-checked: a wrong half would betray p and q [BDL97]. The product of all cᵢ, blinded by a pair of its own, is re-encrypted from
 * Σ mᵢ by other powers (ωᵖ for ω = Π cᵢ mod p) and must come out as it was; one check serves the batch, since a single wrong mᵢ
 * makes Σ mᵢ wrong and several random faults cancel with probability 1/n only.
 *
 * Precondition: `ciphertexts` are valid (`assertCiphertexts`). Throws `decryption-check-failed`: nothing is released then, and the
 * blinding is not to be used again; `randomness-failed`. Not constant-time outside `power`: BigInt's products and reductions, on
 * blinded values.
 */
export const decryptBlinded = (
  key: PreparedPrivateKey, ciphertexts: readonly bigint[], blind: Blinding, power: ModularPower,
): bigint[] => {
  const { n, nSquared, p, q } = key
  const first = blind()
  let check = { c: first.beta, m: first.b }
  const plaintexts = ciphertexts.map((c) => {
    const { b, beta } = blind()
    const blinded = (c * beta) % nSquared
    const [mp, mq] = [decryptHalf(blinded, p, power), decryptHalf(blinded, q, power)]
    const m = residue(combineResidues(mp, mq, p.prime, q.prime, key.pInverse) - b, n)
    check = { c: (check.c * c) % nSquared, m: (check.m + m) % n }
    return m
  })
  if (!encryptsModuloSquare(check.c, check.m, n, p, power) || !encryptsModuloSquare(check.c, check.m, n, q, power)) {
    throw new CryptoError('decryption-check-failed', 'a decryption did not re-encrypt to its ciphertext; its result was thrown away')
  }
  return plaintexts.map((m) => centredResidue(m, n))
}

/** `decryptBlinded` with blinding of its own. */
export const decrypt = (
  key: PreparedPrivateKey,
  ciphertexts: readonly bigint[],
  randomBytes: RandomBytes,
  power: ModularPower,
): bigint[] => decryptBlinded(key, ciphertexts, createBlinding(key, randomBytes, power), power)

/** Enc(a + b) = ca·cb mod n² [Pai99, section 8]. */
export const add = ({ nSquared }: PreparedPublicKey, ca: bigint, cb: bigint): bigint => (ca * cb) % nSquared

/** c⁻¹ mod n², an encryption of −m. Throws `invalid-ciphertext` where c is not a unit. Not constant-time: c is public. */
export const negate = ({ n, nSquared }: PreparedPublicKey, c: bigint): bigint => {
  try {
    return inverseModuloSquare(c, n, nSquared)
  } catch {
    throw new CryptoError('invalid-ciphertext', 'a ciphertext shares a factor with the modulus')
  }
}

/** Enc(a − b) = ca·cb⁻¹ mod n². Throws `invalid-ciphertext` where cb is not a unit. */
export const subtract = (key: PreparedPublicKey, ca: bigint, cb: bigint): bigint => add(key, ca, negate(key, cb))

/** Enc(k·m) = cᵏ mod n² for signed k [Pai99, section 8]; 1, the encryption of 0 with r = 1, for k = 0. For public k. */
export const scale = (key: PreparedPublicKey, c: bigint, k: bigint, power: ModularPower): bigint =>
  k < 0n ? negate(key, power(c, -k, key.nSquared)) : power(c, k, key.nSquared)

/** Enc(m + k) = c·(1 + n)^k mod n² for signed k [Pai99, section 8]. */
export const addPlain = (key: PreparedPublicKey, c: bigint, k: bigint): bigint => add(key, c, messageFactor(key, k))

/** c·rⁿ mod n², r uniform in Z*ₙ: the same plaintext, unlinkable to c [Pai99, section 8, "self-blinding"]. */
export const rerandomise = (key: PreparedPublicKey, c: bigint, randomBytes: RandomBytes, power: ModularPower): bigint =>
  add(key, c, encrypt(key, 0n, randomBytes, power))

/** The index of the first that is not 0 < c < n² with gcd(c, n) = 1, or null. One gcd serves them all where they are sound. */
export const findInvalidCiphertext = ({ n, nSquared }: PreparedPublicKey, ciphertexts: readonly bigint[]): number | null => {
  const outside = ciphertexts.findIndex((c) => c <= 0n || c >= nSquared)
  const inside = outside < 0 ? ciphertexts : ciphertexts.slice(0, outside)
  if (gcd(inside.reduce((product, c) => (product * c) % n, 1n), n) !== 1n) {
    return inside.findIndex((c) => gcd(c, n) !== 1n)
  }
  return outside < 0 ? null : outside
}

/** The error for the ciphertext at `index`. */
export const invalidCiphertextError = (index: number): CryptoError =>
  new CryptoError('invalid-ciphertext', `ciphertext ${index} is not a unit between 0 and n²`, index)

/**
 * Throws `invalid-ciphertext`, naming the first, unless all are 0 < c < n² with gcd(c, n) = 1 (protocol.md, "Ciphertext hygiene").
 * `firstIndex` is what the first of them is called, where they are part of more.
 */
export const assertCiphertexts = (key: PreparedPublicKey, ciphertexts: readonly bigint[], firstIndex = 0): void => {
  const index = findInvalidCiphertext(key, ciphertexts)
  if (index !== null) throw invalidCiphertextError(firstIndex + index)
}

/** Reads ciphertexts of the key's fixed length, end to end. Throws `invalid-ciphertext` where the bytes do not divide so. */
export const parseCiphertexts = ({ ciphertextBytes }: PreparedPublicKey, bytes: Uint8Array): bigint[] => {
  if (bytes.length % ciphertextBytes !== 0) {
    throw new CryptoError('invalid-ciphertext', `${bytes.length} bytes are not a whole number of ciphertexts of ${ciphertextBytes} bytes`)
  }
  return splitIntegers(bytes, ciphertextBytes)
}

interface Term {
  readonly base: bigint
  readonly weight: bigint
}

/** A run of equal weights costs one product per cell and one power: it becomes a single term. */
const termOfRun = ({ nSquared }: PreparedPublicKey, ciphertexts: readonly bigint[], { start, count, weight }: WeightedRun): Term => {
  const base = ciphertexts.slice(start, start + count).reduce((product, c) => (product * c) % nSquared)
  return { base, weight }
}

const productOfTerms = ({ nSquared }: PreparedPublicKey, terms: readonly Term[], power: ModularPower): bigint => {
  const [only] = terms
  if (only !== undefined && terms.length === 1) return power(only.base, only.weight, nSquared)
  return multiPower(terms.map((term) => term.base), terms.map((term) => term.weight), nSquared)
}

const evaluateForm = (
  key: PreparedPublicKey,
  ciphertexts: readonly bigint[],
  { runs, constant }: LinearForm,
  power: ModularPower,
): bigint => {
  const outside = runs.find(({ start, count }) => start < 0 || count < 1 || start + count > ciphertexts.length)
  if (outside !== undefined) {
    throw new CryptoError('invalid-argument', `a run of ${outside.count} from ${outside.start} is outside the ${ciphertexts.length} ciphertexts`)
  }
  const terms = runs.map((run) => termOfRun(key, ciphertexts, run))
  const positive = productOfTerms(key, terms.filter(({ weight }) => weight > 0n), power)
  const negative = terms.filter(({ weight }) => weight < 0n).map(({ base, weight }) => ({ base, weight: -weight }))
  return addPlain(key, negative.length === 0 ? positive : subtract(key, positive, productOfTerms(key, negative, power)), constant)
}

/**
 * For each form Π cᵢ^wᵢ · (1 + n)^constant mod n² [Pai99, section 8], an encryption of Σ wᵢ·mᵢ + constant: negative weights are
 * gathered apart and inverted once. Deterministic (not rerandomised): equal forms over equal ciphertexts give equal results, in
 * whatever order they are computed. Throws `invalid-ciphertext` where a ciphertext is out of range or one that takes part is not a
 * unit (then, and only then, a result is not: one gcd serves all); `invalid-argument` for a run outside the ciphertexts.
 * Not constant-time: ciphertexts and weights are public.
 */
export const evaluateLinearForms = (
  key: PreparedPublicKey,
  ciphertexts: readonly bigint[],
  forms: readonly LinearForm[],
  power: ModularPower,
): bigint[] => {
  const outOfRange = ciphertexts.some((c) => c <= 0n || c >= key.nSquared)
  const results = outOfRange ? [] : forms.map((form) => evaluateForm(key, ciphertexts, form, power))
  if (outOfRange || findInvalidCiphertext(key, results) !== null) {
    throw new CryptoError('invalid-ciphertext', 'a ciphertext is not a unit between 0 and n²')
  }
  return results
}
