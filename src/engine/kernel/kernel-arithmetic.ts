import { bigIntToBytes, bitLength, bytesToBigInt, splitIntegers } from '../../crypto/bytes.ts'
import { CryptoError } from '../../crypto/errors.ts'
import type { PreparedPublicKey } from '../../crypto/keys.ts'
import { isUnit, type ModularPower } from '../../crypto/modular.ts'
import type { RandomBytes } from '../../crypto/random.ts'
import type { LinearForm } from '../../crypto/types.ts'
import { createReferenceArithmetic, type Arithmetic, type PreparedKey } from '../arithmetic.ts'
import type { Randomness } from '../engine.ts'
import { evaluateForm, invertInto } from './linear-forms.ts'
import { createMontgomeryMachine, type MontgomeryMachine } from './montgomery.ts'
import { createRandomiser, encryptWithRandomiser, type Randomiser } from './randomisers.ts'

// Before a key has encrypted so much, the making of a table costs more than it saves.
const tableFrom = 64
// Tables take 22 MB (2048 bits) to 86 MB (4096 bits) each: those of the last keys in use are kept.
const maximumTables = 2
const maximumMachines = 4
// For longer exponents OpenSSL's squarings are faster than the kernel's products.
const longestExponentBits = 256

/** Makes the value of a key when first asked, and keeps those of the last `maximum` keys. */
const createKept = <T>(maximum: number, create: (key: PreparedKey) => T): ((key: PreparedKey) => T) => {
  const kept = new Map<PreparedKey, T>()
  return (key) => {
    const value = kept.get(key) ?? create(key)
    kept.delete(key)
    kept.set(key, value)
    const [oldest] = kept.keys()
    if (kept.size > maximum && oldest !== undefined) kept.delete(oldest)
    return value
  }
}

/** Whether all are 0 < c < n²; their length is the key's. */
const areInRange = (ciphertexts: readonly Uint8Array[], nSquared: Uint8Array): boolean => ciphertexts.every((c) => {
  const differs = c.findIndex((byte, i) => byte !== nSquared[i])
  return differs >= 0 && (c[differs] ?? 0) < (nSquared[differs] ?? 0) && c.some((byte) => byte !== 0)
})

/** A key's machine modulo n² with a batch of ciphertexts in its registers. */
interface Batch {
  readonly machine: MontgomeryMachine
  /** The register of the first. */
  readonly first: number
  readonly count: number
}

/**
 * The kernel's arithmetic: products, weighted sums and inverses modulo n² in WebAssembly, from bytes to bytes; encryption by tables
 * of powers, once a key is used enough. What is invalid is told by the reference, in its words.
 */
export const createKernelArithmetic = (power: ModularPower, randomBytes: RandomBytes, randomness: Randomness): Arithmetic => {
  const reference = createReferenceArithmetic(power, randomBytes)
  const machineOf = createKept(maximumMachines, ({ nSquared }) => createMontgomeryMachine(nSquared))
  const nSquaredBytes = createKept(maximumMachines, ({ nSquared, ciphertextBytes }) => bigIntToBytes(nSquared, ciphertextBytes))
  const randomiserOf = createKept<Randomiser>(maximumTables, (key) => createRandomiser(key, randomness, randomBytes, power))
  const encrypted = new WeakMap<PreparedKey, number>()

  /** Calls `action` with the ciphertexts in registers, or returns null where one is out of range. */
  const withCiphertexts = <T>(key: PreparedPublicKey, bytes: readonly Uint8Array[], action: (batch: Batch) => T): T | null => {
    const cells = bytes.flatMap((part) => Array.from({ length: part.length / key.ciphertextBytes }, (_, i) =>
      part.subarray(i * key.ciphertextBytes, (i + 1) * key.ciphertextBytes)))
    if (bytes.some((part) => part.length % key.ciphertextBytes !== 0) || !areInRange(cells, nSquaredBytes(key))) return null
    const machine = machineOf(key)
    const first = machine.reserve(cells.length)
    try {
      cells.forEach((cell, i) => machine.read(first + i, cell))
      return action({ machine, first, count: cells.length })
    } finally {
      machine.release(first)
    }
  }

  /** Whether all registers of a batch hold units: their product does. A power of R, a unit itself, does not change that. */
  const areUnits = ({ n }: PreparedPublicKey, { machine, first, count }: Batch): boolean => {
    const product = machine.reserve(1)
    machine.setOne(product)
    for (let i = 0; i < count; i += 1) machine.multiply(product, product, first + i)
    const value = bytesToBigInt(machine.write(product, 0n))
    machine.release(product)
    return isUnit(value, n)
  }

  const joinCells = (cells: readonly Uint8Array[], length: number): Uint8Array => {
    const bytes = new Uint8Array(cells.length * length)
    cells.forEach((cell, i) => bytes.set(cell, i * length))
    return bytes
  }

  /** The second half of the batch becomes its inverses, of degree −1, at one inversion for all [Mon87, section 10.3.1]. */
  const invertSecondHalf = (key: PreparedPublicKey, { machine, first, count }: Batch): void => {
    const half = count / 2
    const second = first + half
    const products = machine.reserve(half + 1)
    const inverse = products + half
    machine.copy(products, second)
    for (let i = 1; i < half; i += 1) machine.multiply(products + i, products + i - 1, second + i)
    invertInto(machine, key, inverse, products + half - 1)
    for (let i = half - 1; i > 0; i -= 1) {
      machine.multiply(products + i, products + i - 1, inverse)
      machine.multiply(inverse, inverse, second + i)
      machine.copy(second + i, products + i)
    }
    machine.copy(second, inverse)
    machine.release(products)
  }

  const combineAll = (operation: 'add' | 'subtract', key: PreparedPublicKey, batch: Batch): Uint8Array | null => {
    const { machine, first, count } = batch
    const half = count / 2
    if (!areUnits(key, batch)) return null
    if (operation === 'subtract') invertSecondHalf(key, batch)
    const degree = operation === 'subtract' ? 0n : 2n
    return joinCells(Array.from({ length: half }, (_, i) => {
      machine.multiply(first + i, first + i, first + half + i)
      return machine.write(first + i, degree)
    }), key.ciphertextBytes)
  }

  const evaluateAll = (key: PreparedPublicKey, forms: readonly LinearForm[], { machine, first, count }: Batch): Uint8Array => {
    const isOutside = ({ start, count: cells }: { readonly start: number; readonly count: number }): boolean =>
      start < 0 || cells < 1 || start + cells > count
    if (forms.some(({ runs }) => runs.some(isOutside))) {
      throw new CryptoError('invalid-argument', `a run is outside the ${count} ciphertexts`)
    }
    const results = forms.map((form) => evaluateForm(machine, key, first, form))
    const registers = machine.reserve(results.length)
    results.forEach((result, i) => machine.read(registers + i, result))
    if (!areUnits(key, { machine, first: registers, count: results.length })) {
      throw new CryptoError('invalid-ciphertext', 'a ciphertext is not a unit between 0 and n²')
    }
    return joinCells(results, key.ciphertextBytes)
  }

  const areAllUnits = (key: PreparedPublicKey, ciphertexts: Uint8Array): boolean =>
    withCiphertexts(key, [ciphertexts], (batch) => areUnits(key, batch)) === true

  return {
    power,
    encrypt: (key, residues) => {
      const plaintexts = splitIntegers(residues, key.bits / 8)
      const total = (encrypted.get(key) ?? 0) + plaintexts.length
      encrypted.set(key, total)
      if (randomness === 'exact' || total < tableFrom) return reference.encrypt(key, residues)
      const randomiser = randomiserOf(key)
      return joinCells(plaintexts.map((m) => encryptWithRandomiser(key, m, randomiser.draw())), key.ciphertextBytes)
    },
    combine: (operation, key, a, b, firstIndex) =>
      (a.length === 0 ? null : withCiphertexts(key, [a, b], (batch) => combineAll(operation, key, batch)))
        ?? reference.combine(operation, key, a, b, firstIndex),
    scale: (key, ciphertexts, factors, firstIndex) => {
      const isLong = factors.some((factor) => bitLength(factor) > longestExponentBits)
      if (isLong || !areAllUnits(key, ciphertexts)) return reference.scale(key, ciphertexts, factors, firstIndex)
      const forms = factors.map((weight, start) => ({ runs: weight === 0n ? [] : [{ start, count: 1, weight }], constant: 0n }))
      return withCiphertexts(key, [ciphertexts], (batch) => evaluateAll(key, forms, batch)) ?? new Uint8Array(0)
    },
    evaluate: (key, ciphertexts, forms) =>
      withCiphertexts(key, [ciphertexts], (batch) => evaluateAll(key, forms, batch)) ?? reference.evaluate(key, ciphertexts, forms),
    findInvalid: (key, ciphertexts) => (areAllUnits(key, ciphertexts) ? null : reference.findInvalid(key, ciphertexts)),
  }
}
