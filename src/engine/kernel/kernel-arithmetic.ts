import { bigIntToBytes, bitLength, splitIntegers } from '../../crypto/bytes.ts'
import { CryptoError } from '../../crypto/errors.ts'
import type { PreparedPublicKey } from '../../crypto/keys.ts'
import type { ModularPower } from '../../crypto/modular.ts'
import type { RandomBytes } from '../../crypto/random.ts'
import type { LinearForm } from '../../crypto/types.ts'
import { createReferenceArithmetic, type Arithmetic, type PreparedKey } from '../arithmetic.ts'
import type { Randomness } from '../engine.ts'
import type { KernelName } from './kernels-wasm.ts'
import { areUnits, evaluateForms, invertAll } from './linear-forms.ts'
import { createMontgomeryMachine, type MontgomeryMachine } from './montgomery.ts'
import { createRandomiser, encryptWithRandomiser, type Randomiser } from './randomisers.ts'

// Before a key has encrypted so much, the making of a table costs more than it saves.
const tableFrom = 64
// Tables take 23 MB (2048 bits) to 95 MB (4096 bits) each: those of the last keys in use are kept.
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

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0)

/** Whether the bytes from `offset` on are a number above 0 and below n²: mostly the first byte tells. */
const isInRange = (bytes: Uint8Array, offset: number, nSquared: Uint8Array): boolean => {
  let i = 0
  while (i < nSquared.length && bytes[offset + i] === nSquared[i]) i += 1
  if (i === nSquared.length || (bytes[offset + i] ?? 0) > (nSquared[i] ?? 0)) return false
  return bytes[offset] !== 0 || !isZero(bytes.subarray(offset, offset + nSquared.length))
}

const areInRange = (ciphertexts: Uint8Array, nSquared: Uint8Array): boolean => {
  for (let offset = 0; offset < ciphertexts.length; offset += nSquared.length) if (!isInRange(ciphertexts, offset, nSquared)) return false
  return true
}

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
export const createKernelArithmetic = (
  kernel: KernelName, power: ModularPower, randomBytes: RandomBytes, randomness: Randomness,
): Arithmetic => {
  const reference = createReferenceArithmetic(power, randomBytes)
  const machineOf = createKept(maximumMachines, ({ nSquared }) => createMontgomeryMachine(nSquared, kernel))
  const nSquaredBytes = createKept(maximumMachines, ({ nSquared, ciphertextBytes }) => bigIntToBytes(nSquared, ciphertextBytes))
  const randomiserOf = createKept<Randomiser>(maximumTables, (key) => createRandomiser(kernel, key, randomness, randomBytes, power))
  const encrypted = new WeakMap<PreparedKey, number>()

  /** Calls `action` with the ciphertexts in registers, or returns null where one is out of range. */
  const withCiphertexts = <T>(key: PreparedPublicKey, parts: readonly Uint8Array[], action: (batch: Batch) => T): T | null => {
    const { ciphertextBytes: length } = key
    const isBad = (part: Uint8Array): boolean => part.length % length !== 0 || !areInRange(part, nSquaredBytes(key))
    if (parts.some(isBad)) return null
    const machine = machineOf(key)
    const count = parts.reduce((sum, part) => sum + part.length / length, 0)
    const first = machine.reserve(count)
    try {
      let register = first
      for (const part of parts) {
        for (let offset = 0; offset < part.length; offset += length) machine.read(register++, part.subarray(offset, offset + length))
      }
      return action({ machine, first, count })
    } finally {
      machine.release(first)
    }
  }

  const registersOf = ({ first, count }: Batch): number[] => Array.from({ length: count }, (_, i) => first + i)

  const joinCells = (cells: readonly Uint8Array[], length: number): Uint8Array => {
    const bytes = new Uint8Array(cells.length * length)
    cells.forEach((cell, i) => bytes.set(cell, i * length))
    return bytes
  }

  const combineAll = (operation: 'add' | 'subtract', key: PreparedPublicKey, batch: Batch): Uint8Array | null => {
    const { machine, first, count } = batch
    const half = count / 2
    const registers = registersOf(batch)
    if (!areUnits(machine, key, registers)) return null
    if (operation === 'subtract') invertAll(machine, key, registers.slice(half), [])
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
    return joinCells(evaluateForms(machine, key, first, forms), key.ciphertextBytes)
  }

  const areAllUnits = (key: PreparedPublicKey, ciphertexts: Uint8Array): boolean =>
    withCiphertexts(key, [ciphertexts], (batch) => areUnits(batch.machine, key, registersOf(batch))) === true

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
