import { describe, expect, it } from 'vitest'
import { createDataset } from '../../../src/compute/dataset.ts'
import { Interaction, type InteractionTerms } from '../../../src/compute/interaction.ts'
import { createPlainKeyHolder, type IntegerForm } from '../../../src/compute/key-holder.ts'
import { extremeByComparison, positionByComparison, quantileByComparison, sortByComparison } from '../../../src/compute/ordering.ts'
import { comparisonLeakage } from '../../../src/crypto/blinding.ts'
import { mostMergeComparisons } from '../../../src/compute/sorting.ts'
import { createGraphBackend } from '../../../src/script/graph-backend.ts'
import { runScript } from '../../../src/script/run-script.ts'
import { createColumn, rootOf } from './support.ts'

const unlimited: InteractionTerms = { comparisons: null, products: null, isBlinded: false }

/** A column of whole numbers whose key holder remembers what it was asked. */
const createTable = (values: readonly number[], terms: InteractionTerms = unlimited, upper = 1000) => {
  const dataset = createDataset({ rows: values.length, keyBits: 2048, datasetRoot: rootOf('66'), columns: [createColumn('pay', 0, 0, upper)] })
  const rounds: number[] = []
  const asked: IntegerForm[] = []
  const holder = createPlainKeyHolder(values.length, (cell) => BigInt(values[cell] as number))
  const help = new Interaction(dataset, {
    compare: (forms) => {
      rounds.push(forms.length)
      asked.push(...forms)
      return holder.compare(forms)
    },
    multiply: holder.multiply,
  }, terms)
  const evaluate = async (source: string) => {
    const { answer, asked: places } = await runScript({
      source, fileName: 'a.ts', listing: { rows: values.length, columns: ['pay'] }, backend: createGraphBackend(dataset.data, help),
    })
    return { answer, places }
  }
  return { pay: dataset.data.col('pay'), help, rounds, asked, evaluate }
}

const values = [5, 900, 13, 900, 2, 77, 2, 450, 31, 8, 640, 1, 120]

describe('what a script asks of the key holder', () => {
  it('is one comparison fewer than there are cells for the largest, in a round for each level', () => {
    const { pay, help, rounds } = createTable(values)
    extremeByComparison('max', help, pay, undefined)
    expect(rounds).toEqual([6, 3, 2, 1])
    expect(help.count.comparisons).toBe(values.length - 1)
  })

  it('is nothing a second time: the position of the largest is known from finding it', () => {
    const { pay, help } = createTable(values)
    extremeByComparison('max', help, pay, undefined)
    const before = help.count
    expect(positionByComparison('argmax', help, pay, undefined).values).toEqual([{ kind: 'number', value: 1 }])
    expect(help.count).toBe(before)
  })

  it('is at most n⌈log₂ n⌉ − 2^⌈log₂ n⌉ + 1 for all in order, and about three a cell for one rank', () => {
    const sorted = createTable(values)
    sortByComparison(sorted.help, sorted.pay, 0)
    expect(sorted.help.count.comparisons).toBeLessThanOrEqual(mostMergeComparisons(values.length))
    const many = createTable(Array.from({ length: 501 }, (_, row) => (row * 377) % 997))
    quantileByComparison('median', many.help, many.pay, 0.5, undefined)
    expect(many.help.count.comparisons).toBeLessThan(4 * 501)
  })

  it('is one cell for ==\'s two comparisons each, one for the others, and none where the column\'s bounds decide', async () => {
    const { help, evaluate } = createTable([1, 2, 3])
    await evaluate('const pay = data.col("pay")\nexport default [pay >= 2, pay < 2, pay > 1.5, 2 <= pay, pay >= 0, pay > 1000, pay == pay]')
    expect(help.count.comparisons).toBe(3)
    await evaluate('export default data.col("pay") == 2')
    expect(help.count.comparisons).toBe(6)
  })

  it('is told line by line', async () => {
    const { evaluate } = createTable([1, 2, 3])
    const { places } = await evaluate('const pay = data.col("pay")\nconst top = pay.max()\nexport default [top,\n  pay * pay]')
    expect(places).toEqual([
      { line: 2, operation: 'max', comparisons: 2, products: 0, rounds: 2, ciphertextOperations: 4 },
      { line: 4, operation: 'mul', comparisons: 0, products: 3, rounds: 1, ciphertextOperations: 6 },
    ])
  })

  it('is refused, with its number, beyond what the listing sells, and before anything is asked', async () => {
    const { evaluate, rounds } = createTable(values, { ...unlimited, comparisons: 20 })
    await expect(evaluate('export default data.col("pay").sort(0)')).rejects.toMatchObject({
      code: 'policy.budget-spent', message: 'a.ts:1:32: sort: this takes 37 comparisons; the listing sells 20, for the lifetime of its table',
    })
    expect(rounds).toEqual([])
    await expect(evaluate('const pay = data.col("pay")\nexport default [pay > 3, pay > 4]')).rejects.toMatchObject({
      message: 'a.ts:2:30: gt: this takes 13 comparisons, after 13 before it in this script; the listing sells 20, for the lifetime of its table',
    })
  })

  it('is refused where blinding could not hide it', async () => {
    const { evaluate } = createTable([1, 2, 3], { ...unlimited, isBlinded: true }, 1e30)
    await expect(evaluate('export default data.col("pay") > 3')).rejects.toMatchObject({ code: 'policy.blinding-too-weak' })
    await expect(evaluate('export default data.col("pay") ** 20')).rejects.toMatchObject({ code: 'policy.blinding-too-weak' })
  })

  it('lets out as much as its blinded comparisons together, each different one once, and no more than all', async () => {
    const blinded = createTable(values, { ...unlimited, isBlinded: true })
    await blinded.evaluate('export default data.col("pay") > 3')
    // 0 to 1000 less 4: ten bits.
    expect(blinded.help.leakage).toBeCloseTo(13 * comparisonLeakage(2048, 10), 12)
    const once = blinded.help.leakage
    await blinded.evaluate('export default data.col("pay") > 3')
    expect(blinded.help.leakage).toBe(once)
    await blinded.evaluate('const pay = data.col("pay")\nfor (let at = 10; at < 40; at += 1) pay > at\nexport default 1 * pay.sum()')
    expect(blinded.help.leakage).toBe(1)
    const open = createTable(values)
    await open.evaluate('export default data.col("pay") > 3')
    expect(open.help.leakage).toBe(0)
  })

  it('says the same whichever way a script says it: one question, its weights without common divisor, the first positive', async () => {
    const { evaluate, asked } = createTable([10, 20, 30])
    await evaluate('const pay = data.col("pay")\nexport default [pay * 6 > 100, -pay / 3 < -50 / 9, pay > 16.9, 16 < pay]')
    expect(asked).toEqual([0, 1, 2].map((row) => ({ constant: '-17', terms: [[row, 1, '1']] })))
  })

  it('can decide what a script does next', async () => {
    const { evaluate } = createTable(values)
    const source = `const pay = data.col("pay")
let [low, high] = [0, 1000]
while (high - low > 1) {
  const middle = Math.floor((low + high) / 2)
  if ((pay > middle).mean() > 0.5) low = middle
  else high = middle
}
export default { median: high, count: (pay > 100).sum().item() }`
    expect((await evaluate(source)).answer).toEqual({ median: 31, count: 5 })
    await expect(evaluate('export default data.mean().item()')).rejects.toMatchObject({ code: 'input.tensor-unknown' })
    await expect(evaluate('if (data.col("pay") > 3) console.log()\nexport default data.sum()')).rejects.toMatchObject({ code: 'input.tensor-value' })
  })
})
