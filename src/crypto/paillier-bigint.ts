import { PrivateKey, PublicKey } from 'paillier-bigint'
import { bitLength } from './bytes.ts'
import { CryptoError } from './errors.ts'
import { keyLengths } from './keys.ts'
import { integerSquareRoot, modularInverse } from './modular.ts'
import type { PaillierKeyPair, PaillierPublicKey } from './types.ts'

/** paillier-bigint's object for a public key, with g = n + 1. */
export const toPaillierBigintPublicKey = ({ n }: PaillierPublicKey): PublicKey => new PublicKey(n, n + 1n)

/** paillier-bigint's object for a private key, in its "simple variant": λ = (p−1)(q−1), μ = λ⁻¹ mod n. */
export const toPaillierBigintPrivateKey = ({ p, q, publicKey }: PaillierKeyPair): PrivateKey => {
  const lambda = (p - 1n) * (q - 1n)
  return new PrivateKey(lambda, modularInverse(lambda, publicKey.n), toPaillierBigintPublicKey(publicKey), p, q)
}

/** Our key for paillier-bigint's. Throws `invalid-key` for another g than n + 1 or a length we do not use. */
export const fromPaillierBigintPublicKey = ({ n, g }: PublicKey): PaillierPublicKey => {
  if (g !== n + 1n) throw new CryptoError('invalid-key', 'only keys with g = n + 1 are used here')
  const bits = keyLengths.find((length) => length === bitLength(n))
  if (bits === undefined) throw new CryptoError('invalid-key', `keys have ${keyLengths.join(', ')} bits, this one has ${bitLength(n)}`)
  return { n, bits }
}

/**
 * Our key pair for paillier-bigint's. Its primes are private there; they follow from λ = φ(n) as the roots of
 * x² − (n − λ + 1)·x + n. Throws `invalid-key` where λ is not φ(n) (generated without the simple variant) or g ≠ n + 1.
 */
export const fromPaillierBigintPrivateKey = ({ lambda, publicKey }: PrivateKey): PaillierKeyPair => {
  const { n, bits } = fromPaillierBigintPublicKey(publicKey)
  const sum = n - lambda + 1n
  const discriminant = sum * sum - 4n * n
  const root = discriminant < 0n ? 0n : integerSquareRoot(discriminant)
  const [p, q] = [(sum + root) / 2n, (sum - root) / 2n]
  if (p * q !== n) throw new CryptoError('invalid-key', 'λ is not φ(n): only keys of paillier-bigint\'s simple variant can be read')
  return { publicKey: { n, bits }, p, q }
}
