import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deriveProgram } from '../../../src/compute/program.ts'
import { createPartition, refinePartition, smallestClass, type Partition } from '../../../src/policy/partition.ts'
import type { Program } from '../../../src/shared/schemas/program.ts'
import { createTable } from '../compute/support.ts'

/** Weights of one answer cell: weights[row][column]. */
type CellWeights = readonly (readonly number[])[]

const tableOf = (rows: number, columns: number) =>
  createTable(Array.from({ length: columns }, () => ({ decimals: 0, integers: Array.from({ length: rows }, (_, row) => row + 1) })))

const programOf = (cells: readonly CellWeights[]): Program => {
  const [first] = cells as [CellWeights]
  const { data, dataset } = tableOf(first.length, first[0]?.length ?? 0)
  return deriveProgram(cells.map((weights) => data.mul(weights).sum()), dataset)
}

/** The class of each row, by numbers of first appearance. */
const classPerRow = ({ rows, starts, classes }: Partition): number[] =>
  Array.from({ length: rows }, (_, row) => classes[starts.findLastIndex((start) => start <= row)] as number)

/** How many rows share each value. */
const groupSizes = (keys: readonly string[]): number[] => {
  const sizes = new Map<string, number>()
  for (const key of keys) sizes.set(key, (sizes.get(key) ?? 0) + 1)
  return [...sizes.values()]
}

/**
 * The oracle: tries linear combinations of the answers. A combination gives each row one weight per column; rows of equal
 * weights cannot be told apart by it. The smallest group any combination makes is what the answers can isolate.
 */
const smallestIsolated = (cells: readonly CellWeights[]): number => {
  const small = [-2, -1, 0, 1, 2]
  const combinations = cells.reduce<number[][]>((lists, _) => lists.flatMap((list) => small.map((factor) => [...list, factor])), [[]])
  // Weights are at most 2 in magnitude: powers of 100 keep all answers apart in one number.
  const separating = cells.map((_, cell) => 100 ** cell)
  const rows = cells[0]?.length ?? 0
  const sizes = [...combinations, separating].flatMap((factors) => groupSizes(Array.from({ length: rows }, (_, row) =>
    (cells[0]?.[row] ?? []).map((_weight, column) =>
      cells.reduce((total, weights, cell) => total + (factors[cell] as number) * (weights[row]?.[column] as number), 0)).join())))
  return Math.min(...sizes)
}

const weights = (rows: number, columns: number) =>
  fc.array(fc.array(fc.constantFrom(0, 0, 1, 1, 2, -1), { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows })

const someCells = fc.record({ rows: fc.integer({ min: 1, max: 7 }), columns: fc.integer({ min: 1, max: 3 }) }).chain(({ rows, columns }) =>
  fc.array(weights(rows, columns), { minLength: 1, maxLength: 4 }))

describe('the class rule', () => {
  it('finds exactly what the best linear combination of the answers isolates', () => {
    fc.assert(fc.property(someCells, (cells) => {
      const partition = refinePartition(createPartition(cells[0]?.length ?? 0), programOf(cells))
      expect(smallestClass(partition)).toBe(smallestIsolated(cells))
    }), { numRuns: 500 })
  })

  it('puts two rows in one class when, and only when, all their weights agree', () => {
    fc.assert(fc.property(someCells, (cells) => {
      const rows = cells[0]?.length ?? 0
      const keys = Array.from({ length: rows }, (_, row) => JSON.stringify(cells.map((cell) => cell[row])))
      const names = [...new Set(keys)]
      const partition = refinePartition(createPartition(rows), programOf(cells))
      expect(classPerRow(partition)).toEqual(keys.map((key) => names.indexOf(key)))
    }), { numRuns: 500 })
  })

  it('is the same for one query of two answers as for two queries, in either order', () => {
    const size = fc.record({ rows: fc.integer({ min: 2, max: 9 }), columns: fc.integer({ min: 1, max: 3 }) })
    const twoQueries = size.chain(({ rows, columns }) => fc.tuple(weights(rows, columns), weights(rows, columns)))
    fc.assert(fc.property(twoQueries, ([one, other]) => {
      const start = createPartition(one.length)
      const together = refinePartition(start, programOf([one, other]))
      expect(refinePartition(refinePartition(start, programOf([one])), programOf([other]))).toEqual(together)
      expect(refinePartition(refinePartition(start, programOf([other])), programOf([one]))).toEqual(together)
      expect(refinePartition(together, programOf([one]))).toEqual(together)
    }))
  })

  it('sees runs that cross columns as the columns\' parts', () => {
    const scale = { numerator: '1', denominator: '1' }
    const program: Program = {
      version: 1, datasetRoot: '', rows: 5, columns: 4, answer: { kind: 'list', items: [] },
      // Rows 3 and 4 of column 0, all of columns 1 and 2, row 0 of column 3.
      cells: [{ scale, constant: '0', terms: [[3, 13, '1']] }],
    }
    expect(classPerRow(refinePartition(createPartition(5), program))).toEqual([0, 1, 1, 2, 2])
  })

  it('does not depend on constants, and finds nothing in answers about whole columns', () => {
    const { data, dataset } = tableOf(6, 3)
    const program = deriveProgram([data.mean(0), data.sum().add(7), data.mul([1, 2, 0]).mean()], dataset)
    expect(refinePartition(createPartition(6), program)).toEqual(createPartition(6))
  })

  it('stays near-linear for programs made to be slow: many long runs, many breaks', () => {
    const rows = 100_000
    const scale = { numerator: '1', denominator: '1' }
    const cells = Array.from({ length: 50_000 }, (_, i): Program['cells'][number] =>
      ({ scale, constant: '0', terms: [[(i * 7) % 50_000, 1 + (i * 13) % 49_999, '1']] }))
    const breaks = Array.from({ length: 100_000 }, (_, i): Program['cells'][number]['terms'][number] => [i * 4, 1 + i % 3, String(1 + i % 7)])
    const program: Program = {
      version: 1, datasetRoot: '', rows, columns: 20, answer: { kind: 'list', items: [] }, cells: [...cells, { scale, constant: '0', terms: breaks }],
    }
    const partition = refinePartition(createPartition(rows), program)
    expect(smallestClass(partition)).toBe(1)
    expect(partition.starts.length).toBe(partition.classes.length)
  })
})
