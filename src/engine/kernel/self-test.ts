import { bigIntToBytes, bytesToBigInt } from '../../crypto/bytes.ts'
import { powerByBigInt } from '../../crypto/modular.ts'
import type { KernelName } from './kernels-wasm.ts'
import { createMontgomeryMachine, type MontgomeryMachine } from './montgomery.ts'

/** Lengths of p² and n² in use. */
const lengths = [2048, 3072, 4096, 6144, 8192]
const calibrationBits = 4096
const calibrationProducts = 150
const calibrationRounds = 5

/** An arbitrary odd number of exactly `bits` bits, the same everywhere: limbs all one, all zero, and mixed. */
const patternOf = (bits: number): bigint => {
  const words = Array.from({ length: bits / 32 }, (_, i) => [0xffff_ffff, 0, 0x9e37_79b9, 0x8000_0001][(i * i + i) % 4] ?? 0)
  const bytes = new Uint8Array(words.flatMap((word) => [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255]))
  return bytesToBigInt(bytes) | 1n
}

/** Below 2^bits, every second digit of so many bits all one, the others all zero. */
const stripesOf = (bits: number, digitBits: number): bigint => {
  const stripe = (1n << BigInt(digitBits)) - 1n
  let number = 0n
  for (let at = 0; at + digitBits <= bits; at += 2 * digitBits) number |= stripe << BigInt(at)
  return number
}

/** Residues other than 0: the kernels' digits all zero, all one, taking turns (13 and 51 bits), and mixed. */
const operandsOf = (modulus: bigint, bits: number): bigint[] => {
  const mixed = (modulus >> 3n) ** 2n % modulus
  return [
    1n << BigInt(bits - 3), (1n << BigInt(bits - 2)) - 1n, stripesOf(bits - 2, 13), stripesOf(bits - 2, 51),
    modulus - 1n, modulus >> 1n, mixed, (mixed * mixed) % modulus,
  ]
}

/** A square, as n² and p² are, with digits all one at its top; and a number a bit shorter, whose digits are mostly zero. */
const moduliOf = (bits: number): readonly { readonly modulus: bigint; readonly factor: bigint }[] => {
  const factor = patternOf(bits / 2)
  return [{ modulus: factor * factor, factor }, { modulus: (1n << BigInt(bits - 2)) + factor, factor: 0n }]
}

const squarings = 3
const degrees = [-5n, -1n, 0n, 1n, 2n, 33n]

/** Whether numbers read as they are come back in the degree that each is said to have: of degree d they lack R^(d − 1). */
const keepsDegrees = (machine: MontgomeryMachine, register: number, value: bigint): boolean => {
  const { modulus } = machine
  const r = machine.get(machine.radix)
  return degrees.every((degree) => {
    const written = bytesToBigInt(machine.write(register, degree))
    const power = powerByBigInt(r, degree < 1n ? 1n - degree : degree - 1n, modulus)
    return degree < 1n ? written < modulus && (written * power) % modulus === value : written === (value * power) % modulus
  })
}

/** Whether every product of two operands is right, told by the product of all; targets are a register of their own, or a factor's. */
const multipliesAll = (machine: MontgomeryMachine, operands: readonly bigint[], inputs: number): boolean => {
  const { modulus } = machine
  const [product, all] = [inputs + operands.length, inputs + operands.length + 1]
  operands.forEach((value, i) => machine.read(inputs + i, bigIntToBytes(value, machine.length)))
  machine.setOne(all)
  operands.forEach((_, i) => {
    for (let j = 0; j <= i; j += 1) {
      machine.multiply(product, inputs + i, inputs + j)
      if (j % 2 === 0) machine.multiply(all, all, product)
      else machine.multiply(all, product, all)
    }
  })
  machine.copy(product, all)
  for (let i = 0; i < squarings; i += 1) machine.multiply(product, product, product)
  const each = BigInt(operands.length + 1)
  const expected = powerByBigInt(operands.reduce((value, operand) => (value * operand) % modulus), each << BigInt(squarings), modulus)
  return bytesToBigInt(machine.write(product, (BigInt(operands.length) * each) << BigInt(squarings))) === expected
    && operands.every((value, i) => bytesToBigInt(machine.write(inputs + i, 1n)) === value)
    && keepsDegrees(machine, inputs + operands.length - 1, operands.at(-1) ?? 0n)
}

/** Bytes of registers around those of a test: what a damaged kernel writes or reads astray lies among them, or beyond its memory. */
const surroundingBytes = 65_536
/** Those of a test: operands, and two more. */
const ownRegisters = 10

/** Whether an action leaves the registers before and after its own as they were, told by their product. */
const keepsOthers = (machine: MontgomeryMachine, value: bigint, action: (registers: number) => boolean): boolean => {
  const count = Math.ceil(surroundingBytes / machine.bytesPerRegister / 2)
  const before = machine.reserve(count)
  // A square fills its digits up to a multiple of the modulus.
  machine.read(before, bigIntToBytes(value, machine.length))
  machine.multiply(before, before, before)
  const within = machine.reserve(ownRegisters)
  const after = machine.reserve(count)
  const others = Array.from({ length: 2 * count }, (_, i) => (i < count ? before + i : after + i - count))
  for (const register of others) machine.copy(register, before)
  const sound = action(within)
  for (const register of others.slice(1)) machine.multiply(before, before, register)
  const squares = BigInt(others.length) * 2n
  return sound && bytesToBigInt(machine.write(before, squares)) === powerByBigInt(value, squares, machine.modulus)
}

/** Whether products of converted numbers are right, and those that are 0 or a multiple of the modulus come out as 0. */
const multipliesConverted = (machine: MontgomeryMachine, [a, b]: readonly [bigint, bigint], x: number): boolean => {
  const [y, product] = [x + 1, x + 2]
  machine.set(x, a)
  machine.set(y, b)
  machine.multiply(product, x, y)
  return machine.get(product) === (a * b) % machine.modulus
}

/** Odd, of exactly so many bits, with digits as of a random number: what goes wrong with half of all moduli may pass those of a pattern. */
const mixedModulus = (bits: number): bigint =>
  BigInt.asUintN(bits, patternOf(bits) ** 3n >> BigInt(bits)) | (1n << BigInt(bits - 1)) | 1n

/** Whether operands come back as they were read, and neighbours' products are right. */
const keepsAndMultiplies = (machine: MontgomeryMachine, operands: readonly bigint[]): boolean => {
  const registers = machine.reserve(3)
  return operands.every((value, i) => {
    machine.read(registers, bigIntToBytes(value, machine.length))
    return bytesToBigInt(machine.write(registers, 1n)) === value
      && multipliesConverted(machine, [value, operands[i - 1] ?? machine.modulus - 1n], registers)
  })
}

const findFault = (name: KernelName, create: typeof createMontgomeryMachine): string | null => {
  try {
    for (const bits of lengths) {
      for (const { modulus, factor } of moduliOf(bits)) {
        const machine = create(modulus, name)
        const operands = operandsOf(modulus, bits)
        const pairs = [[modulus - 3n, modulus >> 5n], [0n, modulus - 1n], [factor * 3n, factor * (factor - 1n)]] as const
        const isSound = keepsOthers(machine, operands.at(-1) ?? 0n, (registers) =>
          multipliesAll(machine, operands, registers) && pairs.every((pair) => multipliesConverted(machine, pair, registers)))
        if (!isSound) return `a ${bits}-bit product came out wrong`
      }
      const mixed = mixedModulus(bits)
      if (!keepsAndMultiplies(create(mixed, name), operandsOf(mixed, bits))) return `a ${bits}-bit number came back wrong`
    }
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** The processor stays the same: one test a process will do. */
const known = new Map<KernelName, string | null>()

/**
 * Compares products of edge values, and numbers read and written in several degrees, with BigInt's for every length in use: null where all
 * agree, else what went wrong (no SIMD, for one; no fused multiply-add, for `fused`; or a damaged kernel).
 */
export const findKernelFault = (name: KernelName, create?: typeof createMontgomeryMachine): string | null => {
  if (create !== undefined) return findFault(name, create)
  const fault = known.get(name)
  if (fault !== undefined) return fault
  const found = findFault(name, createMontgomeryMachine)
  known.set(name, found)
  return found
}

const timeOf = (action: () => void): number => {
  const start = performance.now()
  for (let i = 0; i < calibrationProducts; i += 1) action()
  return performance.now() - start
}

/** How many times as fast as BigInt's the kernel's products modulo 4096 bits are: the best of a few short rounds, taken in turn. */
export const measureKernel = (name: KernelName): number => {
  const modulus = patternOf(calibrationBits)
  const machine = createMontgomeryMachine(modulus, name)
  const register = machine.reserve(1)
  let product = modulus - 2n
  machine.set(register, product)
  const rounds = Array.from({ length: calibrationRounds }, () => ({
    kernel: timeOf(() => machine.multiply(register, register, register)),
    bigint: timeOf(() => {
      product = (product * product) % modulus
    }),
  }))
  return Math.min(...rounds.map(({ bigint }) => bigint)) / Math.min(...rounds.map(({ kernel }) => kernel))
}
