import { describe, expect, it } from 'vitest'
import { createDataset } from '../../../src/compute/dataset.ts'
import { findTableColumns, listMomentNames } from '../../../src/compute/products.ts'
import { deriveProgram } from '../../../src/compute/program.ts'
import { assertPolicy } from '../../../src/policy/policy.ts'
import { listOperations } from '../../../src/renderer/features/workspace/operations.ts'
import { listStarters } from '../../../src/renderer/features/workspace/starters.ts'
import { createScriptDeclarations } from '../../../src/script/declarations.ts'
import { createGraphBackend } from '../../../src/script/graph-backend.ts'
import { evaluateReference } from '../../../src/script/reference-evaluator.ts'
import { runScript } from '../../../src/script/run-script.ts'
import { dateUnit } from '../../../src/shared/dates.ts'
import type { Column } from '../../../src/shared/schemas/details.ts'
import { createColumn, rootOf } from '../compute/support.ts'

const rows = 40
const policy = { mode: 'disclosed', minRows: 10, condition: 2, maxAnswerCells: 200, maxAnswerBits: 192 } as const

const column = (name: string, type: Column['type'] = 'number'): Column => ({ ...createColumn(name, 0, 0, 1000), type })
const plain = [{ ...column('hired'), unit: dateUnit }, column('pay in $'), column('member', 'boolean'), column('team\'s age', 'integer'), column('region', 'category')]
const withMoments = [...plain, column('pay in $*pay in $'), column('pay in $*member'), column('pay in $*team\'s age'), column('team\'s age*team\'s age')]

const startersOf = (columns: readonly Column[]) => listStarters({
  columns: findTableColumns(columns).map((at) => columns[at] as Column), secondMoments: listMomentNames(columns), policy,
})

/** As the policy judges what a starter asks for. */
const judge = async (columns: readonly Column[], source: string): Promise<void> => {
  const dataset = createDataset({ rows, keyBits: 2048, datasetRoot: rootOf('66'), columns: [...columns] })
  const listing = { rows, columns: columns.map(({ name }) => name), title: 'Starters' }
  const { answer } = await runScript({ source, fileName: 'script.ts', listing, backend: createGraphBackend(dataset.data, null) })
  assertPolicy(deriveProgram(answer, dataset), policy, dataset)
}

describe('scripts to begin with', () => {
  it('ask of a table what it is sold for, whatever its columns are called, and are answered under the usual limits', async () => {
    for (const columns of [plain, withMoments]) for (const { source } of startersOf(columns)) await judge(columns, source)
  })

  it('offer spreads, correlations and groups where the products for them are sold, and nowhere else', () => {
    expect(startersOf(plain).map(({ title }) => title)).toEqual(['Averages of the columns that measure', 'Sum and mean of pay in $', 'A weighted score of pay in $ and team\'s age'])
    expect(startersOf(withMoments).slice(3).map(({ title }) => title)).toEqual(['Spread of pay in $', 'Correlations of pay in $, team\'s age', 'Mean of pay in $ by member'])
    expect(startersOf(plain)[0]?.source).toContain('data.cols(\'pay in $\', \'member\', "team\'s age").mean(0)')
    expect(startersOf([column('pay'), column('age', 'integer')])[0]).toMatchObject({ title: 'Averages of all columns' })
    // Too wide for one answer, and nothing but words.
    expect(listStarters({ columns: [column('word', 'category')], secondMoments: [], policy: { ...policy, maxAnswerCells: 0 } })).toEqual([])
  })

  it('give the mean of a group', async () => {
    const table = { columns: ['pay', 'member'], rows: [[10, 1], [20, 0], [40, 1], [60, 0]] }
    const [source] = listStarters({ columns: [column('pay'), column('member', 'boolean')], secondMoments: ['member*pay'], policy })
      .filter(({ title }) => title === 'Mean of pay by member').map((starter) => starter.source)
    const listing = { rows: 4, columns: table.columns, title: 'Four' }
    expect(await evaluateReference({ source: source ?? '', fileName: 'script.ts', listing, ...table })).toEqual({ meanWhere: 25, meanElsewhere: 40 })
  })
})

describe('the list of operations', () => {
  it('names every member of a tensor that the editor knows, each with what it does', () => {
    const operations = listOperations(createScriptDeclarations({ columns: ['pay'] }))
    const names = operations.flatMap(({ signatures }) => signatures.map((signature) => /^\w+/.exec(signature)?.[0]))
    for (const name of ['shape', 'item', 'add', 'where', 'col', 'cols', 'concat', 'sum', 'mean', 'std', 'corr', 'leastSquares', 'matmul']) expect(names).toContain(name)
    expect(operations.every(({ what, signatures }) => what.length > 10 && signatures.length > 0 && !/^\/|\*\/$/.test(what))).toBe(true)
  })
})
