import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Interaction } from '../../../src/compute/interaction.ts'
import { createPlainKeyHolder } from '../../../src/compute/key-holder.ts'
import { createDataset } from '../../../src/compute/dataset.ts'
import { deriveProgram, evaluatePlain } from '../../../src/compute/program.ts'
import { createGraphBackend } from '../../../src/script/graph-backend.ts'
import { evaluateReference } from '../../../src/script/reference-evaluator.ts'
import { runScript } from '../../../src/script/run-script.ts'
import { expectClose, numpyVectors } from './support.ts'

const decimals = 3

const describeTable = (columns: readonly string[], rows: readonly (readonly number[])[]) => {
  const dataset = createDataset({
    rows: rows.length,
    keyBits: 2048,
    datasetRoot: `0x${'11'.repeat(32)}`,
    columns: columns.map((name, column) => ({
      name, type: 'number', unit: '', description: '', categories: [],
      scale: { numerator: '1', denominator: String(10 ** decimals) },
      lower: Math.min(...rows.map((row) => row[column] as number)),
      upper: Math.max(...rows.map((row) => row[column] as number)),
    })),
  })
  const readCell = (cell: number): bigint =>
    BigInt(Math.round((rows[cell % rows.length]?.[Math.floor(cell / rows.length)] as number) * 10 ** decimals))
  return { dataset, readCell }
}

const runOnGraph = async (source: string, columns: readonly string[], rows: readonly (readonly number[])[]) => {
  const { dataset, readCell } = describeTable(columns, rows)
  const { answer } = await runScript({
    source, fileName: 'a.ts', listing: { rows: rows.length, columns }, backend: createGraphBackend(dataset.data),
  })
  return { answer, dataset, readCell }
}

/** A script's answer by way of the graph, over the integers an encrypted table would hold. */
const evaluateByGraph = async (source: string, columns: readonly string[], rows: readonly (readonly number[])[]) => {
  const { answer, dataset, readCell } = await runOnGraph(source, columns, rows)
  return evaluatePlain(answer, dataset, readCell)
}

/** The same with a key holder who compares and multiplies. */
const evaluateWithHelp = async (source: string, columns: readonly string[], rows: readonly (readonly number[])[]) => {
  const { dataset, readCell } = describeTable(columns, rows)
  const holder = createPlainKeyHolder(rows.length * columns.length, readCell)
  const help = new Interaction(dataset, holder, { comparisons: null, products: null, isBlinded: true })
  const { answer } = await runScript({
    source, fileName: 'a.ts', listing: { rows: rows.length, columns }, backend: createGraphBackend(dataset.data, help),
  })
  return evaluatePlain(answer, dataset, readCell)
}

/** How many encrypted numbers are decrypted for a script's answer. */
const countLeaves = async (source: string, columns: readonly string[], rows: readonly (readonly number[])[]): Promise<number> => {
  const { answer, dataset } = await runOnGraph(source, columns, rows)
  return deriveProgram(answer, dataset).cells.length
}

describe('the graph behind a script', () => {
  it.each(numpyVectors.cases.map(({ script, expected }) => ({ script, expected })))('agrees with NumPy on $script', async ({ script, expected }) => {
    expectClose(await evaluateByGraph(`export default ${script}`, numpyVectors.columns, numpyVectors.rows), expected, 1e-12)
  })

  it('gives the demo\'s answers as the reference evaluator does', async () => {
    const source = readFileSync(new URL('../../../resources/scripts/demo.ts', import.meta.url), 'utf8')
    const columns = ['education', 'south', 'gender', 'experience', 'union', 'wage', 'age', 'race', 'occupation', 'sector', 'married']
    const rows = Array.from({ length: 40 }, (_, row) => columns.map((_column, column) => ((row * 37 + column * 101) % 997) / 8))
    const expected = await evaluateReference({ source, fileName: 'demo.ts', columns, rows, listing: { rows: 40, columns } }) as Record<string, number>
    const answer = await evaluateByGraph(source, columns, rows) as Record<string, unknown>
    expect(Object.keys(answer)).toEqual(['meanWage', 'meanByColumn', 'weightedScore'])
    for (const [key, value] of Object.entries(expected)) expectClose(answer[key], value, 1e-12, key)
  })

  it('joins nothing of a table to no vector', async () => {
    const answer = '(() => { try { return data.col("w").concat((data > 2).slice([1, 1], null)) } catch (error) { return "refused" } })()'
    expect(await evaluateWithHelp(`export default [data.sum(), ${answer}]`, ['w', 'g'], [[1, 2], [4, 5]])).toEqual([12, 'refused'])
  })

  it('multiplies no matrix by a number, which dot does', async () => {
    await expect(evaluateWithHelp('export default (data > 2).sum().matmul(data)', ['w'], [[1], [4]])).rejects.toMatchObject({ code: 'input.tensor-shape' })
  })

  it.each([
    ['mul(data)', 'input.tensor-not-additive'],
    ['add([1, 2])', 'input.tensor-shape'],
    ['add("x")', 'input.tensor-value'],
    ['add([1, [2]])', 'input.tensor-value'],
    ['add([data, 1])', 'input.tensor-value'],
    ['mean(5)', 'input.tensor-index'],
    ['col("no")', 'input.tensor-index'],
    ['concat(1)', 'input.tensor-value'],
    ['reshape("x")', 'input.tensor-value'],
    ['slice("x")', 'input.tensor-value'],
    ['rows(["x"])', 'input.tensor-value'],
    ['div(0)', 'input.tensor-division-by-zero'],
  ])('refuses data.%s where the script says it', async (call, code) => {
    const attempt = evaluateByGraph(`\nexport default data.${call}`, numpyVectors.columns, numpyVectors.rows)
    await expect(attempt).rejects.toMatchObject({ code, details: { file: 'a.ts', line: 2, column: 21 } })
  })

  it.each([
    ['w.sum() / (w > 100).sum()', 'Infinity'], ['(w > 100).sum() / (w > 100).sum()', 'NaN'], ['-w.sum() / (w > 100).sum() * 0', 'NaN'],
    ['w.mean(0) * ((w > 100).sum() / (w > 100).sum())', 'NaN'], ['[w.sum() + Infinity, w.mean() - Infinity, Infinity > w.sum()]', ['Infinity', '-Infinity', 1]],
    ['(() => { let most = -Infinity; for (const v of w) most = v > most ? v : most; return most })()', 4.5],
    ['[w > -Infinity, w >= Infinity, NaN == w, NaN != w, -Infinity < w]', [[1, 1, 1], [0, 0, 0], [0, 0, 0], [1, 1, 1], [1, 1, 1]]],
    ['w.sum().where(w.sum() > 100, NaN)', 'NaN'],
    ['[(w > 2).sum().dot(data.concat(w.reshape(3, 1) * 3, 1)), (w > 2).dot(w), w.dot((w > 2).sum())]', [[[1.5, 4.5], [4.5, 13.5], [-0.25, -0.75]], 4.5, [1.5, 4.5, -0.25]]],
    ['[w + true, w * (1 > 2), true - w.sum(), w.where([true, false, true], 0)]', [[2.5, 5.5, 0.75], [0, 0, 0], -4.75, [1.5, 0, -0.25]]],
    ['[w.sum() == true, [true, false, true] * w]', [0, [1.5, 0, -0.25]]],
    ['[(w.sum() * 0 + 1) ** NaN, 1 ** (w.sum() / 0.0000001 * Infinity), (w.sum() * 0 - 1) ** Infinity, 2 ** (w.sum() + NaN)]', [1, 1, 1, 'NaN']],
  ] as const)('is NumPy\'s with what is counted, infinite, none or true: %s', async (answer, expected) => {
    const source = `const w = data.col("w")\nexport default ${answer}`
    const rows = [[1.5], [4.5], [-0.25]]
    expect(await evaluateWithHelp(source, ['w'], rows)).toEqual(expected)
    expect(await evaluateReference({ source, fileName: 'a.ts', columns: ['w'], rows, listing: { rows: 3, columns: ['w'] } })).toEqual(expected)
  })

  it('fits without the square of what is explained, which it neither takes nor needs to be sold', async () => {
    const source = (answer: string): string => `export default ${answer}`
    const columns = ['x', 'y', 'x*x', 'x*y']
    const rows = [[1, 3], [2, 5], [3, 6], [4, 10], [5, 11]].map(([x = 0, y = 0]) => [x, y, x * x, x * y])
    expectClose(await evaluateByGraph(source('data.col("x").leastSquares(data.col("y"))'), columns, rows), [0.7, 2.1], 1e-12)
    await expect(evaluateByGraph(source('data.col("x").cov(data.col("y"))'), columns, rows))
      .rejects.toMatchObject({ code: 'policy.second-moments-not-sold', message: expect.stringContaining('"y*y"') as string })
    // The other way round it is the square of y that explains.
    await expect(evaluateByGraph(source('data.col("y").leastSquares(data.col("x"))'), columns, rows))
      .rejects.toMatchObject({ code: 'policy.second-moments-not-sold', message: expect.stringContaining('"y*y"') as string })
    // Where it is sold, it is still not asked for: the answer stands on two means and two mean products.
    const withSquare = [...columns, 'y*y']
    const wide = rows.map((row) => [...row, (row[1] as number) ** 2])
    expect(await countLeaves(source('data.col("x").leastSquares(data.col("y"))'), withSquare, wide)).toBe(4)
    expect(await countLeaves(source('data.col("x").cov(data.col("y"))'), withSquare, wide)).toBe(5)
  })
})
