import { describe, expect, it } from 'vitest'
import { createDataset } from '../../../src/compute/dataset.ts'
import { deriveProgram } from '../../../src/compute/program.ts'
import { concat, dot, type Tensor } from '../../../src/compute/tensor.ts'
import { AppError, type ErrorCode } from '../../../src/shared/errors.ts'
import type { Column } from '../../../src/shared/schemas/details.ts'
import { createColumn, rootOf, wages } from './support.ts'

const thrownBy = (act: () => unknown): AppError => {
  try {
    act()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const { data, dataset } = wages()

describe('an operation that cannot be done says which, where and why', () => {
  const cases: [string, ErrorCode, RegExp, () => unknown][] = [
    ['shapes that do not broadcast', 'input.tensor-shape', /^add: shapes \(3, 2\) and \(3,\) do not fit: axis -1 has 2 against 3/, () => data.add([1, 2, 3])],
    ['tensors whose shapes do not broadcast', 'input.tensor-shape', /^sub: shapes \(3, 2\) and \(2, 3\)/, () => data.sub(data.t())],
    ['weights of the wrong length', 'input.tensor-shape', /^dot: shapes \(3, 2\) and \(3,\).*last axis has 2 against 3/, () => data.dot([1, 2, 3])],
    ['weights of three axes', 'input.tensor-shape', /vector or a matrix/, () => data.matmul([[[1]], [[2]]])],
    ['a number for matmul', 'input.tensor-shape', /vector or a matrix/, () => data.matmul(2)],
    ['left weights of the wrong length', 'input.tensor-shape', /^dot: shapes \(2,\) and \(3, 2\)/, () => dot([1, 2], data)],
    ['a ragged matrix', 'input.tensor-shape', /ragged.*\(2, 2\)/, () => data.add([[1, 2], [3]])],
    ['too few cells for a shape', 'input.tensor-shape', /^reshape: shapes \(3, 2\) and \(4, -1\).*6 cells/, () => data.reshape(4, -1)],
    ['two lengths left open', 'input.tensor-shape', /^reshape/, () => data.reshape(-1, -1)],
    ['joining tables of other widths', 'input.tensor-shape', /^concat: shapes \(3, 2\) and \(3,\)/, () => data.concat(data.col(0))],
    ['joining nothing', 'input.tensor-shape', /no tensor to join/, () => concat([])],
    ['an index past the end', 'input.tensor-index', /^get: index 3 is out of range for axis 0 of length 3/, () => data.get(3)],
    ['an index before the start', 'input.tensor-index', /index -3 is out of range for axis 1 of length 2/, () => data.get(0, -3)],
    ['half an index', 'input.tensor-index', /0\.5 is out of range/, () => data.get(0.5)],
    ['too many indices', 'input.tensor-index', /3 indices for shape \(3, 2\)/, () => data.get(0, 0, 0)],
    ['an axis that is not there', 'input.tensor-index', /^sum: axis 2 is out of range for shape \(3, 2\)/, () => data.sum(2)],
    ['an axis named twice', 'input.tensor-index', /named twice/, () => data.mean([0, -2])],
    ['axes that are no permutation', 'input.tensor-index', /each be named once/, () => data.transpose(0, 0)],
    ['a step of 0', 'input.tensor-index', /step/, () => data.slice([0, 1, 0])],
    ['an unknown column', 'input.tensor-index', /no column "salary": the columns are wage, age/, () => data.col('salary')],
    ['a column name where none are left', 'input.tensor-index', /no column names left/, () => data.reshape(-1, 1).col('age')],
    ['a column of a vector', 'input.tensor-index', /^col: a vector has no columns/, () => data.reshape(-1).col('age')],
    ['a column of a vector by its number', 'input.tensor-index', /^cols: a vector has no columns/, () => data.col('age').cols(0)],
    ['a name that two columns have', 'input.tensor-index', /is the name of column 0 and of column \d/, () => data.concat(data, 1).col(data.columnNames?.[0] ?? '')],
    ['a text for a number', 'input.tensor-value', /^add: expected a finite number at cell 1, found string/, () => data.add([1, '2'] as unknown as number[])],
    ['not a number', 'input.tensor-value', /found NaN/, () => data.mul(Number.NaN)],
    ['infinity', 'input.tensor-value', /found Infinity/, () => data.add([0, Infinity])],
    ['a product of ciphertexts', 'input.tensor-not-additive', /^mul: not possible with additive encryption/, () => data.mul(data)],
    ['a quotient of ciphertexts', 'input.tensor-not-additive', /^div: not possible/, () => data.div(data.col(0))],
    ['a matrix product of ciphertexts', 'input.tensor-not-additive', /^matmul: not possible/, () => data.t().matmul(data)],
    ['a dot product of ciphertexts', 'input.tensor-not-additive', /^dot: not possible/, () => data.col(0).dot(data.col(1))],
    ['division by 0', 'input.tensor-division-by-zero', /^div: the divisor's cell 0 is 0/, () => data.div(0)],
    ['division by a matrix with a 0', 'input.tensor-division-by-zero', /cell 1 is 0/, () => data.div([3, -0])],
    ['a mean of nothing', 'input.tensor-division-by-zero', /no cells to average/, () => data.slice(3).mean(0)],
    ['more cells than can be laid out', 'input.tensor-too-large', /^add would give shape \(12000, 2000\)/, () => {
      const long = Array.from({ length: 2000 }, () => 1)
      return data.reshape(6, 1).add(long).reshape(-1, 1).add(long)
    }],
    ['more than eight axes', 'input.tensor-too-large', /at most 8 axes/, () => data.reshape(3, 2, 1, 1, 1, 1, 1, 1, 1)],
  ]
  it.each(cases)('%s', (_, code, message, act) => {
    const error = thrownBy(act)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
  })
})

describe('tensors of two datasets', () => {
  const other = createDataset({ rows: 3, keyBits: 2048, datasetRoot: rootOf('22'), columns: [createColumn('age', 0, 0, 99)] })

  it('do not add, join, or share an answer', () => {
    expect(thrownBy(() => data.col('age').add(other.data.col('age'))).code).toBe('input.tensor-mixed')
    expect(thrownBy(() => data.cols('age').concat(other.data)).code).toBe('input.tensor-mixed')
    expect(thrownBy(() => deriveProgram([data.sum(), other.data.sum()], dataset)).code).toBe('input.tensor-mixed')
  })
})

describe('an overflow is refused before any work', () => {
  const capacity = ((1n << 2047n) - 1n) / 3n
  const tableOf = (column: Column) => createDataset({ rows: 2, keyBits: 2048, datasetRoot: rootOf('33'), columns: [column] }).data
  const table = (upper: number) => tableOf(createColumn('x', 0, -1, upper))
  /** Doubles the bound `times` times by weighing one cell of two: no common factor can move to the scale. */
  const grow = (tensor: Tensor, times: number): Tensor =>
    Array.from({ length: times }).reduce<Tensor>((grown) => grown.mul([[2], [1]]), tensor)

  it('exactly where a cell could pass n/3, and not one bit before', () => {
    const fits = grow(table(1), 2045)
    expect(fits.bound <= capacity && fits.bound * 2n > capacity).toBe(true)
    const error = thrownBy(() => grow(fits, 1))
    expect(error.code).toBe('input.tensor-overflow')
    expect(error.message).toBe('mul: a cell could need 2047 bits; a 2048-bit key holds 2046, of which 0 were left')
    expect(error.details).toEqual({ operation: 'mul', bits: 2047, limit: 2046, bitsLeft: 0 })
  })

  it('in every operation that lets cells grow, naming it and the bits left', () => {
    const nearly = grow(table(1), 2044)
    const messages = [
      () => nearly.sum().add(nearly.sum()),
      () => nearly.reshape(-1).dot([3, 3.5]),
      () => nearly.add(0.001),
      () => nearly.concat(nearly.mul(0.001)),
      () => grow(nearly, 1).sum(),
    ].map((act) => thrownBy(act)).map(({ code, message }) => `${code} ${message}`)
    expect(messages.map((message) => message.replace(/need \d+/, 'need …'))).toEqual([
      'input.tensor-overflow add: a cell could need … bits; a 2048-bit key holds 2046, of which 0 were left',
      'input.tensor-overflow dot: a cell could need … bits; a 2048-bit key holds 2046, of which 1 were left',
      'input.tensor-overflow add: a cell could need … bits; a 2048-bit key holds 2046, of which 1 were left',
      'input.tensor-overflow concat: a cell could need … bits; a 2048-bit key holds 2046, of which 1 were left',
      'input.tensor-overflow sum: a cell could need … bits; a 2048-bit key holds 2046, of which 0 were left',
    ])
  })

  it('but a factor for the whole tensor costs no bits', () => {
    const nearly = grow(table(1), 2045)
    expect(nearly.mul(1e300).div(1e-200).bound).toBe(nearly.bound)
  })

  it('also when weights meet a column declared to be 0 everywhere', () => {
    expect(thrownBy(() => grow(tableOf(createColumn('x', 0, 0, 0)), 2100)).code).toBe('input.tensor-overflow')
  })

  it('also for a scale that grows without end', () => {
    const error = thrownBy(() => Array.from({ length: 3000 }).reduce<Tensor>((tensor) => tensor.div(3), data))
    expect(error.message).toMatch(/^div: the scale would need 20\d\d bits/)
  })

  it('also for declared bounds the key cannot hold', () => {
    const column = { ...createColumn('x', 0, 0, 1e308), scale: { numerator: '1', denominator: '1'.padEnd(400, '0') } }
    const error = thrownBy(() => tableOf(column))
    expect(error.message).toMatch(/^createDataset: a cell could need 23\d\d bits/)
  })
})
