import { describe, expect, it } from 'vitest'
import { createDataset } from '../../../src/compute/dataset.ts'
import { Interaction } from '../../../src/compute/interaction.ts'
import { createPlainKeyHolder } from '../../../src/compute/key-holder.ts'
import { evaluatePlain } from '../../../src/compute/program.ts'
import { createGraphBackend } from '../../../src/script/graph-backend.ts'
import { runScript } from '../../../src/script/run-script.ts'
import { createColumn, rootOf } from '../compute/support.ts'

const rows = [[3, 8], [5, 2], [9, 9]] as const
const columns = [createColumn('a', 0, 0, 100), createColumn('b', 0, 0, 100)]
const cell = (index: number): bigint => BigInt(rows[index % 3]?.[Math.floor(index / 3)] ?? 0)

/** On a private listing that sells the key holder's help, as the 2020 system had it. */
const evaluate = async (line: string, products: number | null = null): Promise<unknown> => {
  const dataset = createDataset({ rows: 3, keyBits: 2048, datasetRoot: rootOf('20'), columns })
  const holder = createPlainKeyHolder(6, cell)
  const help = new Interaction(dataset, holder, { comparisons: null, products, isBlinded: true })
  const source = `const encrypted = data.rows([2, 0, 1])\nconst m = [[4, 4], [5, 1], [0, 9]]\nexport default [data.sum(), ${line}]\n`
  const { answer } = await runScript({ source, fileName: 'line.ts', listing: { rows: 3, columns: ['a', 'b'] }, backend: createGraphBackend(dataset.data, help) })
  return (evaluatePlain(answer, dataset, holder.readCell) as unknown[])[1]
}

type Matrix = readonly (readonly number[])[]
const each = (change: (value: number, row: number, column: number) => number): number[][] =>
  rows.map((row, i) => row.map((value, j) => change(value, i, j)))
const m = [[4, 4], [5, 1], [0, 9]]
const at = (matrix: Matrix) => (i: number, j: number): number => matrix[i]?.[j] ?? Number.NaN
const [plain, other] = [at(m), at([rows[2], rows[0], rows[1]])]
const compare: Readonly<Record<string, (x: number, y: number) => boolean>> = {
  '>': (x, y) => x > y, '<': (x, y) => x < y, '>=': (x, y) => x >= y, '<=': (x, y) => x <= y, '==': (x, y) => x === y, '!=': (x, y) => x !== y,
}

/** Each line of the 2020 documentation, as it was typed there, with what it gives. */
const lines: readonly (readonly [line: string, expected: unknown])[] = [
  ['data + 3', each((x) => x + 3)], ['data - 3', each((x) => x - 3)], ['data * 3', each((x) => x * 3)], ['data / 3', each((x) => x / 3)],
  ['data + encrypted', each((x, i, j) => x + other(i, j))], ['data - encrypted', each((x, i, j) => x - other(i, j))],
  ['data + m', each((x, i, j) => x + plain(i, j))], ['data - m', each((x, i, j) => x - plain(i, j))], ['data * m', each((x, i, j) => x * plain(i, j))],
  ['data / [[4, 4], [5, 1], [2, 9]]', each((x, i, j) => x / (i === 2 && j === 0 ? 2 : plain(i, j)))],
  ['data * encrypted', each((x, i, j) => x * other(i, j))],
  ...Object.entries(compare).flatMap(([operator, holds]) => [
    [`data ${operator} 5`, each((x) => Number(holds(x, 5)))] as const,
    [`data ${operator} m`, each((x, i, j) => Number(holds(x, plain(i, j))))] as const,
    [`data ${operator} encrypted`, each((x, i, j) => Number(holds(x, other(i, j))))] as const,
  ]),
  ['data[1]', [5, 2]], ['data[1][0]', 5], ['data.dim()', 2],
  ['data.t()', [[3, 5, 9], [8, 2, 9]]], ['data.transpose()', [[3, 5, 9], [8, 2, 9]]],
  ['data.mean()', 6], ['data.max()', 9], ['data.min()', 2],
  ['data.mean(1)', [5.5, 3.5, 9]], ['data.max(1)', [8, 5, 9]], ['data.min(1)', [3, 2, 9]],
  ['data.mean(0)', [17 / 3, 19 / 3]], ['data.max(0)', [9, 9]], ['data.min(0)', [3, 2]],
]

describe('a line of the 2020 documentation works as it was typed there', () => {
  it.each(lines)('%s', async (line, expected) => {
    const found = [await evaluate(line)].flat(3) as number[]
    const wanted = [expected].flat(3) as number[]
    expect(found).toHaveLength(wanted.length)
    found.forEach((value, index) => { expect(value, line).toBeCloseTo(wanted[index] as number, 12) })
  })

  it('or is a clear error: data * encrypted where the seller sells no products', async () => {
    await expect(evaluate('data * encrypted', 0)).rejects.toMatchObject({ code: 'input.tensor-not-additive' })
  })
})
