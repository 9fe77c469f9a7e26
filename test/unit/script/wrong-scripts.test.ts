import { describe, expect, it } from 'vitest'
import { createDataset } from '../../../src/compute/dataset.ts'
import { Interaction, type InteractionTerms } from '../../../src/compute/interaction.ts'
import { createPlainKeyHolder } from '../../../src/compute/key-holder.ts'
import { deriveProgram, evaluatePlain } from '../../../src/compute/program.ts'
import { createGraphBackend } from '../../../src/script/graph-backend.ts'
import { runScript } from '../../../src/script/run-script.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { createColumn, rootOf } from '../compute/support.ts'
import { wrong } from './wrong-scripts.ts'

const columns = ['wage', 'education', 'experience', 'union', 'wage*wage']

/** A thousand rows of five columns; one product is sold. */
const dataset = createDataset({
  rows: 1000, keyBits: 2048, datasetRoot: rootOf('44'),
  columns: columns.map((name, index) => createColumn(name, index === 0 ? 2 : 0, 0, index === 4 ? 1e6 : 1000)),
})

/** With the key holder's help that `terms` sells; it answers from numbers that rise with the row. */
const failureOf = async (source: string, terms: InteractionTerms | null = null): Promise<AppError> => {
  const holder = createPlainKeyHolder(1000 * columns.length, (cell) => BigInt(cell % 1000))
  const backend = createGraphBackend(dataset.data, terms === null ? null : new Interaction(dataset, holder, terms))
  const failure: unknown = await runScript({ source, fileName: 'my.ts', listing: { rows: 1000, columns }, backend })
    .then(({ answer }) => deriveProgram(answer, dataset), (error: unknown) => error)
    .catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(AppError)
  return failure as AppError
}

const openly: InteractionTerms = { comparisons: 1500, products: 0, isBlinded: false }
const blinded: InteractionTerms = { comparisons: 1500, products: 1500, isBlinded: true }

/** The same where the listing sells the key holder's help, and the script asks for more, or for what cannot be hidden. */
const refused: readonly (readonly [mistake: string, terms: InteractionTerms, source: string])[] = [
  ['more comparisons than are sold', openly, 'const union = data.col("union")\nconst few = union > 500\nexport default [few.sum(),\n  (union > 200).sum()]'],
  ['a sort that could take more than are sold', openly, 'export default data.col("union").sort().get(9)'],
  ['the largest, where fewer comparisons are sold', { ...openly, comparisons: 7 }, 'export default data.col("wage").max()'],
  ['a product, where comparisons alone are sold', openly, 'const wage = data.col("wage")\nexport default (wage * data.col("union")).sum()'],
  ['a comparison, where products alone are sold', { ...blinded, comparisons: 0 }, 'export default (data.col("wage") > 10).mean()'],
  ['more products than are sold', blinded, 'const pay = data.col("experience")\nconst one = (pay * data.col("union")).sum()\nexport default one + (pay * data.col("education")).sum()'],
  ['a comparison too wide to be hidden', blinded, 'export default (data.col("wage") * 2 ** 120 + data.col("union") > 7).sum()'],
  ['a product too wide to be hidden', blinded, 'const wide = data.col("experience") * 2 ** 960 + data.col("union")\nexport default (wide * wide).sum()'],
  ['a row by a number without its brackets', openly, 'const union = data.col("union")\nexport default data.rows(union.argmax()).sum()'],
  ['rows by a condition that is known', openly, 'export default data.rows(data.col("union") > 500).mean()'],
  ['a remainder of what is known', openly, 'export default data.mean() * ((data.col("union") > 500).sum() % 2)'],
  ['rows by what is known', openly, 'export default data[data.col("union") > 500].mean()'],
  ['a known number for JavaScript\'s own functions', openly, 'const many = (data.col("union") > 500).sum()\nexport default data.sum() / Math.max(many, 1)'],
  ['rows by what was counted and is none', openly, 'const none = (data.col("union") > 5000).sum()\nexport default (data.col("wage") * (none / none)).sum()'],
  ['rows divided by what was counted and is 0', { ...openly, comparisons: 3000 }, 'const none = (data.col("union") > 5000).sum()\nexport default (data.col("wage") / none).sum()'],
  ['a known number taken where there is none', openly, 'export default data.mean() * (data.col("wage").sum() > 10).item()'],
]

describe('a wrong script is told where, what and what would work:', () => {
  it.each(wrong)('%s', async (_, source) => {
    const { code, message, next, details } = await failureOf(source)
    expect(`${code}\n${message}\n| ${String(details['fragment'] ?? '')}\n${next}`).toMatchSnapshot()
  })

  it.each(refused)('%s', async (_, terms, source) => {
    const { code, message, next, details } = await failureOf(source, terms)
    expect(`${code}\n${message}\n| ${String(details['fragment'] ?? '')}\n${next}`).toMatchSnapshot()
  })

  it('what reads as a comment is one, beside the same words as arithmetic', async () => {
    const isRefused = async (comment: string): Promise<boolean> => {
      const source = `const [two] = [2]\nfunction three() { return 3 }\nconst half = (k: number) => k${comment}\nexport default data.sum() * half(two)`
      const backend = createGraphBackend(dataset.data, null)
      return runScript({ source, fileName: 'my.ts', listing: { rows: 1000, columns }, backend }).then(() => false, () => true)
    }
    const comments = [' // 2 columns', ' // half', ' // half of it', '; // 2', ' // 2027-11-27', ' // = 2', ' // 12 %', ' // https://example.org/2', ' /* 2 */', ' // k: two', ' //', '! // half', ' as number // of it', ' // four()',
      ' // 12 % more', ' // two or three of them', ' // k in the table', ' // if two else', ' // not many', ' // k = 2', ' // => 2', ' // half # of it', ' // two if there are any']
    const divisions = [' // 2', ' //2', ' // two', ' // (two + 1)', ' // two * k', ' // -2', ' // 2;', ' // listing.rows', ' // Math.PI', '! // two', ' as number // 2', ' // three()',
      ' // 2 # half', ' // two#half', ' // (two) # of all', ' // 2 % 3', ' // two == 1', ' // 2 & 1', ' // 2 if two else 3', ' // (two or 1)', ' // two and k', ' // not two', ' // (1 if two is not None else k)', ' // (k if k in [1] else True)', ' // sum([k, 1])']
    expect(await Promise.all(comments.map(isRefused))).toEqual(comments.map(() => false))
    expect(await Promise.all(divisions.map(isRefused))).toEqual(divisions.map(() => true))
  })

  it.each([
    ['(x - x.mean(1).reshape(-1, 1)).sum(1)', '(x.t() - x.mean(1)).sum(0)'],
    ['(x > a.reshape(-1, 1)).sum()', '(x.t() > a).sum()'],
    ['x.where(x.shape[0] > 0 ? Array.from({ length: 6 }, (_, i) => i % 2).map((v) => [v]) : 1, 0)', 'x.where([[0], [1], [0], [1], [0], [1]], 0)'],
    ['[...a].map((v) => v * 2)', 'a * 2'],
    ['x.slice([1, 3], 2)', 'x.rows(1, 3).t()[2]'],
    ['(a > 3).where(b != 0, 0)', '(a > 3) & (b != 0)'],
    ['a.concat([5])', 'a.concat([[5]])'],
    ['x.rows(3, null)', 'x.rows([3, 4, 5])'],
    ['a.sort().slice([null, null, -1])', 'a.rows([a.argmax()]).concat(a.sort().slice([null, null, -1]).slice(1))'],
    ['d.col(1).where(d.col(0) == d.col(0).max(), 0).sum()', 'd.get(x.col(0).argmax(), 1)'],
    ['(x.reshape(2, 3, 1, 4) * y.transpose(0, 2, 1).reshape(2, 1, 3, 4)).sum(-1)', '[x.rows(0, 3).matmul(y[0]), x.rows(3, 6).matmul(y[1])]'],
  ])('what a message says to write runs as it is, and is what was meant: %s', async (advised, meant) => {
    const holder = createPlainKeyHolder(1000 * columns.length, (cell) => BigInt((cell * 7919) % 1009))
    const help = new Interaction(dataset, holder, { comparisons: null, products: null, isBlinded: true })
    const source = `const x = data.rows(0, 6).cols(0, 1, 2, 3), y = x.reshape(2, 4, 3), a = x.col(0), b = x.col(1), d = x.decrypted()\nexport default [${advised}, ${meant}]`
    const { answer } = await runScript({ source, fileName: 'my.ts', listing: { rows: 1000, columns }, backend: createGraphBackend(dataset.data, help) })
    const [said, wanted] = evaluatePlain(answer, dataset, holder.readCell) as readonly unknown[]
    expect(said).toEqual(wanted)
  })

  it('a comment behind a call that stands for itself says what it printed', async () => {
    const { code } = await failureOf('console.log(1 + 1) // 2\nexport default "nothing encrypted"')
    expect(code).toBe('input.answer-invalid')
  })
})
