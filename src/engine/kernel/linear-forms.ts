import { CryptoError } from '../../crypto/errors.ts'
import type { PreparedPublicKey } from '../../crypto/keys.ts'
import { inverseModuloSquare, residue } from '../../crypto/modular.ts'
import type { LinearForm, WeightedRun } from '../../crypto/types.ts'
import type { MontgomeryMachine } from './montgomery.ts'
import { multiplyPowers, type PowerTerm } from './power-product.ts'

const notAUnit = (): CryptoError => new CryptoError('invalid-ciphertext', 'a ciphertext is not a unit between 0 and n²')

/** target = the inverse modulo n² of a register, of the opposite degree. Throws `invalid-ciphertext` where it has none. */
export const invertInto = (
  machine: MontgomeryMachine, { n, nSquared }: PreparedPublicKey, target: number, register: number,
): void => {
  const value = machine.get(register)
  try {
    machine.set(target, inverseModuloSquare(value, n, nSquared))
  } catch {
    throw notAUnit()
  }
}

/** A run's cells multiplied together, so that its weight is applied once. */
const termOfRun = (machine: MontgomeryMachine, inputs: number, { start, count, weight }: WeightedRun): PowerTerm => {
  const exponent = weight < 0n ? -weight : weight
  if (count === 1) return { register: inputs + start, exponent }
  const register = machine.reserve(1)
  machine.multiply(register, inputs + start, inputs + start + 1)
  for (let i = 2; i < count; i += 1) machine.multiply(register, register, inputs + start + i)
  return { register, exponent }
}

const degreeOf = (runs: readonly WeightedRun[]): bigint => runs.reduce((sum, { count, weight }) => sum + BigInt(count) * weight, 0n)

/**
 * Π cᵢ^wᵢ · (1 + n)^constant mod n² over ciphertexts that stand, each of degree 1, in the registers from `inputs` on: positive and
 * negative weights apart, one inverse for all negative ones. Throws `invalid-ciphertext` where those are no units.
 */
export const evaluateForm = (
  machine: MontgomeryMachine, key: PreparedPublicKey, inputs: number, { runs, constant }: LinearForm,
): Uint8Array => {
  const result = machine.reserve(2)
  const factor = result + 1
  const positive = runs.filter(({ weight }) => weight > 0n)
  const negative = runs.filter(({ weight }) => weight < 0n)
  multiplyPowers(machine, result, positive.map((run) => termOfRun(machine, inputs, run)))
  if (negative.length > 0) {
    multiplyPowers(machine, factor, negative.map((run) => termOfRun(machine, inputs, run)))
    invertInto(machine, key, factor, factor)
    machine.multiply(result, result, factor)
  }
  if (constant !== 0n) {
    machine.set(factor, 1n + residue(constant, key.n) * key.n)
    machine.multiply(result, result, factor)
  }
  const bytes = machine.write(result, degreeOf(runs))
  machine.release(result)
  return bytes
}
