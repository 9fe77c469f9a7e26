import { describe, expect, it } from 'vitest'
import { createKeyContext, keyKinds, runCases } from '../../campaigns/engine-cases.ts'
import { keyPairOf, random, vectors } from '../crypto/fixtures.ts'
import { runSeed } from './kernel/fixtures.ts'

describe('five hundred random cases', () => {
  for (const kind of vectors.keys.flatMap((key) => keyKinds(createKeyContext(keyPairOf(key), random)))) {
    it(`of ${kind.name} agree with the reference`, () => {
      expect(() => runCases(kind, runSeed, 0, 500)).not.toThrow()
    }, 300_000)
  }
})
