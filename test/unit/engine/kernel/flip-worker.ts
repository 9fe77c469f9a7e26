import { parentPort, workerData } from 'node:worker_threads'
import { bigIntToBytes, bytesToBigInt } from '../../../../src/crypto/bytes.ts'
import { at } from '../../../../src/crypto/lists.ts'
import { powerByBigInt } from '../../../../src/crypto/modular.ts'
import { createFixedBase } from '../../../../src/engine/kernel/fixed-base.ts'
import { kernelsWasm, type KernelName } from '../../../../src/engine/kernel/kernels-wasm.ts'
import { createMontgomeryMachine, type MontgomeryMachine } from '../../../../src/engine/kernel/montgomery.ts'
import { multiplyPowers } from '../../../../src/engine/kernel/power-product.ts'
import { findKernelFault } from '../../../../src/engine/kernel/self-test.ts'
import { webAssembly } from '../../../../src/engine/kernel/web-assembly.ts'
import { createSeededNumbers, modulusBits, oddModulus } from './fixtures.ts'

/** A bit of a kernel's bytes. */
export interface Flip {
  readonly kernel: KernelName
  readonly byte: number
  readonly bit: number
}

/** What became of a flipped kernel: `trusted` comes before what it then computes. */
export type FlipMessage = 'reported' | 'trusted' | 'right' | 'wrong'

interface FlipTask {
  readonly flips: readonly Flip[]
  readonly seed: string
}

/** Whether sums, tables of powers and weighted sums come out as BigInt's, for operands that the self-test does not know. */
const computesRight = (create: (modulus: bigint) => MontgomeryMachine, seed: string): boolean => {
  const numbers = createSeededNumbers(seed)
  return modulusBits.every((bits) => {
    const modulus = oddModulus(bits, numbers)
    const machine = create(modulus)
    const values = Array.from({ length: 24 }, () => numbers.below(modulus))
    const inputs = machine.reserve(values.length + 3)
    const [sum, positive, negative] = [inputs + values.length, inputs + values.length + 1, inputs + values.length + 2]
    values.forEach((value, i) => machine.read(inputs + i, bigIntToBytes(value, machine.length)))
    machine.setOne(sum)
    let expected = 1n
    const areSumsRight = values.every((value, i) => {
      machine.multiply(sum, sum, inputs + i)
      expected = (expected * value) % modulus
      return bytesToBigInt(machine.write(sum, BigInt(i + 1))) === expected
    })
    const exponents = values.map(() => numbers.natural(24))
    const degree = exponents.reduce((total, exponent) => total + exponent)
    const weighted = values.reduce((product, value, i) => (product * powerByBigInt(value, at(exponents, i), modulus)) % modulus, 1n)
    multiplyPowers(machine, { positive, negative }, exponents.map((exponent, i) => ({ register: inputs + i, exponent })), { method: 'bos-coster' })
    const isWeightedRight = bytesToBigInt(machine.write(positive, degree)) === weighted
    const exponent = numbers.bytes(2)
    const raised = createFixedBase(machine, at(values, 0), 2).raise(exponent)
    const power = powerByBigInt(at(values, 0), bytesToBigInt(exponent.toReversed()), modulus)
    return areSumsRight && isWeightedRight && bytesToBigInt(raised) === power
  })
}

const judge = ({ kernel, byte, bit }: Flip, seed: string, report: (message: FlipMessage) => void): void => {
  const bytes = new Uint8Array(Buffer.from(kernelsWasm[kernel], 'base64'))
  bytes[byte] = at([...bytes], byte) ^ (1 << bit)
  let module: object | null = null
  const create = (modulus: bigint): MontgomeryMachine =>
    createMontgomeryMachine(modulus, kernel, module ??= new webAssembly.Module(bytes))
  if (findKernelFault(kernel, create) !== null) {
    report('reported')
    return
  }
  report('trusted')
  try {
    report(computesRight(create, seed) ? 'right' : 'wrong')
  } catch {
    // What ends with an error deceives nobody.
    report('reported')
  }
}

const { flips, seed } = workerData as FlipTask
for (const flip of flips) judge(flip, seed, (message) => parentPort?.postMessage(message))
