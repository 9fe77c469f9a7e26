import { describe, expect, it } from 'vitest'
import type { LinearForm } from '../../../src/crypto/types.ts'
import { packForms, unpackForms } from '../../../src/engine/packed-forms.ts'

const short: LinearForm[] = [
  { runs: [{ start: 0, count: 3, weight: 1n }, { start: 2 ** 33, count: 1, weight: -(2n ** 63n) }], constant: -5n },
  { runs: [], constant: 2n ** 2000n },
  { runs: [{ start: 7, count: 2 ** 33, weight: 2n ** 63n - 1n }], constant: 0n },
]

describe('packed forms', () => {
  it('come back as they were, weights as 64-bit integers where all fit', () => {
    const packed = packForms(short)
    expect(packed.weights).toBeInstanceOf(BigInt64Array)
    expect(unpackForms(structuredClone(packed))).toEqual(short)
  })

  it.each([2n ** 63n, -(2n ** 63n) - 1n])('come back as they were where the weight %d is longer', (weight) => {
    const long: LinearForm[] = [...short, { runs: [{ start: 1, count: 1, weight }], constant: 1n }]
    expect(unpackForms(structuredClone(packForms(long)))).toEqual(long)
  })

  it('may be none', () => {
    expect(unpackForms(packForms([]))).toEqual([])
  })
})
