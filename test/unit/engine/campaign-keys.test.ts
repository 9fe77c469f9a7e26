import { describe, expect, it } from 'vitest'
import { createKeyContext, encryptionsPerCase, keyKinds, runCases } from '../../campaigns/engine-cases.ts'
import { keyPairOf, random, vectors } from '../crypto/fixtures.ts'
import { runSeed } from './kernel/fixtures.ts'

describe('five hundred random cases', () => {
  for (const kind of vectors.keys.flatMap((key) => keyKinds(createKeyContext(keyPairOf(key), random)))) {
    it(`of ${kind.name} agree with the reference`, () => {
      const cases = kind.name.startsWith('encryption') ? 500 / encryptionsPerCase : 500
      expect(() => runCases(kind, runSeed, 0, cases)).not.toThrow()
    }, 300_000)
  }
})
