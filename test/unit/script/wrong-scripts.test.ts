import { describe, expect, it } from 'vitest'
import { createDataset } from '../../../src/compute/dataset.ts'
import { Interaction, type InteractionTerms } from '../../../src/compute/interaction.ts'
import { createPlainKeyHolder } from '../../../src/compute/key-holder.ts'
import { deriveProgram } from '../../../src/compute/program.ts'
import { createGraphBackend } from '../../../src/script/graph-backend.ts'
import { runScript } from '../../../src/script/run-script.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { createColumn, rootOf } from '../compute/support.ts'

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

/** What people get wrong; each message is kept whole beside this file, to be read as a person would read it. */
const wrong: readonly (readonly [mistake: string, source: string])[] = [
  ['a column misspelt', 'const wage = data.col("wgae")\nexport default wage.mean()'],
  ['a column in other letters', 'export default data.col("Wage").mean()'],
  ['a column that is not there', 'export default data.col("height").mean()'],
  ['one misspelt among several', 'export default data.cols("wage", "eduction").mean(0)'],
  ['a name where names are gone', 'export default data.col("wage").col("wage")'],
  ['a column number too large', 'export default data.col(9).mean()'],
  ['a row that is not there', 'export default data[1000]'],
  ['a row and a column in one pair of brackets', 'export default data[0, 1]'],
  ['an axis that is not there', 'export default data.mean(2)'],
  ['a function that gives nothing back', 'const large = [1, 5, 9].filter((v) => { v > 2 })\nexport default data.sum() * large.length'],
  ['a variable set by a condition', 'let groups = 2\nexport default data.sum() * ((groups = 3) ? 1 : 2)'],
  ['a variable set by if', 'let groups = 2\nif (groups = 3) groups += 1\nexport default data.sum() * groups'],
  ['NumPy\'s infinity', 'export default data.mean(0).where(data.mean(0) > 1, np.inf)'],
  ['Python\'s any', 'export default data.sum() * (any(data.mean(0) > 5) ? 1 : 2)'],
  ['two axes in parentheses', 'export default data.mean((0, 1))'],
  ['a shape in parentheses', 'export default data.reshape((-1, 2))'],
  ['columns put in order in place', 'const [first] = (listing.columns as string[]).sort()\nexport default data.col(first!).mean()'],
  ['two axes that are not one list', 'export default data.sum(0, 1)'],
  ['an argument nobody looks at', 'export default data.col("wage").mean().sqrt(2)'],
  ['the transpose of NumPy', 'export default data.T.sum(0)'],
  ['a column as a member', 'export default data.wage.mean()'],
  ['a column as a key', 'export default data["union"].mean()'],
  ['rows by a condition', 'export default data[data.col("union")].mean()'],
  ['the length of a table', 'export default data.sum(0) / data.length'],
  ['a function for each cell', 'export default data.map((x) => x * 2).sum()'],
  ['shapes that do not broadcast', 'export default data + [1, 2, 3]'],
  ['columns of two lengths', 'export default data.col("wage") - data.col("wage").rows(0, 10)'],
  ['a covariance of columns of two lengths', 'export default data.col("wage").cov(data.col("wage").rows(0, 10))'],
  ['a correlation with a number', 'export default data.col("wage").corr(1)'],
  ['a fit of several columns', 'export default data.col("wage").leastSquares(data.cols("education", "experience"))'],
  ['a fit to fewer rows', 'export default data.col("wage").leastSquares(data.col("wage").rows(0, 10))'],
  ['something behind a list', 'export default data.rows([0, 1], [0, 2]).sum()'],
  ['a ragged matrix', 'export default data.dot([[1, 2], [3]])'],
  ['weights of the wrong length', 'export default data.cols("wage", "union").dot([1, 2, 3])'],
  ['a matrix that does not reshape', 'export default data.reshape(7, 7)'],
  ['a text for a number', 'export default data * "2"'],
  ['nothing for a number', 'let factor: number\nexport default data * factor!'],
  ['not a number', 'export default data * (0 / 0)'],
  ['division by zero', 'export default data / 0'],
  ['division by a zero in a list', 'export default data.mean(0) / [1, 2, 0, 4, 5]'],
  ['overflow', 'let x = data.sum()\nfor (let i = 0; i < 400; i++) x = x * 1e9 + x\nexport default x'],
  ['a product of encrypted columns', 'const wage = data.col("wage")\nexport default (wage * data.col("union")).sum()'],
  ['a square of columns without one', 'export default data.col("education") ** 2'],
  ['a mean fed back into rows', 'const rate = data.col("wage").mean() / data.col("education").mean()\nexport default data.col("wage") * rate'],
  ['a root fed back into rows', 'export default (data.col("wage") - data.col("wage").std()).sum()'],
  ['a comparison of encrypted rows', 'export default (data.col("wage") > 10).mean()'],
  ['the largest of encrypted rows', 'export default data.col("wage").max()'],
  ['the median of encrypted rows', 'export default data.col("wage").median()'],
  ['a variance without second moments', 'export default data.col("experience").std()'],
  ['a correlation without second moments', 'export default data.cols("wage", "education").corr()'],
  ['a variance of sums', 'export default (data.col("wage") + data.col("union")).var()'],
  ['a fraction outside 0 and 1', 'export default data.mean(0).quantile(95)'],
  ['groups', 'export default data.groupBy("union")'],
  ['distinct values', 'export default data.col("union").unique()'],
  ['a condition on a tensor', 'if (data.col("wage").mean() > 5) console.log("rich")\nexport default data.mean()'],
  ['a method that is not there', 'export default data.cumsum()'],
  ['a method by another name', 'export default data.avg()'],
  ['JavaScript\'s square root', 'export default Math.sqrt(data.col("wage").mean())'],
  ['counting up a tensor', 'let x = data.mean()\nx++\nexport default x'],
  ['a change in place', 'data[0] = 1\nexport default data'],
  ['no export', 'const answer = data.mean()'],
  ['an answer of nothing', 'export default undefined'],
  ['an answer that is a function', 'export default { mean: () => data.mean() }'],
  ['an answer that is a class', 'export default { when: new (class Later {})() }'],
  ['an answer that is not a number', 'export default [data.mean(), 0 / 0]'],
  ['an answer without anything encrypted', 'export default listing.rows'],
  ['an answer too wide', 'export default Array.from({ length: 1001 }, () => data.sum())'],
  ['a name that is not there', 'export default wage.mean()'],
  ['a file', 'import { readFileSync } from "node:fs"\nexport default readFileSync("/etc/passwd")'],
  ['NumPy\'s functions', 'export default np.mean(data)'],
  ['NumPy\'s function by another name here', 'export default np.percentile(data.mean(0), 50)'],
  ['NumPy\'s where', 'export default np.where(data > 1, data, 0)'],
  ['NumPy\'s arrays', 'export default data + np.array([1, 2, 3, 4])'],
  ['a library\'s function that is not here', 'export default np.fft.fft(data)'],
  ['NumPy imported', 'import numpy as np\nexport default np.mean(data)'],
  ['an argument by its name', 'export default data.mean(axis=0)'],
  ['the second argument by its name', 'export default data.col("wage").std(ddof=1)'],
  ['the length of Python', 'export default data.sum(0) / len(data)'],
  ['a function of Python', 'export default sum(data)'],
  ['Python\'s print', 'print(data.mean())\nexport default data.mean()'],
  ['Python\'s None', 'export default data.sum(None)'],
  ['a name not declared', 'answer = data.mean()\nexport default answer'],
  ['a range of rows in brackets', 'export default data[1:3].mean()'],
  ['a range of rows and a column in brackets', 'export default data[1:3, 2].mean()'],
  ['every second row in brackets', 'export default data[::2].mean()'],
  ['columns chosen by what is encrypted', 'const large = listing.columns.filter((name) => data.col(name).mean() > 5)\nexport default data.cols(...large).mean(0)'],
  ['a column found by what is encrypted', 'const first = [...data.t()].find((column) =>\n  column.mean() > 5)\nexport default first.mean()'],
  ['a comparison of a comparison', "export default (1 < data.col('wage') < 2).sum()"],
  ['two comparisons compared', "export default (data.col('wage') > 0 == data.col('education') > 0).sum()"],
  ['a comparison denied too early', 'const some = !listing.rows == 0 ? 1 : 2\nexport default data.sum() * some'],
  ['a bit before a comparison', 'const odd = listing.rows & 1 == 1 ? 1 : 2\nexport default data.sum() * odd'],
  ['two conditions by a bit operator', "export default (data.col('wage') > 0 & data.col('union') > 0).sum()"],
  ['a bit operator on a tensor', 'export default (data.mean(0) ^ 2).sum()'],
  ['a bit operator on a list', 'export default data.sum() * ([1, 0] | [0, 0])'],
  ['a place that a shape has not', 'let total = 0\nfor (let i = 0; i < data.shape[2]; i++) total += i\nexport default data.sum() * total'],
  ['a place below zero in a list', 'const weights = [1, 2, 3]\nexport default data.sum() * weights[-1]'],
  ['a method of tensors on a list', 'export default data.sum() * [1, 2].mean()'],
  ['rows by a list in brackets', 'export default data[[0, 2]].sum()'],
  ['a row by a number\'s text', 'export default data["00"].sum()'],
  ['a column by where it is not', 'export default data.col(listing.columns.indexOf("height")).sum()'],
  ['lists in order without one', 'const [first] = [[10, 1], [9, 2]].sort()\nexport default data.sum() * first[0]'],
  ['tensors in order', 'const [least] = [...data.mean(0)].sort()\nexport default least'],
  ['a text for a number in a product', 'export default data.sum() * ("3" * 4)'],
  ['a text beside a number', 'const some = "10" == 10 ? 1 : 2\nexport default data.sum() * some'],
  ['a text\'s last letter', 'const name = "wage"\nexport default data.col(name[-1]).sum()'],
  ['nothing in a text', 'const names: Record<string, string> = {}\nexport default { label: "mean of " + names.wage, mean: data.mean() }'],
  ['the largest of a list', 'const weights = [3, 1]\nexport default data.sum() * Math.max(weights as any)'],
  ['a list as a number', 'export default data.sum() * Number([5])'],
  ['a root of a text', 'export default data.sum() * Math.sqrt("9" as any)'],
  ['a truth as the very number', 'const many = listing.rows > 10\nexport default data.sum() * ((many as any) === 1 ? 1 : 2)'],
  ['a power by its sign elsewhere', 'export default data.sum() * 2 ^ 3'],
  ['a power of plain numbers by its sign elsewhere', 'const square = 1.5 ^ 2\nexport default data.sum() * square'],
  ['more than 32 bits', 'export default data.sum() / (1 << 40)'],
  ['an order by a comparison', 'const [least] = [3, 1, 2].sort((a, b) => (a > b) as any)\nexport default data.sum() * least'],
  ['null as a number', 'const scale = { wage: null }\nexport default data.sum() * (scale.wage + 1)'],
  ['the remainder of what is below zero', 'const place = (listing.rows - 1001) % 7\nexport default data.sum() * place'],
  ['NaN as a condition', 'const ratio = 0 / 0\nexport default data.sum() * (ratio ? 1 : 2)'],
  ['an empty list as a condition', 'const large: number[] = []\nexport default data.sum() * (large ? 1 : 2)'],
  ['an item looked for by in', 'const some = "wage" in listing.columns ? 1 : 2\nexport default data.sum() * some'],
  ['items gone through by in', 'let total = 0\nfor (const i in [5, 6]) total += Number(i)\nexport default data.sum() * total'],
  ['an item deleted', 'const weights = [1, 2, 3]\ndelete weights[0]\nexport default data.sum() * weights.length'],
  ['a row deleted', 'delete data[0]\nexport default data.sum()'],
  ['a shape changed', 'data.shape[0] = 3\nexport default data.sum()'],
  ['a tensor for a length', 'export default data.sum() * new Array(data.mean()).length'],
  ['a tensor\'s keys', 'export default data.sum() * Object.getOwnPropertyNames(Object.assign({}, data)).length'],
  ['code from a text', 'export default data.sum() * eval("[1, 2] == [1, 2]")'],
  ['a function from a text', 'export default data.sum() * new Function("return 1")()'],
  ['three columns compared', "export default (data.col('wage') == data.col('education') == 0).sum()"],
  ['floor division', 'const half = data.mean() // 2\nexport default half'],
  ['floor division by a length', 'const half = listing.rows // len(listing.columns)\nexport default data.sum() / half'],
  ['floor division by a library\'s number', 'const half = listing.rows // max(2, np.int64(1))\nexport default data.sum() / half'],
  ['a tuple of two answers', "export default (data.col('wage').mean(), data.col('education').mean())"],
  ['a tuple that is returned', 'const both = () => { return data.sum(0), data.mean(0) }\nexport default both()'],
  ['a tuple of axes that are worked out', 'export default data.sum((data.dim() - 2, 1))'],
  ['floor division by one of two', 'const groups = 0\nconst half = listing.rows // (groups or 2)\nexport default data.sum() / half'],
  ['floor division by a choice of Python\'s', 'const half = listing.rows // (2 if listing.rows is not None else 1)\nexport default data.sum() / half'],
  ['a list as a member of a Set', 'export default data.sum() / new Set([[1, 2], [1, 2]]).size'],
  ['a list as a key of a Map', 'const counts = new Map<number[], number>([[[1, 2], 3]])\nexport default data.sum() * (counts.get([1, 2]) ?? 1)'],
  ['an item set in filter', 'export default data.sum() * [1, 2, 5].filter((v) => v = 5).length'],
  ['an item set in some', 'export default data.sum() * ([1, 2].some((v) => v = 5) ? 1 : 2)'],
  ['a power in an enum', 'enum Scale { small = 2 ^ 3 }\nexport default data.sum() * Scale.small'],
  ['a remainder in an enum', 'enum Scale { small = -7 % 3 }\nexport default data.sum() * Scale.small'],
  ['whole numbers as keys out of their order', 'const weights = { wage: 1, 10: 2, 9: 3 }\nexport default data.sum() * Object.values(weights)[0]!'],
  ['an empty object as a condition', 'const options = {}\nexport default data.sum() * (options ? 1 : 2)'],
  ['an empty Set as a condition', 'const seen = new Set<string>()\nexport default data.sum() * (!seen ? 1 : 2)'],
  ['a plus before a text', 'export default data.sum() * +"5"'],
  ['a plus before a list', 'export default data.sum() * +([5] as any)'],
  ['a blank text as a number', 'export default data.sum() * Number(" ")'],
  ['a number with a unit', 'export default data.sum() * parseFloat("1,500 kg")'],
  ['a whole number with decimals', 'export default data.sum() * parseInt("12.7")'],
  ['a tiny number as a whole one', 'export default data.sum() * parseInt(0.0000005 as any)'],
  ['a rounded text added to a number', 'const rate = (1.25).toFixed(1) + 2\nexport default data.sum() * Number(rate)'],
  ['a division of whole numbers with n', 'export default data.sum() * Number(7n / 2n)'],
  ['a place far behind a list\'s end', 'const weights = [1]\nweights[5] = 3\nexport default data.sum() * weights.length'],
  ['the type of a tensor', 'const one = data.mean()\nexport default data.sum() * (typeof one === "number" ? 1 : 2)'],
  ['a comma in a number that is set', 'let total = data.sum()\ntotal = data.sum() * 1,500\nexport default total'],
  ['a comma in a number', 'export default data.sum() * 1,500'],
  ['a comma in a number that is declared', 'const total = data.sum() * 1,500\nexport default total'],
  ['floor division in an object', 'export default { half: data.mean() // 2 }'],
  ['floor division in parentheses', 'export default (data.mean() // 2) * 3'],
  ['floor division by a variable', 'const half = 2\nconst some = data.mean() // half\nexport default some'],
  ['floor division before a comment of Python\'s', 'const half = listing.rows // 2 # half of them\nexport default data.sum() / half'],
  ['floor division before a remainder', 'const half = listing.rows // 2 % 7\nexport default data.sum() / half'],
  ['floor division in place', 'let groups = 7\ngroups //= 2\nexport default data.sum() / groups'],
  ['a matrix product by its sign', 'export default data @ [1, 2, 3, 4]'],
  ['a condition and a number by a bit operator', 'export default ((data.mean(0) > 1) & data.mean(0)).sum()'],
  ['two conditions added', 'const m = data.mean(0)\nexport default ((m > 5) + (m < 2)).sum()'],
  ['one condition less another', 'const m = data.mean(0)\nexport default ((m > 5) - (m < 2)).sum()'],
  ['a condition less a plain one', 'export default (data.mean(0) > 5) - true'],
  ['a condition\'s negative', 'export default -(data.mean(0) > 5)'],
  ['a condition\'s plus', 'export default +(data.mean(0) > 5)'],
  ['the dot of two conditions', 'const m = data.mean(0)\nexport default (m > 5).dot(m < 2)'],
  ['the product of two matrices of conditions', 'const m = data.mean(0).reshape(1, -1) > 5\nexport default m.matmul(m.t())'],
  ['a quantile of a condition', 'export default (data.mean(0) > 5).quantile(0.5)'],
  ['conditions added when they are picked, sorted and joined', 'const m = data.mean(0)\nconst c = (m > 5).concat(m < 2).sort().slice([0, 4]).reshape(1, 4).t().max(1)\nexport default c.where(m > 3, true as any) + (m > 1) * (m < 9)'],
  ['an argument that is undefined', 'const axes = [0, 1]\nexport default data.mean(axes[2])'],
  ['an end that is undefined', 'const options: Record<string, number> = { from: 2 }\nexport default data.rows(0, options.to).sum()'],
  ['a ddof that is undefined', 'const options: Record<string, number> = {}\nexport default data.mean(0).std(0, options.ddof)'],
  ['an index that is undefined', 'const options: Record<string, number> = {}\nexport default data.get(options.row as number).sum()'],
  ['a covariance of what is decrypted with what is not', 'export default data.col("wage").decrypted().cov(data.col("union"))'],
  ['a condition in Python\'s order', 'export default data.mean() if listing.rows else 0'],
  ['a function of Python\'s', 'export default lambda x: x'],
  ['a comment of Python\'s', '# the mean\nexport default data.mean()'],
  ['rows of a single number', 'for (const row of data.mean()) console.log(row)\nexport default data.mean()'],
  ['a missing bracket', 'export default data.mean('],
  ['a tensor in switch', 'switch (data.mean()) {\n  case 5: console.log("five")\n}\nexport default data.mean()'],
  ['a comparison behind case', 'let rich = 0\nswitch (true) {\n  case data.mean() > 5: rich = 1\n}\nexport default data.sum() * rich'],
  ['a tensor asked for its identity', 'export default data.sum() * (data.col("wage").mean() === 5 ? 1 : 2)'],
  ['a tensor as a Boolean', 'export default data.sum() * (Boolean(data.mean()) ? 1 : 2)'],
  ['a tensor denied twice', 'export default data.sum() * (!!data.mean() ? 1 : 2)'],
  ['a tensor looked for in a list', 'const some = [1, 2, 3].includes(data.mean()) ? 1 : 2\nexport default data.sum() * some'],
  ['a number looked for among tensors', 'const means = [...data.mean(0)]\nexport default data.sum() * means.indexOf(5)'],
  ['distinct values by a Set', 'export default data.sum() / new Set(data.col("union")).size'],
  ['a tensor as a key of a Map', 'const counts = new Map<number, number>()\nfor (const row of data.col("union")) counts.set(row, 1)\nexport default data.sum() * counts.size'],
  ['a tensor asked whether it is a number', 'export default data.sum() * (Number.isNaN(data.mean()) ? 1 : 2)'],
  ['a tensor in a text', 'const mean = data.mean()\nexport default { mean, text: `the mean is ${mean}` }'],
  ['a tensor as a text', 'export default [data.mean(), String(data.mean())]'],
  ['tensors joined to a text', 'export default { means: [...data.mean(0)].join(", "), all: data.mean() }'],
  ['a tensor as JSON', 'export default { all: data.mean(), json: JSON.stringify({ mean: data.mean() }) }'],
  ['a method that nobody called', 'let total = 0\nfor (let i = 0; i < data.rows; i++) total += i\nexport default data.sum() * total'],
  ['a method added to a number', 'export default data.sum() * (1 + (data.mean as any))'],
  ['a shape for the number of rows', 'let total = 0\nfor (let i = 0; i < data.shape; i++) total += i\nexport default data.sum() * total'],
  ['arithmetic of plain lists', 'const weights = [1, 2] / 2\nexport default data.cols("wage", "union").mean(0).dot(weights)'],
  ['a method for a number', 'export default data.sum() / data.dim'],
  ['a list as long as a method', 'export default Array.from({ length: data.cols }, (_, i) => data.col(i).mean())'],
  ['a member that the listing has not', 'let total = 0\nfor (let i = 0; i < listing.row; i++) total += i\nexport default data.sum() * total'],
  ['a high power of encrypted rows', 'export default (data.col("union") ** 65).sum()'],
  ['a root of encrypted rows as a power', 'export default (data.col("union") ** 0.5).sum()'],
  ['encrypted rows as a power', 'export default (2 ** data.col("union")).sum()'],
  ['an async function', 'const mean = async () => data.col("wgae").mean()\nmean()\nexport default data.mean()'],
  ['a promise', 'Promise.resolve(1).then(() => { throw new Error("unseen") })\nexport default data.mean()'],
  ['a text thrown', 'const check = (rows: number) => {\n  if (rows > 10) throw "too many rows"\n}\ncheck(listing.rows)'],
  ['a number thrown', 'export default (() => { throw 404 })()'],
  ['an error of one\'s own', 'class TooMany extends Error {\n  constructor(rows: number) { super(rows + " rows") }\n}\nif (listing.rows > 10) throw new TooMany(listing.rows)'],
  ['a class that is no error', 'class TooMany { constructor(readonly rows: number) {} }\nthrow new TooMany(listing.rows)'],
  ['a class itself', 'class TooMany extends Error {}\nthrow TooMany'],
  ['a bad answer by another name', 'const answer = () => data.mean()\nexport { answer as default }'],
  ['a function as the answer', 'const mean = data.mean()\n\nexport default function answer() {\n  return mean\n}'],
  ['a function exported by its name', 'const mean = data.mean()\nexport function answer() {\n  return mean\n}'],
  ['an option that there is not', 'export default data.mean({ axis: 0, keepdims: true } as any)'],
  ['an argument twice', 'export default data.col("wage").mean().sqrt().var(0, { axis: 1 } as any)'],
  ['an axis of pandas', 'export default data.mean({ axis: "columns" } as any)'],
  ['a sum of a column by its name', 'export default data.sum("wage")'],
  ['a correlation of columns by their names', 'export default data.corr("wage", "education")'],
  ['a correlation with a column by its name', 'export default data.col("wage").corr("education")'],
  ['an axis that is a text', 'export default data.sum("0")'],
  ['a quantile by another method', 'export default data.mean(0).quantile(0.5, 0, "lower")'],
  ['a sort downwards', 'export default data.mean(0).sort(0, "desc")'],
  ['a range of four numbers', 'export default data.slice([0, 2, 1, 5]).sum()'],
  ['another order of cells', 'export default data.reshape(-1, 2, "F")'],
  ['rows by a plain mask', 'export default data.rows([true, false, true] as any).sum()'],
  ['a column of a column', 'export default data.col("wage").col(0)'],
  ['columns of a vector by their numbers', 'export default data.col("wage").cols(0, 1).sum()'],
  ['one name of two columns', 'export default data.concat(data * 2, 1).col("wage").mean()'],
  ['what is decrypted beside what is not', 'export default (data.col("wage").decrypted() + data.col("union")).sum()'],
  ['an infinite number beside rows', 'export default (data.col("wage") + Infinity).sum()'],
  ['columns where one is', 'export default data.col("wage", "education").mean(0)'],
  ['a row by a column\'s name', 'export default data.get("wage")'],
  ['a remainder', 'export default (data.col("union") % 2).sum()'],
  ['a remainder in place', 'let union = data.col("union")\nunion %= 2\nexport default union.sum()'],
  ['groups by pandas', 'export default data.groupby("union").mean()'],
  ['decimals that are none', 'export default data.mean().round(0.5)'],
  ['a key that is JavaScript\'s own', 'export default { mean: data.mean(), ["__proto__"]: 1 }'],
  ['chance', 'export default data * Math.random()'],
]

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

  it('a comment behind a call that stands for itself says what it printed', async () => {
    const { code } = await failureOf('console.log(1 + 1) // 2\nexport default "nothing encrypted"')
    expect(code).toBe('input.answer-invalid')
  })
})
