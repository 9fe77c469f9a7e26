import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCellEncoder } from '../../../src/compute/products.ts'
import { residuePrime } from '../../../src/host/datasets/residue-algebra.ts'
import { toResidue } from '../../../src/host/datasets/second-moments.ts'
import { createResidueOf } from '../../../src/host/ledger/residues.ts'
import type { Column } from '../../../src/shared/schemas/details.ts'

const columnOf = (name: string, numerator: string, denominator: string): Column =>
  ({ name, type: 'number', unit: '', description: '', categories: [], scale: { numerator, denominator }, lower: 0, upper: 1 })

describe('residues of what is encrypted', () => {
  it('are those of the exact integers, whatever the scale and however long the decimals', () => {
    const digits = fc.integer({ min: 0, max: 17 }).chain((decimals) => fc.tuple(
      fc.constant(decimals), fc.array(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), { minLength: 1, maxLength: 20 }),
    ))
    fc.assert(fc.property(digits, ([decimals, integers]) => {
      const columns = [columnOf('a', '1', `${10n ** BigInt(decimals)}`)]
      const encode = createCellEncoder(columns)
      const residueOf = createResidueOf(columns, 0)
      for (const integer of integers) {
        const value = Number(`${integer}e-${decimals}`)
        let exact: number | null = null
        try {
          exact = toResidue(encode([value], 0))
        } catch {
          // A long decimal's double may mean another one, finer than the scale: then neither has an integer.
          expect(() => residueOf([value])).toThrow()
        }
        if (exact !== null) expect(residueOf([value])).toBe(exact)
      }
    }), { numRuns: 300 })
  })

  it('are those of products, of other scales, and of negative numbers', () => {
    const columns = [columnOf('a', '1', '10'), columnOf('b', '1', '1'), columnOf('a*b', '1', '10'), columnOf('c', '5', '1')]
    const row = [-12.5, 3, -37.5, 20]
    expect(columns.map((_, at) => createResidueOf(columns, at)(row))).toEqual([residuePrime - 125, 3, residuePrime - 375, 4])
    expect(createResidueOf(columns, 1)([0, -0])).toBe(0)
    expect(() => createResidueOf(columns, 1)([0, 0.5])).toThrow('not a whole multiple')
  })
})
