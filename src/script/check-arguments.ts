import { AppError } from '../shared/errors.ts'
import { isList, type Arguments } from './arguments.ts'
import type { ScriptMethod } from './truths.ts'

const ofNone: readonly ScriptMethod[] = [
  'neg', 'pos', 'not', 'sqrt', 'exp', 'log', 'abs', 'sigmoid', 'decrypted', 'shape', 'size', 'dim', 'item', 'truth', 'text',
]
const ofTwo: readonly ScriptMethod[] = ['where', 'rows', 'concat', 'quantile', 'var', 'std', 'cov']
const ofAny: readonly ScriptMethod[] = ['get', 'slice', 'cols', 'transpose', 'reshape', 'groupBy', 'unique']
const ofOneList: readonly ScriptMethod[] = ['rows', 'cols', 'reshape', 'transpose']
const overAxes: readonly ScriptMethod[] = ['sum', 'mean', 'max', 'min', 'argmax', 'argmin', 'median']

/** Methods whose arguments are no columns, with what takes the columns that were named instead. */
const ofColumns: Partial<Readonly<Record<ScriptMethod, (names: string) => string>>> = {
  get: (names) => `x.col(${names})`, cov: (names) => `x.cols(${names}).cov()`, corr: (names) => `x.cols(${names}).corr()`,
  leastSquares: (names) => `x.leastSquares(data.col(${names}))`, quantile: (names) => `x.col(${names}).quantile(0.5)`,
  ...Object.fromEntries([...overAxes, 'var', 'std', 'sort'].map((method) => [method, (names: string) => `x.col(${names}).${method}()`])),
}

/** What methods cannot do without, as it is written. */
const needed: Partial<Readonly<Record<ScriptMethod, string>>> = {
  quantile: 'a fraction from 0 to 1: x.quantile(0.5) is the median', col: 'a column\'s name or number: x.col(0) is the first',
  leastSquares: 'the column to be explained: x.leastSquares(y)', dot: 'what to multiply with: x.dot(y)', matmul: 'what to multiply with: x.matmul(y)',
  concat: 'what to put behind it: x.concat(y), x.concat([y, z])', rows: 'rows: x.rows([0, 2]), x.rows(0, 10)',
  where: 'a condition, and what stands where it does not hold: x.where(x > 0, 0)', reshape: 'lengths: x.reshape(-1, 1), x.reshape(2, 3)',
}

const refuse = (message: string): never => {
  throw new AppError('input.tensor-value', message)
}

const pandasAxes = ['"index"', '"rows"', '"columns"']

/** Texts that NumPy and pandas take, with what does the same here. */
const words: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  quantile: Object.fromEntries(['linear', 'lower', 'higher', 'midpoint', 'nearest'].map((word) =>
    [word, 'quantile interpolates linearly, as NumPy does where no method is named, and takes none'])),
  sort: Object.fromEntries(['desc', 'descending', 'asc', 'ascending', 'quicksort', 'mergesort', 'heapsort', 'stable'].map((word) =>
    [word, 'sort is ascending, x.sort().slice([null, null, -1]) descending, and takes an axis alone'])),
}

/** A column goes where the tensor is, not where an axis or another column goes. */
const assertNoColumns = <T extends object>(method: ScriptMethod, args: Arguments<T>): void => {
  const instead = ofColumns[method]
  const names = args.flat().filter((value) => typeof value === 'string').map((name) => JSON.stringify(name.slice(0, 100)))
  if (instead === undefined || names.length === 0) return
  if (names.every((name) => pandasAxes.includes(name))) refuse(`${method}: an axis is a number: 0 runs over the rows, 1 over the columns`)
  if (names.every((name) => /^"-?\d+"$/.test(name))) refuse(`${method}: ${names.join(', ')} is a text where a number is needed`)
  const known = Object.entries(words[method] ?? {}).find(([word]) => names.includes(JSON.stringify(word)))
  if (known !== undefined) refuse(known[1])
  if ((method === 'cov' || method === 'corr') && names.length === 1) refuse(`${method} takes another column itself, not its name: x.${method}(data.col(${names.join('')}))`)
  refuse(`${method} takes no column's name: a column is taken first, ${instead(names.join(', '))}`)
}

/**
 * What a method would not look at was meant to do something, and so was a column where none can be. Throws `input.tensor-value`.
 */
export const assertArguments = <T extends object>(method: ScriptMethod, args: Arguments<T>): void => {
  assertNoColumns(method, args)
  if (method === 'reshape' && args.some((value) => typeof value === 'string')) {
    refuse('reshape fills row by row, NumPy\'s order "C", and takes no order: x.t().reshape(3, 2).t() is x.reshape(2, 3, order="F")')
  }
  const long = method === 'slice' ? args.find((range) => Array.isArray(range) && range.length > 3) : undefined
  if (long !== undefined) refuse('slice: a range is [start, stop, step], one list for each axis; rows([0, 2, 5]) takes rows by their numbers')
  if (method === 'slice' && typeof args[0] === 'number' && !args.some(isList)) {
    const [start] = args
    if (args.length === 2 && args[1] === null) {
      refuse(`slice: a number and null may be meant in two ways: x.slice([${start}, null]) takes all rows from ${start} on, x.slice(${start}, [null]) row ${start} alone`)
    }
    if (args.length > 2) refuse('slice: a range with a step stands in a list, x.slice([a, b, s]), and so do entries of several axes: x.get(i, j, k) is one cell')
  }
  if (method === 'col' && (args.length > 1 || Array.isArray(args[0]))) refuse('col takes one column, and makes a vector of it; cols(…) takes several')
  if (ofOneList.includes(method) && Array.isArray(args[0]) && args.length > 1) refuse(`${method} takes one list, or what would be in it, and nothing behind a list`)
  const isSeveral = method === 'concat' && (args.length > 2 || (typeof args[1] === 'object' && args[1] !== null))
  if (isSeveral) refuse('concat takes several tensors as one list, x.concat([y, z]), and an axis behind it')
  const missing = Object.hasOwn(needed, method) && (args.length === 0 || (args[0] === null && method !== 'rows')) ? needed[method] : undefined
  if (missing !== undefined) refuse(`${method} takes ${missing}`)
  if (method === 'rows' && args.length === 1 && typeof args[0] === 'number') {
    refuse(`rows: one number may be meant in two ways: x.rows([${args[0]}]) takes row ${args[0]} alone, x.rows(${args[0]}, null) all from there on`)
  }
  if ((method === 'argmax' || method === 'argmin') && isList(args[0])) {
    refuse(`${method} runs along one axis, as NumPy's does, ${method}(0), or over all cells, ${method}(); of several axes x.reshape(…) makes one first`)
  }
  if (method === 'corr' && typeof args[0] === 'number') refuse('corr takes another tensor, or nothing')
  if (method === 'cov' && typeof args[0] === 'number' && args.length > 1) refuse('cov takes another tensor first, and ddof behind it')
  if (ofAny.includes(method)) return
  const most = ofNone.includes(method) ? 0 : ofTwo.includes(method) ? 2 : 1
  if (args.length <= most) return
  const hint = overAxes.includes(method) ? `: several axes are one list, ${method}([0, 1])` : ''
  const takes = ['no argument', 'one argument', 'two arguments at most'][most] ?? ''
  refuse(`${method} takes ${takes}, not ${args.length}${hint}`)
}
