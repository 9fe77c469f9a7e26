import { bigIntToBytes, bytesToBigInt, joinIntegers, splitIntegers } from '../../src/crypto/bytes.ts'
import { chooseColumnScale, decodeInteger, encodeValue } from '../../src/crypto/encoding.ts'
import { preparePrivateKey, preparePublicKey, type PreparedPrivateKey, type PreparedPublicKey } from '../../src/crypto/keys.ts'
import { at } from '../../src/crypto/lists.ts'
import { modularInverse, powerByBigInt, residue, type ModularPower } from '../../src/crypto/modular.ts'
import { decrypt } from '../../src/crypto/paillier.ts'
import type { RandomBytes } from '../../src/crypto/random.ts'
import { gcd } from '../../src/crypto/rational.ts'
import type { LinearForm, PaillierKeyPair } from '../../src/crypto/types.ts'
import { createReferenceArithmetic, type Arithmetic } from '../../src/engine/arithmetic.ts'
import { createKernelArithmetic } from '../../src/engine/kernel/kernel-arithmetic.ts'
import { createMontgomeryMachine, kernelNames } from '../../src/engine/kernel/montgomery.ts'
import { multiplyPowers } from '../../src/engine/kernel/power-product.ts'
import { createNodeCryptoPower } from '../../src/engine/node-crypto-power.ts'
import { createSeededNumbers, oddModulus } from '../unit/engine/kernel/fixtures.ts'

type Numbers = ReturnType<typeof createSeededNumbers>

/** One kind of case: `run` throws where the engine and BigInt disagree. */
export interface CaseKind {
  readonly name: string
  /** How many cases one run checks: encryptions share the check of their batch. */
  readonly casesInARun: number
  /** One run from its numbers, which its seed determines. */
  run(numbers: Numbers): void
}

const expectEqual = (found: bigint, expected: bigint): void => {
  if (found !== expected) throw new Error(`came out as ${found.toString(16)}, not ${expected.toString(16)}`)
}

const expectSameBytes = (found: Uint8Array, expected: Uint8Array): void => {
  if (Buffer.compare(found, expected) !== 0) throw new Error('came out with other bytes than the reference')
}

/** Mostly random, at times with long runs of equal bits. */
const drawResidue = (numbers: Numbers, modulus: bigint): bigint => {
  const value = numbers.below(modulus)
  const shape = Number(numbers.natural(3))
  const bits = modulus.toString(2).length
  const place = BigInt(Number(numbers.below(BigInt(bits))))
  if (shape === 0) return (value >> place) << place
  if (shape === 1) return (value | ((1n << place) - 1n)) % modulus
  return value
}

/** Products on both kernels' machines for one of a few moduli of every length. */
export const productKind = (bits: number, seed: string): CaseKind => {
  const moduli = Array.from({ length: 3 }, (_, i) => oddModulus(bits, createSeededNumbers(`${seed} modulus ${bits} ${i}`)))
  const machines = moduli.map((modulus) => kernelNames.map((name) => {
    const machine = createMontgomeryMachine(modulus, name)
    return { machine, first: machine.reserve(2) }
  }))
  return {
    name: `products modulo ${bits} bits`,
    casesInARun: 1,
    run: (numbers) => {
      const index = Number(numbers.below(3n))
      const modulus = at(moduli, index)
      const [a, b] = [drawResidue(numbers, modulus), drawResidue(numbers, modulus)]
      const expected = (a * b) % modulus
      for (const { machine, first } of at(machines, index)) {
        machine.read(first, bigIntToBytes(a, machine.length))
        machine.read(first + 1, bigIntToBytes(b, machine.length))
        machine.multiply(first, first, first + 1)
        expectEqual(bytesToBigInt(machine.write(first, 2n)), expected)
      }
    },
  }
}

/** Inverses of numbers of any length modulo numbers of any length, against their definition. */
export const inverseKind = (maximumBits: number): CaseKind => ({
  name: `inverses up to ${maximumBits} bits`,
  casesInARun: 1,
  run: (numbers) => {
    const modulus = numbers.natural(2 + Number(numbers.below(BigInt(maximumBits - 1)))) + 2n
    const value = numbers.natural(1 + Number(numbers.below(BigInt(maximumBits))))
    if (gcd(value, modulus) === 1n) expectEqual((residue(value, modulus) * modularInverse(value, modulus)) % modulus, 1n % modulus)
  },
})

/** Numbers of every size encode to integers that decode to themselves; a scale is found for columns of them. */
export const encodingKind: CaseKind = {
  name: 'encodings',
  casesInARun: 1,
  run: (numbers) => {
    const column = Array.from({ length: 1 + Number(numbers.below(3n)) }, () => {
      const digits = Number(numbers.below(10n ** (1n + numbers.below(15n))))
      return (numbers.natural(1) === 0n ? 1 : -1) * Number(`${digits}e-${numbers.below(12n)}`)
    })
    const scale = chooseColumnScale(column)
    for (const value of column) {
      // 0 − 0 for −0: an integer has one zero.
      const decoded = decodeInteger(encodeValue(value, scale), scale)
      if (decoded !== (value === 0 ? 0 : value)) throw new Error(`${value} came back as ${decoded}`)
    }
  },
}

interface KeyContext {
  readonly key: PreparedPrivateKey
  readonly publicKey: PreparedPublicKey
  readonly power: ModularPower
  readonly randomBytes: RandomBytes
  readonly kernel: Arithmetic
  readonly reference: Arithmetic
}

/** A key with arithmetic in every way. The kernel's tables are made beforehand. */
export const createKeyContext = (pair: PaillierKeyPair, randomBytes: RandomBytes): KeyContext => {
  const key = preparePrivateKey(pair)
  const power = createNodeCryptoPower()
  const kernel = createKernelArithmetic('fused', power, randomBytes, 'table')
  const publicKey = preparePublicKey(pair.publicKey)
  for (const encryptor of [key, publicKey]) kernel.encrypt(encryptor, new Uint8Array(64 * (key.bits / 8)))
  return { key, publicKey, power, randomBytes, kernel, reference: createReferenceArithmetic(power, randomBytes) }
}

const drawCiphertexts = (numbers: Numbers, { nSquared, ciphertextBytes }: PreparedPrivateKey, count: number): Uint8Array =>
  joinIntegers(Array.from({ length: count }, () => numbers.below(nSquared - 1n) + 1n), ciphertextBytes)

const drawForm = (numbers: Numbers, count: number): LinearForm => {
  const bits = [1, 8, 32, 53, 96][Number(numbers.below(5n))] ?? 1
  const weights = Array.from({ length: count }, () => (numbers.natural(bits) + 1n) * (numbers.natural(1) === 0n ? 1n : -1n))
  return { runs: weights.map((weight, start) => ({ start, count: 1, weight })), constant: numbers.natural(64) - (1n << 63n) }
}

const encryptionsInARun = 5

/** Every job of the engine under one key, against the reference. */
export const keyKinds = ({ key, publicKey, power, randomBytes, kernel, reference }: KeyContext): CaseKind[] => {
  const { bits } = key
  const machine = createMontgomeryMachine(key.nSquared, 'fused')
  const encryption = (name: string, encryptor: Parameters<Arithmetic['encrypt']>[0]): CaseKind => ({
    name: `${name}, ${bits} bits`,
    casesInARun: encryptionsInARun,
    run: (numbers) => {
      const plaintexts = Array.from({ length: encryptionsInARun }, () => drawResidue(numbers, key.n))
      const ciphertexts = splitIntegers(kernel.encrypt(encryptor, joinIntegers(plaintexts, bits / 8)), key.ciphertextBytes)
      decrypt(key, ciphertexts, randomBytes, power).forEach((m, i) => expectEqual(residue(m, key.n), at(plaintexts, i)))
    },
  })
  return [
    {
      name: `sums and differences, ${bits} bits`,
      casesInARun: 1,
      run: (numbers) => {
        const [a, b] = [drawCiphertexts(numbers, key, 2), drawCiphertexts(numbers, key, 2)]
        const operation = numbers.natural(1) === 0n ? 'add' : 'subtract'
        expectSameBytes(kernel.combine(operation, key, a, b, 0), reference.combine(operation, key, a, b, 0))
      },
    },
    {
      name: `powers by OpenSSL, ${bits} bits`,
      casesInARun: 1,
      run: (numbers) => {
        const base = drawResidue(numbers, key.p.square)
        const exponent = numbers.natural(1 + Number(numbers.below(200n)))
        expectEqual(power(base, exponent, key.p.square), powerByBigInt(base, exponent, key.p.square))
      },
    },
    encryption('encryption by the owner\'s tables', key),
    encryption('encryption by the public key\'s table', publicKey),
    {
      name: `weighted sums, ${bits} bits`,
      casesInARun: 1,
      run: (numbers) => {
        const count = 1 + Number(numbers.below(12n))
        const [ciphertexts, form] = [drawCiphertexts(numbers, key, count), drawForm(numbers, count)]
        expectSameBytes(kernel.evaluate(key, ciphertexts, [form]), reference.evaluate(key, ciphertexts, [form]))
      },
    },
    ...(['straus', 'pippenger', 'bos-coster'] as const).map((method): CaseKind => ({
      name: `products of powers by ${method}, ${bits} bits`,
      casesInARun: 1,
      run: (numbers) => {
        const first = machine.reserve(2)
        const terms = Array.from({ length: 1 + Number(numbers.below(8n)) }, () => {
          const base = drawResidue(numbers, key.nSquared)
          const register = machine.reserve(1)
          machine.set(register, base)
          const magnitude = numbers.natural(1 + Number(numbers.below(40n))) + 1n
          return { base, register, exponent: numbers.natural(1) === 0n ? magnitude : -magnitude }
        })
        multiplyPowers(machine, { positive: first, negative: first + 1 }, terms,
          method === 'bos-coster' ? { method } : { method, width: 2 + Number(numbers.below(4n)) })
        const [positive, negative] = [1n, -1n].map((sign) => terms.filter(({ exponent }) => exponent * sign > 0n)
          .map(({ base, exponent }) => powerByBigInt(base, exponent * sign, key.nSquared))
          .reduce((product, factor) => (product * factor) % key.nSquared, 1n))
        expectEqual((machine.get(first) * (negative ?? 0n)) % key.nSquared, (machine.get(first + 1) * (positive ?? 0n)) % key.nSquared)
        machine.release(first)
      },
    })),
  ]
}

/**
 * Cases `from` to `to` − 1 of a kind, each run with its own seed, which the error names. `from` begins a run; the last run is whole, so
 * that there may be some cases more.
 */
export const runCases = (kind: CaseKind, seed: string, from: number, to: number): void => {
  for (let i = from; i < to; i += kind.casesInARun) {
    const caseSeed = `${seed} ${kind.name} ${i}`
    try {
      kind.run(createSeededNumbers(caseSeed))
    } catch (error) {
      throw new Error(`case ${i} of ${kind.name} failed; HESYSTEM_SEED=${seed}: ${String(error)}`, { cause: error })
    }
  }
}
