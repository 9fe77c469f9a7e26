import { reflectedMethods, tensorMethodAliases, tensorMethods, tensorProperties } from './backend.ts'

export const groupsInstead = 'which group a row is in is encrypted: of a column g that is 1 in the group and else 0, g.sum() is the number of its rows, '
  + '(g * y).sum() / g.sum() its mean of a column y where the listing sells that product, and (g == 2).sum() counts where it sells comparisons'

export const distinctInstead = 'which values occur is encrypted; the listing\'s columns name the categories, and 0/1 columns count them'

const truthAsRow = 'brackets take a row\'s number: data[0] is row 0, x.where(condition, other) keeps cells by a condition'

/** What would work, for what people write who come from NumPy, pandas or Python. Behind `a tensor has no …; `. */
export const memberHints: Readonly<Record<string, string>> = {
  T: 't() is its transpose', length: 'shape[0] is its number of rows, size of cells', ndim: 'dim() is the number of its axes',
  map: 'operators and methods work on all cells at once', forEach: 'operators and methods work on all cells at once',
  apply: 'operators and methods work on all cells at once',
  reduce: 'sum(), max() and min() make one number of all', filter: 'where(condition, other) keeps some cells, rows([…]) some rows',
  average: 'mean() is its mean', avg: 'mean() is its mean', count: 'shape[0] is its number of rows; of a condition, sum() counts the ones',
  percentile: 'quantile(q) takes a fraction, quantile(0.95) for the 95th percentile', corrcoef: 'corr() is its correlations',
  iloc: 'data[0] is row 0, rows(0, 10) ten rows, slice([0, 10], 2) their column 2', loc: 'data[0] is row 0, data.col("name") a column',
  head: 'its cells are encrypted; rows(0, 5) takes rows to compute with', values: 'its cells are encrypted; methods and operators compute with them',
  columns: 'listing.columns are the columns\' names', keys: 'listing.columns are the columns\' names',
  describe: 'mean(0), std(0), min(0) and max(0) describe its columns', astype: 'its cells are numbers already', toFixed: 'round the answer when it is read',
  floor: 'round() is to the nearest whole number, after decryption', ceil: 'round() is to the nearest whole number, after decryption',
  argsort: 'argmax() and argmin() are the places of the largest and the smallest, sort() has the cells in order', groupby: groupsInstead, group_by: groupsInstead, pivot_table: groupsInstead, value_counts: distinctInstead, nunique: distinctInstead,
  query: 'rows cannot be chosen by what is encrypted: where(condition, other) keeps some cells, multiplying by a condition counts them',
  sort_values: 'sort() is of one column\'s numbers', drop: 'cols(…) keeps the columns it names', mod: 'there is no remainder of what is encrypted',
  true: truthAsRow, false: truthAsRow, undefined: 'what stands in the brackets is undefined, and no row\'s number', NaN: 'what stands in the brackets is NaN, and no row\'s number',
  null: 'x.reshape(1, -1) puts an axis before a vector\'s, x.reshape(-1, 1) one behind it', Infinity: 'x.at(-1) is the last row',
  any: 'max() of a condition asks whether it holds anywhere', all: 'min() of a condition asks whether it holds everywhere',
  isnull: 'no cell is missing: the seller filled or left out what was',
}

/** Behind `… is a function, not a number: call it`, for methods whose name is that of a number elsewhere. */
export const uncalledHints: Readonly<Record<string, string>> = {
  rows: 'the number of rows is x.shape[0], of the table listing.rows', cols: 'the number of columns is x.shape[1]',
  col: 'the number of columns is x.shape[1]', index: 'x[3] is row 3',
}

const offered: readonly string[] = tensorMethods.filter((name) => !reflectedMethods.includes(name))

/** NumPy's functions whose method here has another name. */
const renamed: Readonly<Record<string, string>> = {
  average: 'mean', nanmean: 'mean', amax: 'max', amin: 'min', absolute: 'abs', corrcoef: 'corr', lstsq: 'leastSquares', power: 'pow', square: 'pow',
  subtract: 'sub', multiply: 'mul', divide: 'div', negative: 'neg', concatenate: 'concat', vstack: 'concat', hstack: 'concat', stack: 'concat',
  take: 'rows', expit: 'sigmoid', inner: 'dot',
}

const argumentsOf: Readonly<Record<string, string>> = {
  leastSquares: 'y', dot: 'y', matmul: 'y', concat: 'y', pow: '2', quantile: '0.5', add: 'y', sub: 'y', mul: 'y', div: 'y', rows: '[0, 1]',
}

const describeCall = (written: string, method: string): string => {
  const argument = argumentsOf[method]
  const call = (tensorProperties as readonly string[]).includes(method) ? method : `${method}(${argument ?? ''})`
  return `${written}(x${argument === undefined ? '' : `, ${argument}`}) is x.${call} here`
}

const libraries: ReadonlySet<string> = new Set(['np', 'numpy', 'torch', 'pd', 'pandas', 'math', 'scipy', 'stats', 'statistics', 'sm', 'sklearn'])

const pythonNames: Readonly<Record<string, string>> = {
  len: 'len(x) is x.shape[0] here', print: 'print(x) is console.log(x) here; what is exported is the answer',
  range: 'a list of n numbers is Array.from({ length: n }, (_, i) => i)', True: 'it is true here', False: 'it is false here', None: 'it is null here',
  float: 'numbers need no conversion', int: 'numbers need no conversion; Math.trunc(a) of a plain one', str: 'String(a) makes a text',
  Promise: 'nothing is waited for: a script runs straight from top to bottom',
  inf: 'it is Infinity here', nan: 'it is NaN here', pi: 'it is Math.PI here', sorted: 'sorted(a) is a.toSorted() of a list, x.sort() of a tensor',
  zip: 'a.map((v, i) => [v, b[i]]) goes through two lists side by side', any: 'any(a) is a.some((v) => v > 0) of a list, x.max() of a condition',
  all: 'all(a) is a.every((v) => v > 0) of a list, x.min() of a condition', list: 'list(a) is [...a] here', set: 'set(a) is new Set(a) here',
  isinstance: 'typeof a is the type of a plain value', enumerate: 'list.entries() goes over index and value', module: 'the answer is what follows `export default`',
}

/** What NumPy has by name and JavaScript by another. */
const libraryValues: Readonly<Record<string, string>> = {
  inf: 'Infinity', nan: 'NaN', pi: 'Math.PI', e: 'Math.E', zeros: 'new Array(n).fill(0)', ones: 'new Array(n).fill(1)',
  arange: 'Array.from({ length: n }, (_, i) => i)', isnan: 'x != x, and Number.isNaN(a) of a plain number,',
}

const signs: Readonly<Record<string, string>> = {
  logical_and: 'a & b', logical_or: 'a | b', logical_xor: 'a ^ b', logical_not: '~a', bitwise_and: 'a & b', bitwise_or: 'a | b', invert: '~a',
}

const describeLibrary = (name: string, after: string): string => {
  const [, path = '', member = ''] = /^((?:\s*\.\s*\w+)*)\s*\.\s*(\w+)/.exec(after) ?? []
  const written = `${name}${path.replaceAll(/\s/g, '')}.${member}`
  if (member === 'where') return `${written}(condition, a, b) is a.where(condition, b) here`
  const sign = Object.hasOwn(signs, member) ? signs[member] : undefined
  if (sign !== undefined) return `${written}(${sign.startsWith('~') ? 'a' : 'a, b'}) is ${sign} here, of conditions`
  if (member === 'percentile' || member === 'nanpercentile') return `${written}(x, 50) is x.quantile(0.5) here`
  if (member === 'array' || member === 'asarray' || member === 'tensor') return `a plain list stands for an array: ${written}([1, 2]) is [1, 2] here`
  if (Object.hasOwn(libraryValues, member)) return `${written} is ${libraryValues[member]} here`
  const method = Object.hasOwn(renamed, member) ? renamed[member] : offered.find((known) => known === member)
  if (method !== undefined) return describeCall(written, method)
  return `no library is needed: ${name === 'math' ? 'Math.sqrt(a) is of a plain number, x.sqrt() of a tensor' : `${name}.mean(x) is x.mean() here`}`
}

/** What a name that is not defined was meant to be; null where that is unknown. `after` is what stands behind it on its line. */
export const describeUndefined = (name: string, after: string, line: string, columns: readonly string[]): string | null => {
  if (columns.includes(name)) return `the column is data.col(${JSON.stringify(name)})`
  const assigned = line.trimStart()
  if (assigned.startsWith(name) && /^\s*=[^=]/.test(assigned.slice(name.length))) return `a name is declared first: const ${name} = …`
  if (libraries.has(name)) return describeLibrary(name, after)
  if (Object.hasOwn(pythonNames, name)) return pythonNames[name] ?? null
  const isOffered = Object.hasOwn(tensorMethodAliases, name) || offered.includes(name)
  const method = isOffered ? name : Object.hasOwn(renamed, name) ? renamed[name] : undefined
  return method === undefined ? null : describeCall(name, method)
}
