import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compileKernelModule, kernelModulePath } from '../../../../scripts/kernel-compiler.ts'
import { bigIntToBytes, bytesToBigInt } from '../../../../src/crypto/bytes.ts'
import { createMontgomeryMachine, kernelNames } from '../../../../src/engine/kernel/montgomery.ts'
import { createSeededNumbers, modulusBits, oddModulus, runSeed } from './fixtures.ts'

const numbers = createSeededNumbers(`montgomery ${runSeed}`)

/** Moduli whose limbs are as unlike chance as they can be. */
const edgeModuli = (bits: number): bigint[] => {
  const top = 1n << BigInt(bits - 1)
  const middle = 1n << BigInt(bits / 2)
  return [top + 1n, 2n * top - 1n, top + middle + 1n, 2n * top - (1n << 13n) + 1n, 2n * top - (1n << 51n) + 1n]
}

/** Residues with limbs all zero, all one, and with one bit. */
const edgeResidues = (modulus: bigint): bigint[] => [
  0n, 1n, 2n, 8191n, 8192n, 2n ** 51n - 1n, 2n ** 51n,
  modulus - 1n, modulus - 2n, modulus >> 1n, (1n << BigInt(modulus.toString(2).length - 1)) - 1n,
]

describe('the kernels', () => {
  it('are what their source compiles to, byte for byte', async () => {
    expect(readFileSync(kernelModulePath, 'utf8')).toBe(await compileKernelModule())
  })
})

for (const [kernel, bits] of kernelNames.flatMap((name) => modulusBits.map((bits) => [name, bits] as const))) {
  describe(`the ${kernel} kernel modulo numbers of ${bits} bits`, () => {
    it('products and squares are those of BigInt, limbs all zero and all one included', () => {
      for (const modulus of [...edgeModuli(bits), oddModulus(bits, numbers)]) {
        const machine = createMontgomeryMachine(modulus, kernel)
        const first = machine.reserve(3)
        const values = [...edgeResidues(modulus), numbers.below(modulus), numbers.below(modulus)]
        for (const a of values) {
          machine.set(first, a)
          expect(machine.get(first), runSeed).toBe(a % modulus)
          for (const b of values) {
            machine.set(first + 1, b)
            machine.multiply(first + 2, first, first + 1)
            expect(machine.get(first + 2), runSeed).toBe((a * b) % modulus)
          }
        }
      }
    })

    it('carries stay right through thousands of chained squarings and products', () => {
      const chain = Math.ceil(3000 * (2048 / bits))
      for (const modulus of [...edgeModuli(bits), oddModulus(bits, numbers)]) {
        const machine = createMontgomeryMachine(modulus, kernel)
        const [x, y] = [machine.reserve(1), machine.reserve(1)]
        let expected = modulus - 2n
        const factor = numbers.below(modulus)
        machine.set(x, expected)
        machine.set(y, factor)
        for (let i = 0; i < chain; i += 1) {
          machine.multiply(x, x, x)
          machine.multiply(x, y, x)
          expected = (((expected * expected) % modulus) * factor) % modulus
          if (i % 50 === 0) expect(machine.get(x), `${runSeed}, step ${i}`).toBe(expected)
        }
        expect(machine.get(x), runSeed).toBe(expected)
      }
    })

    it('numbers read as they are give their product when it is written with its degree', () => {
      const modulus = oddModulus(bits, numbers)
      const machine = createMontgomeryMachine(modulus, kernel)
      const registers = machine.reserve(5)
      const values = [modulus - 1n, 1n, numbers.below(modulus), numbers.below(modulus)]
      values.forEach((value, i) => machine.read(registers + i, bigIntToBytes(value, machine.length)))
      let expected = 1n
      machine.setOne(registers + 4)
      values.forEach((value, i) => {
        machine.multiply(registers + 4, registers + 4, registers + i)
        expected = (expected * value) % modulus
        expect(bytesToBigInt(machine.write(registers + 4, BigInt(i + 1))), runSeed).toBe(expected)
      })
    })
  })
}

describe.each(kernelNames)('registers of the %s kernel', (kernel) => {
  it('keep what they hold while others are set aside and given back', () => {
    const modulus = oddModulus(2048, numbers)
    const machine = createMontgomeryMachine(modulus, kernel)
    const kept = machine.reserve(1)
    machine.set(kept, 12_345n)
    const many = machine.reserve(5000)
    machine.set(many + 4999, 678n)
    machine.release(many)
    expect(machine.get(kept)).toBe(12_345n)
    expect(machine.reserve(1)).toBe(many)
  })
})
