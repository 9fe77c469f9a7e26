import { describe, expect, it } from 'vitest'
import { encodingKind, inverseKind, productKind, runCases } from '../../campaigns/engine-cases.ts'
import { modulusBits, runSeed } from './kernel/fixtures.ts'

// The long form of both campaigns is `npm run campaign:engine`. Two residues read, multiplied and written are an addition of ciphertexts.
describe('a hundred thousand random cases', () => {
  for (const bits of modulusBits) {
    it(`of products modulo ${bits} bits, a fifth of them, are BigInt's`, () => {
      expect(() => runCases(productKind(bits, runSeed), runSeed, 0, 20_000)).not.toThrow()
    }, 300_000)
  }

  for (const kind of [inverseKind(160), encodingKind]) {
    it(`of ${kind.name} are right`, () => {
      expect(() => runCases(kind, runSeed, 0, 100_000)).not.toThrow()
    }, 300_000)
  }
})
