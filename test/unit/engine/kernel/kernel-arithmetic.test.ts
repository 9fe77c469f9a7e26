import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { bigIntToBytes, bytesToBigInt, joinIntegers, splitIntegers } from '../../../../src/crypto/bytes.ts'
import { preparePrivateKey, preparePublicKey } from '../../../../src/crypto/keys.ts'
import { at } from '../../../../src/crypto/lists.ts'
import { powerByBigInt, residue } from '../../../../src/crypto/modular.ts'
import { decrypt } from '../../../../src/crypto/paillier.ts'
import type { LinearForm } from '../../../../src/crypto/types.ts'
import { createReferenceArithmetic } from '../../../../src/engine/arithmetic.ts'
import { createFixedBase } from '../../../../src/engine/kernel/fixed-base.ts'
import { createKernelArithmetic } from '../../../../src/engine/kernel/kernel-arithmetic.ts'
import { createMontgomeryMachine } from '../../../../src/engine/kernel/montgomery.ts'
import { createRandomiser } from '../../../../src/engine/kernel/randomisers.ts'
import { createNodeCryptoPower } from '../../../../src/engine/node-crypto-power.ts'
import { expectCryptoError, keyPairOf, random, vectors } from '../../crypto/fixtures.ts'
import { createSeededNumbers, runSeed } from './fixtures.ts'

const numbers = createSeededNumbers(`kernel-arithmetic ${runSeed}`)
const power = createNodeCryptoPower()
const reference = createReferenceArithmetic(power, random)
const kernel = createKernelArithmetic('fused', power, random, 'table')
const integerKernel = createKernelArithmetic('integer', power, random, 'table')
const keys = vectors.keys.map(keyPairOf)
const [shortestPair] = keys
if (shortestPair === undefined) throw new Error('the vectors hold no key')
const shortest = preparePrivateKey(shortestPair)
const length = shortest.ciphertextBytes

const cellsOf = (count: number, bytes = length): Uint8Array =>
  joinIntegers(Array.from({ length: count }, () => numbers.below(shortest.nSquared - 1n) + 1n), bytes)

const randomForm = (count: number, bits: number): LinearForm => {
  const runs = []
  for (let start = 0; start < count;) {
    const cells = 1 + Number(numbers.below(3n))
    const weight = numbers.natural(bits) * (numbers.natural(1) === 1n ? 1n : -1n)
    if (weight !== 0n && start + cells <= count) runs.push({ start, count: cells, weight })
    start += cells
  }
  return { runs, constant: numbers.natural(80) - (1n << 79n) }
}

for (const pair of keys) {
  const key = preparePublicKey(pair.publicKey)
  const drawCells = (count: number): Uint8Array =>
    joinIntegers(Array.from({ length: count }, () => numbers.below(key.nSquared - 1n) + 1n), key.ciphertextBytes)

  describe(`the kernel's arithmetic under ${key.bits} bits`, () => {
    it('adds, subtracts, scales and weighs to the reference\'s bytes', () => {
      for (const count of [1, 2, 9]) {
        const [a, b] = [drawCells(count), drawCells(count)]
        const [sum, difference] = [reference.combine('add', key, a, b, 0), reference.combine('subtract', key, a, b, 0)]
        for (const arithmetic of [kernel, integerKernel]) {
          expect(arithmetic.combine('add', key, a, b, 0), runSeed).toEqual(sum)
          expect(arithmetic.combine('subtract', key, a, b, 0), runSeed).toEqual(difference)
        }
        const factors = Array.from({ length: count }, (_, i) => [0n, -1n, 1n, -(2n ** 40n), 2n ** 31n + 5n][i % 5] ?? 0n)
        const scaled = reference.scale(key, a, factors, 0)
        for (const arithmetic of [kernel, integerKernel]) expect(arithmetic.scale(key, a, factors, 0), runSeed).toEqual(scaled)
        const forms = [randomForm(count, 32), randomForm(count, 1), randomForm(count, 200), { runs: [], constant: 0n }]
        const weighed = reference.evaluate(key, a, forms)
        for (const arithmetic of [kernel, integerKernel]) expect(arithmetic.evaluate(key, a, forms), runSeed).toEqual(weighed)
      }
    })

    it('encrypts by tables what decrypts to the plaintexts, as the owner and with the public key', () => {
      const plaintexts = Array.from({ length: 70 }, (_, i) => (i === 0 ? 0n : i === 1 ? key.n - 1n : numbers.below(key.n)))
      const residues = joinIntegers(plaintexts, key.bits / 8)
      const owner = preparePrivateKey(pair)
      for (const encryptor of [owner, key]) {
        const ciphertexts = splitIntegers(kernel.encrypt(encryptor, residues), key.ciphertextBytes)
        expect(new Set(ciphertexts).size).toBe(plaintexts.length)
        const some = [0, 1, 2, 69]
        expect(decrypt(owner, some.map((i) => at(ciphertexts, i)), random, power).map((m) => residue(m, key.n)), runSeed)
          .toEqual(some.map((i) => at(plaintexts, i)))
      }
    })
  })
}

describe('a table of powers', () => {
  it('gives the powers of its base, for exponents of zeros and of ones too', () => {
    const modulus = shortest.p.square
    const machine = createMontgomeryMachine(modulus, 'fused')
    const base = numbers.below(modulus)
    const table = createFixedBase(machine, base, 12)
    for (const bytes of [new Uint8Array(12), new Uint8Array(12).fill(255), numbers.bytes(12), numbers.bytes(12)]) {
      const exponent = bytesToBigInt(Uint8Array.from(bytes).reverse())
      expect(bytesToBigInt(table.raise(bytes)), runSeed).toBe(powerByBigInt(base, exponent, modulus))
    }
    expect(() => table.raise(new Uint8Array(11))).toThrow(RangeError)
    expect(table.memoryBytes).toBe(12 * 256 * 400)
  })

  it('makes randomisers that are n-th powers, in every way offered', () => {
    // x is an n-th power modulo n² exactly if its order divides φ(n).
    const order = (shortest.p.prime - 1n) * (shortest.q.prime - 1n)
    for (const kind of ['table', 'short'] as const) {
      for (const key of [shortest, preparePublicKey({ n: shortest.n, bits: 2048 })]) {
        const randomiser = createRandomiser('fused', key, kind, random, power)
        const draws = [randomiser.draw(), randomiser.draw()]
        expect(new Set(draws).size).toBe(2)
        for (const draw of draws) expect(power(draw, order, shortest.nSquared)).toBe(1n)
        expect(randomiser.memoryBytes).toBeLessThan(28e6)
      }
    }
  })

  it('is not made, and nothing encrypted, without randomness', () => {
    const broken = (): never => {
      throw new Error('no entropy')
    }
    const arithmetic = createKernelArithmetic('fused', power, broken, 'table')
    for (const count of [1, 100]) expect(() => arithmetic.encrypt(shortest, new Uint8Array(count * 256))).toThrow('no entropy')
  })

  it('is not used where the exact distribution is asked for', () => {
    let drawn: number[] = []
    const recording = (count: number): Uint8Array => {
      drawn.push(count)
      return randomBytes(count)
    }
    const residues = new Uint8Array(100 * 256)
    createKernelArithmetic('fused', power, recording, 'exact').encrypt(shortest, residues)
    // A unit modulo p and one modulo q per cell; a table takes eight bytes more.
    expect(new Set(drawn)).toEqual(new Set([128]))
    drawn = []
    createKernelArithmetic('fused', power, recording, 'table').encrypt(shortest, residues)
    expect(drawn).toContain(136)
  })
})

describe('what is no ciphertext', () => {
  const replaced = (cells: Uint8Array, index: number, c: bigint): Uint8Array => {
    const changed = Uint8Array.from(cells)
    changed.set(bigIntToBytes(c, length), index * length)
    return changed
  }
  const good = cellsOf(5)

  it('is refused by every operation as the reference refuses it', () => {
    for (const bad of [0n, shortest.n, shortest.nSquared, shortest.nSquared + 1n, shortest.p.prime * 99n, 256n ** BigInt(length) - 1n]) {
      const wrong = replaced(good, 3, bad)
      expect(kernel.findInvalid(shortest, wrong)).toBe(3)
      for (const action of [
        () => kernel.combine('add', shortest, wrong, good, 10),
        () => kernel.combine('subtract', shortest, good, wrong, 10),
        () => kernel.scale(shortest, wrong, [1n, 2n, 3n, 4n, 5n], 10),
      ]) expect(expectCryptoError('invalid-ciphertext', action).index).toBe(13)
      for (const weight of [1n, 5n, -5n]) {
        expectCryptoError('invalid-ciphertext', () => kernel.evaluate(shortest, wrong, [{ runs: [{ start: 0, count: 5, weight }], constant: 0n }]))
      }
    }
    expect(kernel.findInvalid(shortest, good)).toBeNull()
  })

  it('does no harm where no form touches it but must be in range, as in the reference', () => {
    const untouched = [{ runs: [{ start: 0, count: 2, weight: 3n }], constant: 1n }]
    const multiple = replaced(good, 3, shortest.p.prime)
    expect(kernel.evaluate(shortest, multiple, untouched)).toEqual(reference.evaluate(shortest, multiple, untouched))
    expectCryptoError('invalid-ciphertext', () => kernel.evaluate(shortest, replaced(good, 3, 0n), untouched))
  })

  it('leaves the arithmetic working', () => {
    expect(kernel.combine('add', shortest, good, good, 0)).toEqual(reference.combine('add', shortest, good, good, 0))
  })
})
