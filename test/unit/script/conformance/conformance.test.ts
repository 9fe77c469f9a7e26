import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Interaction } from '../../../../src/compute/interaction.ts'
import { createPlainKeyHolder } from '../../../../src/compute/key-holder.ts'
import { createDataset } from '../../../../src/compute/dataset.ts'
import { deriveProgram, evaluatePlain, evaluateProgramOnIntegers, readAnswer } from '../../../../src/compute/program.ts'
import { createGraphBackend } from '../../../../src/script/graph-backend.ts'
import { evaluateReference } from '../../../../src/script/reference-evaluator.ts'
import { runScript, type JsonValue } from '../../../../src/script/run-script.ts'
import { createColumn, rootOf } from '../../compute/support.ts'
import { createTables, numpySource, type Table } from './cases.ts'

const python = '/usr/bin/python3'
const tableCount = 72
const tables = createTables(tableCount, 1)
/** What of the answers is not the rounding of doubles: three decimals in, a few dozen operations. */
const tolerance = 1e-9

/** NumPy's answers, from NumPy where it is installed, else as recorded by record.ts. */
const readExpected = (): JsonValue[][] => {
  const recorded = JSON.parse(readFileSync(new URL('../../../vectors/conformance.json', import.meta.url), 'utf8')) as JsonValue[][]
  if (!existsSync(python)) return recorded
  const { status, stdout } = spawnSync(python, ['-c', numpySource], { input: JSON.stringify(tables), encoding: 'utf8', maxBuffer: 2 ** 28 })
  return status === 0 ? JSON.parse(stdout) as JsonValue[][] : recorded
}

const sourceOf = ({ width, cases }: Table): string => [
  `const x = data.slice(null, [0, ${width}])`, 'const a = x.sum(0)', 'const m = x.mean(0)', 'const d = x.decrypted()',
  `export default [\n${cases.map(({ script }) => `  ${script},\n`).join('')}]`,
].join('\n')

/** The answers by way of the graph, the program on its wire and the integers under the ciphertexts. */
const evaluateByProgram = async (table: Table) => {
  const { columns, rows, width } = table
  const decimals = columns.map((_, column) => (column < width ? 3 : 6))
  const dataset = createDataset({
    rows: rows.length, keyBits: 2048, datasetRoot: rootOf('33'),
    columns: columns.map((name, column) => createColumn(name, decimals[column] as number, -1e4, 1e4)),
  })
  const readTable = (cell: number): bigint => {
    const column = Math.floor(cell / rows.length)
    return BigInt(Math.round((rows[cell % rows.length]?.[column] as number) * 10 ** (decimals[column] as number)))
  }
  const holder = createPlainKeyHolder(rows.length * columns.length, readTable)
  const { readCell } = holder
  const help = new Interaction(dataset, holder, { comparisons: null, products: null, isBlinded: true })
  const { answer } = await runScript({
    source: sourceOf(table), fileName: 'a.ts', listing: { rows: rows.length, columns }, backend: createGraphBackend(dataset.data, help),
  })
  const program = deriveProgram(answer, dataset)
  const read = readAnswer(program, evaluateProgramOnIntegers(program, readCell))
  return { read, plain: evaluatePlain(answer, dataset, readCell) }
}

const isClose = (actual: unknown, expected: JsonValue): boolean => {
  if (typeof expected !== 'number') {
    if (!Array.isArray(expected)) return actual === expected
    return Array.isArray(actual) && actual.length === expected.length
      && expected.every((item: JsonValue, index) => isClose(actual[index], item))
  }
  return typeof actual === 'number' && Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected))
}

const findMismatches = ({ cases }: Table, answers: unknown, expected: readonly JsonValue[]): string[] =>
  cases.flatMap(({ script, numpy }, index) => {
    const actual = (answers as readonly unknown[])[index]
    const wanted = expected[index] as JsonValue
    return isClose(actual, wanted) ? [] : [`${script} is ${JSON.stringify(actual)}; NumPy's ${numpy} is ${JSON.stringify(wanted)}`]
  })

describe('scripts and NumPy', () => {
  const expected = readExpected()

  it('have more than 5,000 cases to agree on', () => {
    expect(expected.flat().length).toBe(tables.flatMap(({ cases }) => cases).length)
    expect(expected.flat().length).toBeGreaterThan(5_000)
  })

  it('were recorded as NumPy answers here', () => {
    const recorded = JSON.parse(readFileSync(new URL('../../../vectors/conformance.json', import.meta.url), 'utf8')) as JsonValue[][]
    tables.forEach((table, index) => {
      expect(findMismatches(table, expected[index], recorded[index] as JsonValue[])).toEqual([])
    })
  })

  it.each(tables.map((table, index) => ({ seed: index + 1, table, index })))('agree on the table of seed $seed', async ({ table, index }) => {
    const { columns, rows } = table
    const wanted = expected[index] as JsonValue[]
    const { read, plain } = await evaluateByProgram(table)
    expect(findMismatches(table, read, wanted)).toEqual([])
    expect(plain).toEqual(read)
    const reference = await evaluateReference({ source: sourceOf(table), fileName: 'a.ts', columns, rows, listing: { rows: rows.length, columns } })
    expect(findMismatches(table, reference, wanted)).toEqual([])
  })
})
