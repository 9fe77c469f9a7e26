import { bigIntToBytes, bitLength, bytesToBigInt, ciphertextLength } from './bytes.ts'
import { CryptoError } from './errors.ts'
import { integerSquareRoot, modularInverse, powerByBigInt, residue, type ModularPower } from './modular.ts'
import { gcd } from './rational.ts'
import type { KeyBits, PaillierKeyPair, PaillierPublicKey } from './types.ts'

export const keyLengths: readonly KeyBits[] = [2048, 3072, 4096]

/** A public key with what every operation under it needs. */
export interface PreparedPublicKey extends PaillierPublicKey {
  readonly nSquared: bigint
  /** Bytes of one ciphertext. */
  readonly ciphertextBytes: number
}

/** One prime's half of a private key, for the Chinese remainder theorem. */
export interface PrivateHalf {
  readonly prime: bigint
  readonly square: bigint
  /** L((1+n)^(prime−1) mod prime²)⁻¹ mod prime [Pai99, section 7]. */
  readonly h: bigint
}

/** A key pair with what its owner's operations need. `foreign` keys, without the strict conditions, can be prepared too. */
export interface PreparedPrivateKey extends PreparedPublicKey {
  readonly p: PrivateHalf
  readonly q: PrivateHalf
  /** p⁻¹ mod q. */
  readonly pInverse: bigint
  /** (p²)⁻¹ mod q². */
  readonly pSquareInverse: bigint
}

const refuse = (why: string): never => {
  throw new CryptoError('invalid-key', why)
}

const findKeyBits = (bits: number): KeyBits | null => keyLengths.find((length) => length === bits) ?? null

const parseKeyBits = (bits: number): KeyBits =>
  findKeyBits(bits) ?? refuse(`keys have ${keyLengths.join(', ')} bits, this one has ${bits}`)

/**
 * Whether `candidate` is a strong probable prime to the bases 2, 3 and 5 (Miller–Rabin). Enough for the two uses made of it:
 * to notice a damaged key of one's own, and to refuse a prime modulus [DLP93]. No proof against a prime chosen by an enemy.
 */
const isProbablePrime = (candidate: bigint, power: ModularPower): boolean => {
  let odd = candidate - 1n
  let twos = 0
  while (odd % 2n === 0n) [odd, twos] = [odd / 2n, twos + 1]
  return [2n, 3n, 5n].every((base) => {
    let x = power(base, odd, candidate)
    for (let i = 0; i < twos; i += 1) {
      if (x === candidate - 1n || (i === 0 && x === 1n)) return true
      x = (x * x) % candidate
    }
    return false
  })
}

/** The least prime factor up to 65,537, or null. */
const findSmallFactor = (n: bigint): number | null => {
  const limit = 65_537
  const composite = new Uint8Array(limit + 1)
  for (let candidate = 2; candidate <= limit; candidate += 1) {
    if (composite[candidate] === 1) continue
    if (n % BigInt(candidate) === 0n) return candidate
    for (let multiple = candidate * candidate; multiple <= limit; multiple += candidate) composite[multiple] = 1
  }
  return null
}

/**
 * Throws `invalid-key` unless n could be an honest modulus: of an allowed and exactly stated length, odd, with no prime factor
 * up to 65,537, not prime, not a square (S11). What cannot be seen from n alone, gcd(n, φ(n)) = 1, is the key certificate's.
 */
export const assertPublicKey = ({ n, bits }: PaillierPublicKey, power: ModularPower = powerByBigInt): void => {
  parseKeyBits(bits)
  if (n <= 0n || bitLength(n) !== bits) refuse(`the modulus has ${bitLength(n)} bits, the key says ${bits}`)
  if (n % 2n === 0n) refuse('the modulus is even')
  const factor = findSmallFactor(n)
  if (factor !== null) refuse(`the modulus is divisible by ${factor}`)
  if (integerSquareRoot(n) ** 2n === n) refuse('the modulus is a square')
  if (isProbablePrime(n, power)) refuse('the modulus is prime')
}

const assertConsistent = ({ publicKey: { n, bits }, p, q }: PaillierKeyPair): void => {
  parseKeyBits(bits)
  if (p < 3n || q < 3n || p * q !== n) refuse('the modulus is not the product of the two primes')
  if (bitLength(n) !== bits) refuse(`the modulus has ${bitLength(n)} bits, the key says ${bits}`)
  if (bitLength(p) !== bits / 2 || bitLength(q) !== bits / 2) refuse('the primes are not of half the key\'s length each')
  if (p === q || gcd(n, (p - 1n) * (q - 1n)) !== 1n) refuse('n and φ(n) share a factor')
}

/**
 * Throws `invalid-key` unless a key pair keeps every condition of S11: n = p·q of an allowed length; p and q prime, of equal
 * length, ≡ 3 mod 4, with gcd(p−1, q−1) = 2 (so that a short-exponent base generates the n-th powers of Jacobi symbol 1 [DJN10,
 * section 4.2]); |p − q| > 2^(bits/2 − 100) (against Fermat's factoring; FIPS 186-5, A.1.3); gcd(n, φ(n)) = 1 [Pai99, DJ01].
 */
export const assertKeyPair = (key: PaillierKeyPair, power: ModularPower = powerByBigInt): void => {
  assertConsistent(key)
  const { p, q, publicKey } = key
  if (p % 4n !== 3n || q % 4n !== 3n) refuse('the primes are not both 3 modulo 4')
  if (gcd(p - 1n, q - 1n) !== 2n) refuse('p − 1 and q − 1 share a factor other than 2')
  const distance = p > q ? p - q : q - p
  if (bitLength(distance) <= publicKey.bits / 2 - 100) refuse('the primes are too close to each other')
  if (!isProbablePrime(p, power) || !isProbablePrime(q, power)) refuse('a factor of the modulus is not prime')
}

/** The key pair of two primes. Throws `invalid-key` as `assertKeyPair` does. */
export const createKeyPair = (p: bigint, q: bigint, power: ModularPower = powerByBigInt): PaillierKeyPair => {
  const n = p * q
  const key = { publicKey: { n, bits: parseKeyBits(bitLength(n)) }, p, q }
  assertKeyPair(key, power)
  return key
}

/** Computes what operations under a public key need. Throws `invalid-key` for a wrong length or an even modulus only. */
export const preparePublicKey = ({ n, bits }: PaillierPublicKey): PreparedPublicKey => {
  parseKeyBits(bits)
  if (bitLength(n) !== bits || n % 2n !== 1n) refuse(`the modulus is not an odd number of ${bits} bits`)
  return { n, bits, nSquared: n * n, ciphertextBytes: ciphertextLength(bits) }
}

/**
 * h = L(g^(p−1) mod p²)⁻¹ mod p with L(x) = (x − 1)/p [Pai99, section 7]. For g = 1 + n: g^(p−1) ≡ 1 + (p−1)·n ≡ 1 − p·other
 * mod p², so h = (−other)⁻¹ mod p.
 */
const prepareHalf = (prime: bigint, other: bigint): PrivateHalf => ({
  prime,
  square: prime * prime,
  h: modularInverse(residue(-other, prime), prime),
})

/**
 * Computes what the owner's operations need. Throws `invalid-key` where n ≠ p·q, lengths differ or gcd(n, φ(n)) ≠ 1; a foreign
 * key whose primes are not ≡ 3 mod 4 still encrypts and decrypts. Not constant-time: done once, with nothing an enemy chose.
 */
export const preparePrivateKey = (key: PaillierKeyPair): PreparedPrivateKey => {
  assertConsistent(key)
  const p = prepareHalf(key.p, key.q)
  const q = prepareHalf(key.q, key.p)
  return {
    ...preparePublicKey(key.publicKey),
    p,
    q,
    pInverse: modularInverse(p.prime, q.prime),
    pSquareInverse: modularInverse(p.square, q.square),
  }
}

/** n as bits/8 big-endian bytes: the form that is hashed and sent. */
export const publicKeyToBytes = ({ n, bits }: PaillierPublicKey): Uint8Array => bigIntToBytes(n, bits / 8)

/** Reads what `publicKeyToBytes` wrote. Throws `invalid-key` for a wrong length; does not judge n (`assertPublicKey`). */
export const publicKeyFromBytes = (bytes: Uint8Array): PaillierPublicKey => {
  const { n, bits } = preparePublicKey({ n: bytesToBigInt(bytes), bits: parseKeyBits(bytes.length * 8) })
  return { n, bits }
}

/** p ‖ q, big-endian, of half the key's length each. Secret. */
export const keyPairToBytes = ({ p, q, publicKey: { bits } }: PaillierKeyPair): Uint8Array => {
  const bytes = new Uint8Array(bits / 8)
  bytes.set(bigIntToBytes(p, bits / 16), 0)
  bytes.set(bigIntToBytes(q, bits / 16), bits / 16)
  return bytes
}

/** Reads what `keyPairToBytes` wrote. Throws `invalid-key` where the bytes are no consistent key pair. */
export const keyPairFromBytes = (bytes: Uint8Array): PaillierKeyPair => {
  const bits = parseKeyBits(bytes.length * 8)
  const p = bytesToBigInt(bytes.subarray(0, bits / 16))
  const q = bytesToBigInt(bytes.subarray(bits / 16))
  const key = { publicKey: { n: p * q, bits }, p, q }
  assertConsistent(key)
  return key
}

/** The key's id: SHA-256 of n as bits/8 big-endian bytes. The hash is passed in, since this room knows no platform. */
export const computeKeyId = ({ n, bits }: PaillierPublicKey, sha256: (bytes: Uint8Array) => Uint8Array): Uint8Array =>
  sha256(publicKeyToBytes({ n, bits }))
