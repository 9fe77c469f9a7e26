import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { powerByBigInt } from '../../../src/crypto/modular.ts'
import { createNodeCryptoPower, findNodeCryptoFault } from '../../../src/engine/node-crypto-power.ts'
import { key } from './fixtures.ts'

const power = createNodeCryptoPower()
const moduli = [3n, 2n ** 64n - 59n, 2n ** 511n + 111n, 2n ** 1024n, 2n ** 1024n + 1n, key.n, key.p.square, key.nSquared, key.nSquared - 1n]

describe('powers by node:crypto', () => {
  it('agree with BigInt\'s on moduli of every kind', () => {
    const exponent = fc.oneof(fc.constantFrom(0n, 1n, 2n), fc.bigInt({ min: 0n, max: 2n ** 40n }), fc.bigInt({ min: 0n, max: 2n ** 300n }))
    fc.assert(fc.property(fc.constantFrom(...moduli), fc.bigInt({ min: 0n, max: key.nSquared * 2n }), exponent, (modulus, base, e) => {
      expect(power(base, e, modulus)).toBe(powerByBigInt(base, e, modulus))
    }), { numRuns: 200 })
  })

  it('agree at the edges: bases 0, 1, −1, the modulus and beyond', () => {
    for (const modulus of moduli) {
      for (const base of [0n, 1n, 2n, modulus - 2n, modulus - 1n, modulus, modulus + 1n, modulus * 3n + 2n]) {
        for (const exponent of [0n, 1n, 2n ** 30n, 2n ** 30n + 1n]) {
          expect(power(base, exponent, modulus)).toBe(powerByBigInt(base, exponent, modulus))
        }
      }
    }
  })

  it('come out where the result is 1, which the interface underneath refuses', () => {
    const { prime } = key.p
    expect(power(12_345n, prime - 1n, prime)).toBe(1n)
    expect(power(2n ** 700n, prime * (prime - 1n), prime * prime)).toBe(1n)
  })

  it('go on being right when more moduli are in use than are kept', () => {
    for (let round = 0; round < 2; round += 1) {
      for (let i = 0n; i < 12n; i += 1n) {
        const modulus = key.n + 2n * i
        expect(power(key.p.prime, 2n ** 40n + i, modulus)).toBe(powerByBigInt(key.p.prime, 2n ** 40n + i, modulus))
      }
    }
  })
})

describe('the self-test', () => {
  it('passes here', () => {
    expect(findNodeCryptoFault()).toBeNull()
  })

  it('notices zeros, a wrong edge case, a wrong long exponent and an exception', () => {
    expect(findNodeCryptoFault(() => () => 0n)).toContain('wrong')
    expect(findNodeCryptoFault(() => (b, e, m) => (b === 0n ? 1n : power(b, e, m)))).toContain('wrong')
    expect(findNodeCryptoFault(() => (b, e, m) => power(b, e & (2n ** 64n - 1n), m))).toContain('long exponent')
    expect(findNodeCryptoFault(() => () => {
      throw new Error('unsupported')
    })).toBe('unsupported')
  })
})
