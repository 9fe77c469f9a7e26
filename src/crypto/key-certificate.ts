import { bytesToBigInt } from './bytes.ts'
import { CryptoError } from './errors.ts'
import { assertPublicKey, publicKeyToBytes, type PreparedPrivateKey } from './keys.ts'
import { at } from './lists.ts'
import type { ModularPower } from './modular.ts'
import { nthRoot } from './nth-root.ts'
import { gcd } from './rational.ts'
import { asciiBytes, encodeFields, expandSeed, uint32Bytes, type Sha256 } from './transcript.ts'
import type { PaillierPublicKey } from './types.ts'

/**
 * The n-th roots modulo n of `certificateRoots` numbers derived from n by hash: a proof that gcd(n, φ(n)) = 1 and, with the trial
 * division of `assertPublicKey`, that n has no prime factor up to 65,537 [GRSB18, the protocol for gcd(N, φ(N)) = 1, with
 * α = 65,537].
 *
 * If a prime f divides both n and φ(n), at most one unit in f has an n-th root, and f > 65,537: eight roots that were not chosen leave
 * a chance of 65,537⁻⁸ < 2⁻¹²⁸. It does not say that n is a product of two primes, nor that both are long.
 */
export type KeyCertificate = readonly bigint[]

export const certificateRoots = 8

const domain = asciiBytes('HEsystem key certificate v1')

/** More bits than n has, so that a residue modulo n is uniform but for 2^-128. */
const surplusBytes = 16

/** The number whose root is asked for: a random oracle's value in Zₙ. */
const challenge = (key: PaillierPublicKey, index: number, sha256: Sha256): bigint => {
  const seed = sha256(encodeFields([domain, publicKeyToBytes(key), uint32Bytes(certificateRoots), uint32Bytes(index)]))
  return bytesToBigInt(expandSeed(sha256, seed, key.bits / 8 + surplusBytes)) % key.n
}

const indices = Array.from({ length: certificateRoots }, (_, index) => index)

const holds = (n: bigint, rho: bigint, root: bigint, power: ModularPower): boolean =>
  root > 0n && root < n && gcd(rho, n) === 1n && power(root, n, n) === rho

/** The certificate of one's own key. Throws `decryption-check-failed` where a root came out wrong: it would betray the primes. */
export const createKeyCertificate = (key: PreparedPrivateKey, sha256: Sha256, power: ModularPower): KeyCertificate =>
  indices.map((index) => {
    const rho = challenge(key, index, sha256)
    const root = nthRoot(key, rho, power)
    if (!holds(key.n, rho, root, power)) throw new CryptoError('decryption-check-failed', 'a root computed for a key certificate came out wrong')
    return root
  })

/**
 * Checks a stranger's key before anything rests on it (S11). Throws `invalid-key` for a modulus that no honest key has
 * (`assertPublicKey`, trial division included), `invalid-certificate` where the roots do not prove gcd(n, φ(n)) = 1.
 */
export const assertKeyCertificate = (key: PaillierPublicKey, certificate: KeyCertificate, sha256: Sha256, power: ModularPower): void => {
  assertPublicKey(key, power)
  if (certificate.length !== certificateRoots) {
    throw new CryptoError('invalid-certificate', `a key certificate has ${certificateRoots} roots, this one ${certificate.length}`)
  }
  for (const index of indices) {
    if (!holds(key.n, challenge(key, index, sha256), at(certificate, index), power)) {
      throw new CryptoError('invalid-certificate', `root ${index} of the key certificate is wrong: n may share a factor with φ(n)`, index)
    }
  }
}
