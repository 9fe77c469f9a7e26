import { dateUnit } from '../../../shared/dates.ts'
import type { OpenedListingJson } from '../../../shared/window-contract/market.ts'

/** A question as one would put it, and how it is written in a script. */
export interface Example {
  readonly question: string
  readonly code: string
  /** Why this listing would not answer it; null where it would not fail for that. */
  readonly notSold: string | null
}

export type ExampleListing = Pick<OpenedListingJson, 'columns' | 'rows' | 'secondMoments' | 'comparisons' | 'products'>

const quote = (name: string): string => (name.includes('\'') ? JSON.stringify(name) : `'${name}'`)

/** Two columns to ask about: what measures before flags, and codes and days only where nothing else is there. */
const chooseColumns = (listing: ExampleListing | undefined): readonly [string, string] => {
  if (listing === undefined) return ['pay', 'age']
  const rankOf = ({ type, unit }: ExampleListing['columns'][number]): number =>
    (type === 'category' || unit === dateUnit ? 2 : type === 'boolean' ? 1 : 0)
  const [first = '', second = first] = listing.columns.toSorted((a, b) => rankOf(a) - rankOf(b)).map(({ name }) => name)
  return [first, second]
}

/** Questions over a listing's own columns, simple ones first; without a listing over columns called pay and age. */
export const listExamples = (listing?: ExampleListing): readonly Example[] => {
  const [first, second] = chooseColumns(listing)
  const [a, b] = [`data.col(${quote(first)})`, `data.col(${quote(second)})`]
  const between = listing?.columns.find(({ name }) => name === first)
  const middle = between === undefined ? 10 : Math.round((between.lower + between.upper) / 2)
  const sold = new Set(listing?.secondMoments.map((name) => name.replaceAll(' ', '')))
  const isSold = ([left, right]: readonly [string, string]): boolean =>
    [`${left}*${right}`, `${right}*${left}`].some((name) => sold.has(name.replaceAll(' ', '')))
  const needs = (...pairs: readonly (readonly [string, string])[]): string | null =>
    (listing === undefined || listing.products > 0 || pairs.every(isSold) ? null : 'needs products of these columns: not sold here')
  const comparisons = listing === undefined || listing.comparisons > 0 ? null : 'needs comparisons: not sold here'
  const free = (question: string, code: string): Example => ({ question, code, notSold: null })
  return [
    free('Mean of a column', `${a}.mean()`),
    free('Sum of a column', `${a}.sum()`),
    free('Mean of each column', 'data.mean(0)'),
    free('Means of some columns', `data.cols(${quote(first)}, ${quote(second)}).mean(0)`),
    free('Sum over the first half of the rows', `data.rows(0, ${Math.floor((listing?.rows ?? 100) / 2)}).col(${quote(first)}).sum()`),
    free('Mean of a weighted score', `(${a} * 0.7 + ${b} * 0.3).mean()`),
    free('Ratio of two sums', `${a}.sum() / ${b}.sum()`),
    free('A number to one decimal', `${a}.mean().round(1)`),
    free('Largest of the columns’ means', 'data.mean(0).max()'),
    free('Several answers, each by its name', `({ mean: ${a}.mean(), rows: listing.rows })`),
    { question: 'Standard deviation of a column', code: `${a}.std()`, notSold: needs([first, first]) },
    { question: 'Variance of a column, divided by n − 1', code: `${a}.var({ ddof: 1 })`, notSold: needs([first, first]) },
    ...(first === second ? [] : [
      { question: 'Correlation of two columns', code: `${a}.corr(${b})`, notSold: needs([first, first], [second, second], [first, second]) },
      {
        question: 'Line through one column by another (least squares)', code: `${b}.leastSquares(${a})`,
        notSold: needs([second, second], [first, second]),
      },
    ]),
    { question: 'How many rows lie above a number', code: `(${a} > ${middle}).sum()`, notSold: comparisons },
    { question: 'Share of rows that lie above a number', code: `(${a} > ${middle}).mean()`, notSold: comparisons },
    { question: 'Largest value of a column', code: `${a}.max()`, notSold: comparisons },
    { question: 'Median of a column', code: `${a}.median()`, notSold: comparisons },
  ]
}
