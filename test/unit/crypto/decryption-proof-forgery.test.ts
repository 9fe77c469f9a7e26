import { describe, expect, it } from 'vitest'
import { bigIntToBytes, bytesToBigInt } from '../../../src/crypto/bytes.ts'
import { assertDecryption, type DecryptionProof, type DecryptionStatement } from '../../../src/crypto/decryption-proof.ts'
import { preparePublicKey, type PreparedPublicKey } from '../../../src/crypto/keys.ts'
import { modularInverse, residue } from '../../../src/crypto/modular.ts'
import { encrypt } from '../../../src/crypto/paillier.ts'
import { randomUnit } from '../../../src/crypto/random.ts'
import { createNodeCryptoPower } from '../../../src/engine/node-crypto-power.ts'
import { expectCryptoError, key as ownKey, random } from './fixtures.ts'
import { createModulus, drawPrime, sha256 } from './proof-fixtures.ts'

const power = createNodeCryptoPower()
const context = {
  chainId: 1n, contract: new Uint8Array(20), purchase: 1n, datasetRoot: new Uint8Array(32), requestHash: new Uint8Array(32),
}
const answerBits = 192

/** Ways in which proofs of this kind have been got wrong. */
interface Weakness {
  readonly plaintextsUnhashed?: true
  readonly commitmentUnhashed?: true
  readonly exponentsFixedFirst?: true
}

const hashAll = (key: PreparedPublicKey, label: number, values: readonly bigint[]): bigint => {
  const parts = [Uint8Array.of(label), ...values.map((value) => bigIntToBytes(residue(value, key.nSquared), key.ciphertextBytes))]
  return bytesToBigInt(sha256(new Uint8Array(Buffer.concat(parts))).subarray(0, 16))
}

/** The same proof in miniature, with one of the mistakes built in: what the attacks below are shown to work against. */
const createVariant = (key: PreparedPublicKey, weakness: Weakness = {}) => {
  const seedOf = (c: readonly bigint[], m: readonly bigint[]): bigint => hashAll(key, 1, weakness.plaintextsUnhashed ? c : [...c, ...m])
  const exponentsOf = (c: readonly bigint[], m: readonly bigint[]): bigint[] => {
    const seed = weakness.exponentsFixedFirst ? hashAll(key, 1, c) : seedOf(c, m)
    return c.map((_, index) => hashAll(key, 2, [seed, BigInt(index)]))
  }
  const remainder = (c: bigint, m: bigint): bigint => (c * (1n + residue(-m, key.n) * key.n)) % key.nSquared
  const combine = (c: readonly bigint[], m: readonly bigint[]): bigint => exponentsOf(c, m).reduce((u, t, index) =>
    (u * power(remainder(c[index] as bigint, m[index] as bigint), t, key.nSquared)) % key.nSquared, 1n)
  const challenge = (c: readonly bigint[], m: readonly bigint[], u: bigint, a: bigint): bigint =>
    hashAll(key, 3, weakness.commitmentUnhashed ? [seedOf(c, m), u] : [seedOf(c, m), u, a])
  return {
    exponentsOf, combine, challenge,
    accepts: (c: readonly bigint[], m: readonly bigint[], { e, z }: DecryptionProof): boolean => {
      const u = combine(c, m)
      const a = (power(z, key.n, key.nSquared) * modularInverse(power(u, e, key.nSquared), key.nSquared)) % key.nSquared
      return challenge(c, m, u, a) === e
    },
  }
}

/** The n-th root for whoever knows the primes. */
const createRoot = (n: bigint, primes: readonly bigint[]) => {
  const exponent = modularInverse(n, primes.reduce((product, prime) => product * (prime - 1n), 1n))
  return (u: bigint): bigint => power(u % n, exponent, n)
}

type Variant = ReturnType<typeof createVariant>

const proveIn = (
  key: PreparedPublicKey, variant: Variant, root: (u: bigint) => bigint, c: readonly bigint[], m: readonly bigint[],
): DecryptionProof => {
  const u = variant.combine(c, m)
  const s = randomUnit(key.n, random)
  const e = variant.challenge(c, m, u, power(s, key.n, key.nSquared))
  return { e, z: (s * power(root(u), e, key.n)) % key.n }
}

const ownRoot = createRoot(ownKey.n, [ownKey.p.prime, ownKey.q.prime])
const truth = [1000n, 2000n]
const ciphertexts = truth.map((m) => encrypt(ownKey, m, random, power))
const stateOf = (plaintexts: readonly bigint[]): DecryptionStatement => ({ context, ciphertexts, plaintexts, answerBits })

const expectRefusal = (key: PreparedPublicKey, statement: DecryptionStatement, proof: DecryptionProof): string =>
  expectCryptoError('invalid-proof', () => { assertDecryption(key, statement, proof, sha256, power) }).message

describe('forgeries of a decryption proof, by a seller who has the key (S13)', () => {
  it('the miniature without mistakes accepts the truth and no attack below', () => {
    const sound = createVariant(ownKey)
    const proof = proveIn(ownKey, sound, ownRoot, ciphertexts, truth)
    expect(sound.accepts(ciphertexts, truth, proof)).toBe(true)
    expect(sound.accepts(ciphertexts, [1001n, 2000n], proof)).toBe(false)
  })

  it('commitment not hashed: any z does, for any lie; ours refuses', () => {
    const lie = [1n, 2n]
    const weak = createVariant(ownKey, { commitmentUnhashed: true })
    const forged = { e: weak.challenge(ciphertexts, lie, weak.combine(ciphertexts, lie), 0n), z: 12_345n }
    expect(weak.accepts(ciphertexts, lie, forged)).toBe(true)
    expectRefusal(ownKey, stateOf(lie), forged)
  })

  it('claimed plaintexts not hashed: one proof serves the truth and a lie that the exponents cancel; ours refuses', () => {
    const weak = createVariant(ownKey, { plaintextsUnhashed: true })
    const [t0 = 0n, t1 = 0n] = weak.exponentsOf(ciphertexts, truth)
    const lie = [1000n + t1, 2000n - t0]
    const proof = proveIn(ownKey, weak, ownRoot, ciphertexts, truth)
    expect(weak.accepts(ciphertexts, truth, proof)).toBe(true)
    expect(weak.accepts(ciphertexts, lie, proof)).toBe(true)
    expectRefusal(ownKey, stateOf(lie), proof)
  })

  it('exponents fixed before the plaintexts: errors are chosen that cancel, within the bound; ours refuses', () => {
    const weak = createVariant(ownKey, { exponentsFixedFirst: true })
    const [t0 = 0n, t1 = 0n] = weak.exponentsOf(ciphertexts, truth)
    const lie = [1000n + t1, 2000n - t0]
    const forged = proveIn(ownKey, weak, ownRoot, ciphertexts, lie)
    expect(weak.accepts(ciphertexts, lie, forged)).toBe(true)
    const sound = createVariant(ownKey)
    expect(sound.accepts(ciphertexts, lie, proveIn(ownKey, sound, ownRoot, ciphertexts, lie))).toBe(false)
    expectRefusal(ownKey, stateOf(lie), forged)
  })

  it('a modulus that hides a 17-bit factor: m + n/f is proved after about f hashes, and refused by the range check', () => {
    const factor = 65_539n
    const primes = [factor, drawPrime(1015), drawPrime(1017)]
    const key = preparePublicKey(createModulus(primes))
    const { n, nSquared } = key
    const c = encrypt(key, 1000n, random, power)
    const lie = 1000n + n / factor
    const variant = createVariant(key)
    const u = variant.combine([c], [lie])
    // u is an n-th power times an element of order f: any challenge that f divides makes the latter vanish.
    const [t = 0n] = variant.exponentsOf([c], [lie])
    const nthPower = (u * (1n + residue(t * (n / factor), n) * n)) % nSquared
    const v = createRoot(n, primes)(nthPower)
    const step = power(3n, n, nSquared)
    let [s, a] = [1n, 1n]
    let e = 1n
    while (e % factor !== 0n) {
      ;[s, a] = [(s * 3n) % n, (a * step) % nSquared]
      e = variant.challenge([c], [lie], u, a)
    }
    const forged = { e, z: (s * power(v, e, n)) % n }
    expect(variant.accepts([c], [lie], forged)).toBe(true)
    const claim = { context, ciphertexts: [c], plaintexts: [lie], answerBits }
    expect(expectRefusal(key, claim, forged)).toContain('larger than 192 bits')
    // Nor can the bound be raised so far that the lie fits.
    expect(expectRefusal(key, { ...claim, answerBits: 2047 }, forged)).toContain('too large for a proof')
  })
})
