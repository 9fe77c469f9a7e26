import { bigIntToBytes, bytesToBigInt } from '../../crypto/bytes.ts'
import type { PreparedPrivateKey, PreparedPublicKey } from '../../crypto/keys.ts'
import { residue, type ModularPower } from '../../crypto/modular.ts'
import { combineResidues } from '../../crypto/paillier.ts'
import { randomUnit, type RandomBytes } from '../../crypto/random.ts'
import { isPrivate, type PreparedKey } from '../arithmetic.ts'
import type { Randomness } from '../engine.ts'
import { createFixedBase } from './fixed-base.ts'
import type { KernelName } from './kernels-wasm.ts'
import { createMontgomeryMachine } from './montgomery.ts'

/** Draws n-th powers modulo n², one per encryption, by tables made for one key. */
export interface Randomiser {
  readonly memoryBytes: number
  draw(): bigint
}

// Bytes beyond the order's length after which the power of a fixed base is uniform in its group up to 2^-64.
const uniformMargin = 8

/** Bytes of a short exponent: twice the key's strength of 112, 128 or 152 bits at least (docs/adr/0301). */
const shortBytes = (bits: number): number => (bits === 2048 ? 56 : 64)

/**
 * For the owner: p-th powers modulo p² and q-th powers modulo q² apart, each by a table for a random base and a fresh exponent. With
 * exponents of |p| + 64 bits a half is uniform, up to 2^-64, in the group its base generates.
 */
const createOwnerRandomiser = (
  kernel: KernelName, key: PreparedPrivateKey, kind: Randomness, randomBytes: RandomBytes, power: ModularPower,
): Randomiser => {
  const exponentBytes = kind === 'short' ? shortBytes(key.bits) : key.bits / 16 + uniformMargin
  const [p, q] = [key.p, key.q].map(({ prime, square }) =>
    createFixedBase(createMontgomeryMachine(square, kernel), power(randomUnit(prime, randomBytes), prime, square), exponentBytes))
  if (p === undefined || q === undefined) throw new RangeError('a key has two primes')
  return {
    memoryBytes: p.memoryBytes + q.memoryBytes,
    draw: () => combineResidues(
      bytesToBigInt(p.raise(randomBytes(exponentBytes))), bytesToBigInt(q.raise(randomBytes(exponentBytes))),
      key.p.square, key.q.square, key.pSquareInverse,
    ),
  }
}

/** With the public key alone: h^x for h = (−y²)ⁿ of a random y of our own, x of half the length of n [DJN10, section 4.2]. */
const createPublicRandomiser = (
  kernel: KernelName, key: PreparedPublicKey, kind: Randomness, randomBytes: RandomBytes, power: ModularPower,
): Randomiser => {
  const exponentBytes = kind === 'short' ? shortBytes(key.bits) : key.bits / 16
  const y = randomUnit(key.n, randomBytes)
  const h = power(residue(-(y * y), key.n), key.n, key.nSquared)
  const base = createFixedBase(createMontgomeryMachine(key.nSquared, kernel), h, exponentBytes)
  return { memoryBytes: base.memoryBytes, draw: () => bytesToBigInt(base.raise(randomBytes(exponentBytes))) }
}

export const createRandomiser = (
  kernel: KernelName, key: PreparedKey, kind: Randomness, randomBytes: RandomBytes, power: ModularPower,
): Randomiser =>
  isPrivate(key)
    ? createOwnerRandomiser(kernel, key, kind, randomBytes, power)
    : createPublicRandomiser(kernel, key, kind, randomBytes, power)

/** c = (1 + n)^m · randomiser mod n², as bytes. */
export const encryptWithRandomiser = ({ n, nSquared, ciphertextBytes }: PreparedPublicKey, m: bigint, randomiser: bigint): Uint8Array =>
  bigIntToBytes(((1n + m * n) * randomiser) % nSquared, ciphertextBytes)
