import { createDiffieHellman, type DiffieHellman } from 'node:crypto'
import { bitLength } from '../crypto/bytes.ts'
import { powerByBigInt, type ModularPower } from '../crypto/modular.ts'

// Below this the Diffie–Hellman interface is unreliable (Node 20 answers zeros under 512 bits) and BigInt no slower.
const shortestModulusBits = 1024
// A call costs a fixed 0.1–0.7 ms; BigInt does so short an exponent in less.
const shortestExponentBits = 24
// A worker meets p², q², n² of a key or two; an object more than that is an old key's.
const maximumObjects = 8

const toBuffer = (value: bigint): Buffer => {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}

const fromBuffer = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`)

/**
 * Modular powers by OpenSSL: the Diffie–Hellman secret of private key `exponent` and peer key `base` is base^exponent mod modulus,
 * whatever the odd modulus, in constant time. The interface refuses bases 0, 1, −1, an exponent of 0 and even moduli: those,
 * and what is too short to be worth a call, are BigInt's. It also refuses *results* 1 and −1, which BigInt then computes; with
 * blinded bases they do not occur (crypto/paillier.ts, `decrypt`). One object is kept per modulus, since making one is dear.
 */
export const createNodeCryptoPower = (): ModularPower => {
  const objects = new Map<bigint, DiffieHellman>()
  const objectFor = (modulus: bigint): DiffieHellman => {
    const kept = objects.get(modulus)
    if (kept !== undefined) return kept
    const [oldest] = objects.keys()
    if (objects.size >= maximumObjects && oldest !== undefined) objects.delete(oldest)
    const created = createDiffieHellman(toBuffer(modulus), Buffer.from([2]))
    objects.set(modulus, created)
    return created
  }
  return (base, exponent, modulus) => {
    const unsuited = modulus % 2n === 0n || bitLength(modulus) < shortestModulusBits || bitLength(exponent) < shortestExponentBits
    const reduced = unsuited ? base : base % modulus
    if (unsuited || exponent < 0n || reduced <= 1n || reduced === modulus - 1n) return powerByBigInt(base, exponent, modulus)
    const object = objectFor(modulus)
    object.setPrivateKey(toBuffer(exponent))
    let secret: Buffer
    try {
      secret = object.computeSecret(toBuffer(reduced))
    } catch (error) {
      const result = powerByBigInt(reduced, exponent, modulus)
      if (result === 1n || result === modulus - 1n) return result
      throw error
    }
    return fromBuffer(secret)
  }
}

/** Σ of 2^k over an irregular set of k: an arbitrary odd number of exactly `bits` bits, the same everywhere. */
const pattern = (bits: number, step: number): bigint => {
  let value = (1n << BigInt(bits - 1)) | 1n
  for (let k = step; k < bits; k += step + (k % 7)) value |= 1n << BigInt(k)
  return value
}

const lengths = [2048, 3072, 4096]
const exponents = [0n, 1n, 2n, 0xffff_fffdn, pattern(61, 4)]

/**
 * Compares the powers of a fresh backend with BigInt's for each length in use and every edge case: null where all agree, else what
 * went wrong.
 */
export const findNodeCryptoFault = (create: () => ModularPower = createNodeCryptoPower): string | null => {
  try {
    const power = create()
    const agrees = (base: bigint, exponent: bigint, modulus: bigint): boolean =>
      power(base, exponent, modulus) === powerByBigInt(base, exponent, modulus)
    for (const bits of lengths) {
      const modulus = pattern(bits, 5)
      const bases = [0n, 1n, 2n, modulus - 2n, modulus - 1n, modulus, modulus + 3n, pattern(bits - 1, 3), pattern(2 * bits, 11)]
      if (!bases.every((base) => exponents.every((exponent) => agrees(base, exponent, modulus)))) return `a ${bits}-bit power came out wrong`
    }
    if (!agrees(pattern(2047, 3), pattern(1024, 9), pattern(2048, 5))) return 'a power with a long exponent came out wrong'
    return agrees(3n, pattern(61, 4), pattern(2048, 5) - 1n) ? null : 'a power with an even modulus came out wrong'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
