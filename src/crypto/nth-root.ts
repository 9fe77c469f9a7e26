import type { PreparedPrivateKey, PrivateHalf } from './keys.ts'
import { modularInverse, residue, type ModularPower } from './modular.ts'

const rootOfHalf = (x: bigint, n: bigint, { prime }: PrivateHalf, power: ModularPower): bigint =>
  power(x % prime, modularInverse(n, prime - 1n), prime)

/**
 * The one y in Z*ₙ with yⁿ ≡ x mod n, for a unit x: x^(n⁻¹ mod φ(n)) by the Chinese remainder theorem. It exists and is unique since
 * gcd(n, φ(n)) = 1. Where x is chosen by somebody else the caller blinds it, and checks the result before it leaves: a
 * faulty half betrays p and q.
 */
export const nthRoot = (key: PreparedPrivateKey, x: bigint, power: ModularPower): bigint => {
  const modP = rootOfHalf(x, key.n, key.p, power)
  const modQ = rootOfHalf(x, key.n, key.q, power)
  return modP + key.p.prime * residue((modQ - modP) * key.pInverse, key.q.prime)
}
