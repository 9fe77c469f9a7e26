import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/shared/errors.ts'
import { sumExactly } from '../../../src/script/reference-array.ts'
import { createReferenceBackend } from '../../../src/script/reference-backend.ts'
import { evaluateReference } from '../../../src/script/reference-evaluator.ts'
import { evaluate, expectClose, expectFailure, numpyVectors } from './support.ts'

describe('the reference evaluator', () => {
  it.each(numpyVectors.cases.map(({ script, expected }) => ({ script, expected })))('agrees with NumPy on $script', async ({ script, expected }) => {
    const { columns, rows } = numpyVectors
    const answer = await evaluateReference({ source: `export default ${script}`, fileName: 'a.ts', columns, rows, listing: { rows: rows.length, columns } })
    expectClose(answer, expected, 1e-14)
  })

  it('gives values worked out by hand', async () => {
    expect(await evaluate('export default data.mean()')).toBe(90.75 / 6)
    expect(await evaluate('export default data.mean(1)')).toEqual([10.75, 16.125, 18.5])
    expect(await evaluate('export default data.cols("age", "wage").dot([0.5, 2])')).toEqual([13, 19.5, 12.5])
    expect(await evaluate('export default data.sub(data.slice(0, 1)).t()')).toEqual([[0, 0.75, -5.5], [0, 10, 21]])
    expect(await evaluate('export default data.slice(0, 0)')).toEqual([])
  })

  it('keeps columns\' names for as long as an axis runs over them', async () => {
    expect(await evaluate('export default data.t().col("age")')).toEqual([20, 30, 41])
    expect(await evaluate('export default data.mean(0).mul([2, 3]).col("wage")')).toBeCloseTo(-1 / 6, 15)
    expect(await evaluate('export default data.cols("wage").concat(data.cols("age"), 1).t().transpose().cols("age").shape')).toEqual([3, 1])
    await expectFailure('data.reshape(6, 1).col("age")', 'input.tensor-index', /no column "age"/)
    await expectFailure('data.col("wage").col("wage")', 'input.tensor-index', /no column/)
  })

  it('sums without losing what is small', async () => {
    expect(sumExactly([1, 1e100, 1, -1e100])).toBe(2)
    expect(sumExactly(new Array<number>(10).fill(0.1))).toBe(1)
    const rows = [[1e16], [1], [-1e16], [1]]
    expect(await evaluateReference({ source: 'export default data.sum()', fileName: 'a.ts', columns: ['x'], rows, listing: { rows: 4, columns: ['x'] } })).toBe(2)
  })

  it.each([
    ['add([1, 2, 3])', 'input.tensor-shape', 'do not fit'],
    ['add([[1, 2], [3]])', 'input.tensor-shape', 'not nested evenly'],
    ['add([[1, "x"]])', 'input.tensor-value', 'lists of numbers'],
    ['div(0)', 'input.tensor-division-by-zero', 'zero'],
    ['slice(0, 0).mean()', 'input.tensor-division-by-zero', 'nothing to average'],
    ['mean(2)', 'input.tensor-index', 'outside a length of 2'],
    ['sum([0, -2])', 'input.tensor-index', 'named twice'],
    ['get(3)', 'input.tensor-index', 'outside a length of 3'],
    ['get(0.5)', 'input.tensor-index', 'outside'],
    ['get(0, 0, 0)', 'input.tensor-index', '3 indices'],
    ['slice([0, 1, 0])', 'input.tensor-index', 'step'],
    ['slice(0.5)', 'input.tensor-index', 'whole number'],
    ['slice(null, null, null)', 'input.tensor-index', '3 ranges'],
    ['reshape(4)', 'input.tensor-shape', 'do not fill'],
    ['reshape(-1, -1)', 'input.tensor-shape', 'do not fill'],
    ['transpose(0)', 'input.tensor-index', 'each axis once'],
    ['concat(data.t())', 'input.tensor-shape', 'differ on another axis'],
    ['dot([1, 2, 3])', 'input.tensor-shape', 'as long as the first'],
    ['matmul(2)', 'input.tensor-shape', 'vector or matrix'],
    ['rows([5])', 'input.tensor-index', 'outside'],
  ] as const)('refuses data.%s', async (call, code, message) => {
    await expectFailure(`export default data.${call}`, code, new RegExp(message))
  })

  it('says in words what is no finite number, and refuses a table with such', async () => {
    expect(() => createReferenceBackend({ columns: ['a'], rows: [[1], [NaN]] })).toThrow(/row 1/)
    expect(() => createReferenceBackend({ columns: ['a', 'b'], rows: [[1]] })).toThrow(AppError)
    expect(await evaluate('export default data.sum().mul(1e308).mul(1e308)')).toBe('Infinity')
  })
})
