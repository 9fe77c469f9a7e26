import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assertCanonicalProgram } from '../../../src/compute/canonical.ts'
import type { DatasetDescription } from '../../../src/compute/columns.ts'
import { deferTensor } from '../../../src/compute/deferred.ts'
import {
  assertPackedReads, choosePackedColumns, choosePackedReads, closeReads, countReads, openReads, packedBits, packedGroups, plaintextLimit,
  readForms,
} from '../../../src/compute/packed-program.ts'
import { deriveProgram, encodeProgram, evaluateProgramOnIntegers } from '../../../src/compute/program.ts'
import { isProvable } from '../../../src/crypto/decryption-proof.ts'
import { groupBits, packRow } from '../../../src/crypto/packing.ts'
import type { AnswerValue } from '../../../src/compute/answer.ts'
import type { Tensor } from '../../../src/compute/tensor.ts'
import type { Program } from '../../../src/shared/schemas/program.ts'
import { createTable } from './support.ts'

const three = () => createTable([
  { name: 'wage', decimals: 2, integers: [150, 225, -400, 7, 0, 31] },
  { name: 'age', decimals: 0, integers: [20, 30, 41, 22, 60, 19] },
  { name: 'union', decimals: 0, integers: [0, 1, 1, 0, 0, 1] },
])

type Table = ReturnType<typeof createTable>

const withPacked = (dataset: DatasetDescription, packed?: readonly (readonly number[])[]): DatasetDescription =>
  ({ ...dataset, packed: packed ?? choosePackedColumns(dataset) })

/** What a read's ciphertext decrypts to, from the plain table. */
const plaintextsOf = (program: Program, { readCell }: Table, description: DatasetDescription): bigint[] => {
  const { rows, columns } = description
  const groups = packedGroups(description)
  return readForms(program, description).map(({ runs, constant }) => runs.reduce((total, { start, count, weight }) => {
    let sum = 0n
    for (let cell = start; cell < start + count; cell += 1) {
      const group = groups[Math.floor(cell / rows) - columns.length]
      sum += group === undefined ? readCell(cell) : packRow(group, cell % rows, (row, column) => readCell(column * rows + row))
    }
    return total + weight * sum
  }, constant))
}

const choose = (table: Table, answer: (data: Tensor) => AnswerValue, packed?: readonly (readonly number[])[]) => {
  const description = withPacked(table.dataset, packed)
  const plain = deriveProgram(answer(table.data), table.dataset)
  return { description, plain, program: choosePackedReads(plain, description) }
}

describe('reading packed columns', () => {
  it('is chosen where the answer asks for every number that opens, and gives the same cells', () => {
    const table = three()
    const { description, plain, program } = choose(table, (data) => ({ means: data.mean(0), sum: data.col('age').sum(), first: data.slice([0, 3]).sum(0) }))
    expect(program).toMatchObject({ version: 3, packed: [[0, 0, 3], [0, 0, 6]], cells: plain.cells, answer: plain.answer })
    expect(countReads(program, description)).toBe(2)
    expect(() => { assertCanonicalProgram(program) }).not.toThrow()
    expect(() => { assertPackedReads(program, description) }).not.toThrow()
    const cells = evaluateProgramOnIntegers(plain, table.readCell)
    const plaintexts = plaintextsOf(program, table, description)
    expect(openReads(program, description, plaintexts)).toEqual(cells)
    expect(closeReads(program, description, cells)).toEqual(plaintexts)
    expect(encodeProgram(program)).not.toBe(encodeProgram(plain))
  })

  it('is not chosen where another column or other rows would open, for weighted sums, or without packed columns', () => {
    const table = three()
    const kept = (answer: (data: Tensor) => AnswerValue, packed?: readonly (readonly number[])[]) => {
      const { plain, program } = choose(table, answer, packed)
      return program === plain
    }
    expect(kept((data) => data.col('wage').mean())).toBe(true)
    expect(kept((data) => [data.col('wage').mean(), data.col('age').mean(), data.col('union').slice(0, 5).mean()])).toBe(true)
    expect(kept((data) => data.mean(0).mul(2).add(1))).toBe(true)
    expect(kept((data) => data.mean(1))).toBe(true)
    expect(kept((data) => data.mean(0), [])).toBe(true)
    expect(kept((data) => data.cols('wage', 'age').mean(0), [[0, 1]])).toBe(false)
  })

  it('keeps what the script compared, which the request is signed with', () => {
    const table = three()
    const comparisons = [{ constant: '-7', terms: [[0, 1, '1']] as [number, number, string][] }]
    const program = choosePackedReads({ ...deriveProgram(table.data.mean(0), table.dataset), comparisons }, withPacked(table.dataset))
    expect(program).toMatchObject({ version: 3, comparisons })
    expect(() => { assertCanonicalProgram(program) }).not.toThrow()
  })

  it('mixes packed sums with cells of its own and steps after decryption', () => {
    const table = three()
    const { description, plain, program } = choose(table, (data) => ({
      ratio: deferTensor(data.col('wage').sum()).combine('div', 'div', deferTensor(data.col('age').sum())), union: data.col('union').mean(), odd: data.col('wage').slice(1, 3).sum(),
    }))
    expect(program.version).toBe(3)
    expect(countReads(program, description)).toBe(2)
    expect(() => { assertCanonicalProgram(program) }).not.toThrow()
    const cells = evaluateProgramOnIntegers(plain, table.readCell)
    expect(openReads(program, description, plaintextsOf(program, table, description))).toEqual(cells)
  })

  it('refuses a program written by hand whose packed sum opens what is no cell of it', () => {
    const table = three()
    const { description, program } = choose(table, (data) => data.cols('wage', 'age').mean(0))
    const { datasetRoot, rows, columns, cells, answer } = program
    const forge = (packed: [number, number, number][]): Program =>
      ({ version: 3, datasetRoot, rows, columns, cells, answer, steps: [], packed })
    expect(() => { assertPackedReads(forge([[0, 0, 6]]), description) }).toThrow(expect.objectContaining({ code: 'policy.packed-slot', details: { column: 'union', start: 0, count: 6 } }))
    expect(() => { assertPackedReads(forge([[0, 0, 1]]), description) }).toThrow(expect.objectContaining({ code: 'policy.packed-slot' }))
    expect(() => { assertPackedReads(forge([[1, 0, 6]]), description) }).toThrow(expect.objectContaining({ code: 'input.program-invalid' }))
    for (const packed of [[[0, 0, 7]], [[0, 0, 6], [0, 0, 6]], [[0, 1, 1], [0, 0, 1]]] as [number, number, number][][]) {
      expect(() => { assertCanonicalProgram(forge(packed)) }).toThrow(expect.objectContaining({ code: 'input.program-not-canonical' }))
    }
  })

  it('tells one answer by one plaintext: cells that its rows cannot give, or that carry into a neighbour, are refused', () => {
    const table = three()
    const { description, plain, program } = choose(table, (data) => ({ means: data.mean(0), again: data.col('wage').sum() }))
    const cells = evaluateProgramOnIntegers(plain, table.readCell)
    const [group] = packedGroups(description)
    const bits = group?.slots[1]?.bits ?? 0n
    expect(() => closeReads(program, description, cells.with(1, (cells[1] ?? 0n) - (1n << bits)).with(2, (cells[2] ?? 0n) + 1n))).toThrow('cannot add up')
    expect(() => closeReads(program, description, cells.with(3, (cells[3] ?? 0n) + 1n))).toThrow('differ')
    expect(() => openReads(program, description, [1n << BigInt(packedBits(2048))])).toThrow()
  })

  it('fits the key and its proof, whatever the columns', () => {
    const uppersOf = fc.array(fc.nat({ max: 2 ** 40 }), { minLength: 2, maxLength: 90 })
    fc.assert(fc.property(uppersOf, fc.integer({ min: 1, max: 5000 }), (uppers, rows) => {
      const columns = uppers.map((upper, index) => ({
        name: `c${index}`, type: 'integer' as const, unit: '', description: '', categories: [], scale: { numerator: '1', denominator: '1' }, lower: -upper, upper,
      }))
      const packed = choosePackedColumns({ rows, columns, keyBits: 2048 })
      expect(packed.flat()).toEqual([...new Set(packed.flat())].sort((a, b) => a - b))
      for (const group of packedGroups({ rows, columns, keyBits: 2048, packed })) {
        expect(group.columns.length).toBeGreaterThan(1)
        expect(isProvable(2 ** 32, groupBits(group), 2048)).toBe(true)
      }
    }))
    const table = three()
    const { description, program } = choose(table, (data) => data.mean(0))
    expect([plaintextLimit(program, description, 8)]).toEqual(packedGroups(description).map(groupBits))
    expect(plaintextLimit(program, description, 500)).toBe(500)
  })

  it('refuses a listing whose groups share a column, name none, or are too long', () => {
    const { dataset } = three()
    for (const packed of [[[0, 1], [1, 2]], [[0, 3]], [[1, 0]]]) {
      expect(() => packedGroups({ ...dataset, packed })).toThrow(expect.objectContaining({ code: 'input.details-invalid' }))
    }
    const long = dataset.columns.map((column) => ({ ...column, upper: 2 ** 900 }))
    expect(() => packedGroups({ ...dataset, columns: long, packed: [[0, 1]] })).toThrow('bits')
  })
})
