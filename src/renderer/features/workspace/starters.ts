import { dateUnit } from '../../../shared/dates.ts'
import type { OpenedListingJson } from '../../../shared/window-contract/market.ts'

/** A script to begin with, written for a listing's own columns. */
export interface Starter {
  readonly title: string
  readonly source: string
}

type Listing = Pick<OpenedListingJson, 'columns' | 'secondMoments' | 'policy'>

const quote = (name: string): string => (name.includes('\'') ? JSON.stringify(name) : `'${name}'`)

const opening = `// \`data\` is the encrypted table: one row per record, one column per variable.
// What you export is decrypted, once. Everything before it stays hidden.
`

const everyColumn: Starter = { title: 'Averages of all columns', source: `${opening}
export default { meanByColumn: data.mean(0) }
` }

/** Codes and days have no mean that says anything. */
const measuredColumns = (names: readonly string[]): Starter => ({ title: 'Averages of the columns that measure', source: `${opening}
export default { meanByColumn: data.cols(${names.map(quote).join(', ')}).mean(0) }
` })

const oneColumn = (name: string): Starter => ({ title: `Sum and mean of ${name}`, source: `${opening}
const column = data.col(${quote(name)})

export default { total: column.sum(), mean: column.mean() }
` })

const score = (first: string, second: string): Starter => ({ title: `A weighted score of ${first} and ${second}`, source: `${opening}
// The weights are yours and plain. NumPy's operators work on columns, rows and whole tables.
const score = data.col(${quote(first)}) * 0.7 + data.col(${quote(second)}) * 0.3

export default { meanScore: score.mean() }
` })

const spread = (name: string): Starter => ({ title: `Spread of ${name}`, source: `${opening}
// The squares of this column are sold with the table. ddof is 0, as in NumPy, unless you say 1.
const column = data.col(${quote(name)})

export default { mean: column.mean(), standardDeviation: column.std() }
` })

const correlation = (names: readonly string[]): Starter => ({ title: `Correlations of ${names.join(', ')}`, source: `${opening}
// Products of these columns are sold with the table.
export default { correlations: data.cols(${names.map(quote).join(', ')}).corr() }
` })

const byGroup = (flag: string, value: string): Starter => ({ title: `Mean of ${value} by ${flag}`, source: `${opening}
// A flag times a value is the value where the flag is 1, and 0 elsewhere: its sum over the flag's sum is the mean of that group.
const flag = data.col(${quote(flag)})
const value = data.col(${quote(value)})
const where = (flag * value).sum()

export default {
  meanWhere: where / flag.sum(),
  meanElsewhere: (value.sum() - where) / (listing.rows - flag.sum()),
}
` })

/** Names of columns whose squares, and products with one another, are all sold: taken in one by one from the left. */
const takeCorrelated = (names: readonly string[], isSold: (a: string, b: string) => boolean): string[] => {
  const taken: string[] = []
  for (const name of names) if ([...taken, name].every((other) => isSold(name, other))) taken.push(name)
  return taken
}

/** What can be asked of a table as it is sold: averages always, spreads and groups where products of columns are sold with it. */
export const listStarters = ({ columns, secondMoments, policy }: Listing): readonly Starter[] => {
  const sold = new Set(secondMoments.map((name) => name.replaceAll(' ', '')))
  const isSold = (a: string, b: string): boolean => [`${a}*${b}`, `${b}*${a}`].some((name) => sold.has(name.replaceAll(' ', '')))
  const numbers = columns.filter(({ type, unit }) => (type === 'integer' || type === 'number') && unit !== dateUnit).map(({ name }) => name)
  const measured = columns.filter(({ type, unit }) => type !== 'category' && unit !== dateUnit).map(({ name }) => name)
  const flags = columns.filter(({ type }) => type === 'boolean').map(({ name }) => name)
  const [first, second] = numbers
  const correlated = takeCorrelated(numbers, isSold).slice(0, 4)
  const pair = flags.flatMap((flag) => numbers.filter((value) => isSold(flag, value)).map((value) => [flag, value] as const))[0]
  return [
    ...(measured.length === columns.length && columns.length <= policy.maxAnswerCells ? [everyColumn] : []),
    ...(measured.length < columns.length && measured.length > 0 && measured.length <= policy.maxAnswerCells
      ? [measuredColumns(measured)] : []),
    ...(first === undefined ? [] : [oneColumn(first)]),
    ...(first === undefined || second === undefined ? [] : [score(first, second)]),
    ...numbers.filter((name) => isSold(name, name)).slice(0, 1).map(spread),
    ...(correlated.length < 2 ? [] : [correlation(correlated)]),
    ...(pair === undefined ? [] : [byGroup(...pair)]),
  ]
}

/** Where no listing is chosen. */
export const plainStarter = everyColumn
