import { describe, expect, it } from 'vitest'
import { createDataset } from '../../../src/compute/dataset.ts'
import { Interaction } from '../../../src/compute/interaction.ts'
import { createPlainKeyHolder } from '../../../src/compute/key-holder.ts'
import { deriveProgram } from '../../../src/compute/program.ts'
import { listExamples } from '../../../src/renderer/features/workspace/examples.ts'
import { createGraphBackend } from '../../../src/script/graph-backend.ts'
import { runScript } from '../../../src/script/run-script.ts'
import { createColumn, rootOf } from '../compute/support.ts'

const columns = [createColumn('pay', 2, 0, 100), createColumn('age', 0, 18, 70)]
const dataset = createDataset({ rows: 40, keyBits: 2048, datasetRoot: rootOf('46'), columns })
const shown = columns.map(({ scale: _scale, ...column }) => column)
const listing = { columns: shown, rows: 40, secondMoments: [], comparisons: 0, products: 0 }
const helpful = { ...listing, comparisons: 1000, products: 1000 }

const run = async (code: string, isHelped: boolean): Promise<unknown> => {
  const holder = createPlainKeyHolder(80, (cell) => BigInt(cell % 40))
  const help = isHelped ? new Interaction(dataset, holder, { comparisons: null, products: null, isBlinded: true }) : null
  const { answer } = await runScript({
    source: `export default ${code}`, fileName: 'my.ts', listing: { rows: 40, columns: ['pay', 'age'] }, backend: createGraphBackend(dataset.data, help),
  })
  return deriveProgram(answer, dataset, help?.disclosed)
}

describe('the examples beside a script', () => {
  it.each(listExamples(helpful).map(({ code }) => code))('can be run where help is sold: %s', async (code) => {
    await expect(run(code, true)).resolves.toBeDefined()
  })

  it.each(listExamples(listing).map(({ code, notSold }) => [code, notSold] as const))('say truly what is not sold: %s', async (code, notSold) => {
    if (notSold === null) await expect(run(code, false)).resolves.toBeDefined()
    else await expect(run(code, false)).rejects.toMatchObject({ code: expect.stringMatching(/not-sold|not-additive/) as string })
  })
})
