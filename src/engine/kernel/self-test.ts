import { bytesToBigInt } from '../../crypto/bytes.ts'
import type { KernelName } from './kernels-wasm.ts'
import { createMontgomeryMachine } from './montgomery.ts'

/** Lengths of p² and n² in use. */
const lengths = [2048, 3072, 4096, 6144, 8192]
const squarings = 40
const calibrationBits = 4096
const calibrationProducts = 150
const calibrationRounds = 5

/** An arbitrary odd number of exactly `bits` bits, the same everywhere: limbs all one, all zero, and mixed. */
const patternOf = (bits: number): bigint => {
  const words = Array.from({ length: bits / 32 }, (_, i) => [0xffff_ffff, 0, 0x9e37_79b9, 0x8000_0001][(i * i + i) % 4] ?? 0)
  const bytes = new Uint8Array(words.flatMap((word) => [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255]))
  return bytesToBigInt(bytes) | 1n
}

const findFault = (name: KernelName, create: typeof createMontgomeryMachine): string | null => {
  try {
    for (const bits of lengths) {
      const modulus = patternOf(bits)
      const machine = create(modulus, name)
      const register = machine.reserve(1)
      for (const start of [0n, 1n, 2n, modulus - 1n, modulus - 2n, modulus >> 1n]) {
        let expected = start
        machine.set(register, start)
        for (let i = 0; i < squarings; i += 1) {
          machine.multiply(register, register, register)
          expected = (expected * expected) % modulus
        }
        if (machine.get(register) !== expected) return `a ${bits}-bit product came out wrong`
      }
    }
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** The processor stays the same: one test a process will do. */
const known = new Map<KernelName, string | null>()

/**
 * Compares chained squarings of edge values with BigInt's for every length in use: null where all agree, else what went wrong (no
 * SIMD, for one; or no fused multiply-add, for `fused`).
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
