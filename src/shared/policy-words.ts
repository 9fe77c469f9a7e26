import type { Details, Policy } from './schemas/details.ts'
import { formatEther } from './units.ts'

/** What a listing's mode protects, and from whom; a sentence a line, the same on page, window and command line. */
export const describeMode = ({ mode, maxAnswerCells, maxAnswerBits }: Policy, totalCells: number): string[] => (mode === 'disclosed'
  ? ['The seller sees the program behind your script, and recomputes it before decrypting.']
  : [
    'Private mode: your script stays with you. The seller gets masked ciphertexts, and decrypts them without learning what was computed or what came out.',
    `So the seller cannot refuse single rows: a buyer can get raw values, up to ${maxAnswerCells} × ${maxAnswerBits} bits in one answer and ${totalCells} × ${
      maxAnswerBits} bits from this table in all.`,
  ])

/** The same to the seller who writes the listing. */
export const describeModeToSeller = (policy: Policy, totalCells: number): string[] => (policy.mode === 'disclosed'
  ? ['You see the program behind each script: this computer recomputes it before it decrypts.']
  : [
    'Private mode: scripts stay with their buyers. You get masked ciphertexts, and learn neither what was computed nor what came out.',
    `So you cannot refuse single rows: buyers can get raw values, up to ${policy.maxAnswerCells} × ${policy.maxAnswerBits} bits in one answer and ${totalCells} × ${
      policy.maxAnswerBits} bits from this table in all.`,
  ])

/** What the minimum of rows does not see, where it is chosen. */
export const countsRowsWords = 'It counts rows, not persons: where a person has twelve rows, twelve times as many.'

/** Of a column of an imported table whose values look like persons' numbers, and repeat. */
export const rowsAreNoPersons = (column: string): string =>
  `values of ${column} repeat. If they tell persons apart, a person has several rows, and a listing's minimum of rows is not one of persons: `
    + 'choose it so many times larger.'

/** What second moments with a 0/1 column tell; said where they are added. */
export const momentsTellFlags = 'Whoever knows the numbers of other columns can work out a 0/1 column from its products with them, where rows are few: '
  + 'leave out what must stay secret.'

/** Of which rows a number may be; `isWhole`: second moments are sold with the table, so that no group is told apart from the others. */
export const describeRows = (policy: Policy, isWhole: boolean): string[] => {
  if (policy.mode === 'private') return []
  if (policy.minRows === 1) return ['Answers about single rows are sold.']
  if (isWhole) return ['Every number is of all rows together, each with the same weight: a table sold with second moments answers of no groups.']
  return [
    `Every number must treat alike groups of at least ${policy.minRows} rows: averages over groups, never a row by itself.`,
    'What would tell smaller groups apart, by itself or together with what was answered before, is refused before anything is decrypted.',
  ]
}

type HelpSold = Pick<Details['budgets'], 'comparisons' | 'products'>

/** “40 comparisons and 20 products”; '' where neither is sold. */
export const nameHelp = ({ comparisons, products }: HelpSold): string => [
  ...(comparisons === 0 ? [] : [`${comparisons} ${comparisons === 1 ? 'comparison' : 'comparisons'}`]),
  ...(products === 0 ? [] : [`${products} ${products === 1 ? 'product' : 'products'}`]),
].join(' and ')

/** What a listing's comparisons and products of encrypted cells are and cost; nothing where none are sold. */
export const describeHelp = (sold: HelpSold, feeWei: bigint): string[] => (nameHelp(sold) === '' ? [] : [
  `The seller helps your script with encrypted cells: ${nameHelp(sold)} in all, whoever asks; opening this costs ${formatEther(feeWei)} ether of the price, for good.`,
])

const leakWords = 'What is compared is blinded, and each comparison still tells the seller a little of it, which adds up over a script: '
  + '`try` and the editor say how much.'

/** How much is told the seller of blinded comparisons before it is called much. */
export const mostQuietLeakage = 0.05

/** What all blinded comparisons of a script may tell the seller, by `leakage`, a statistical distance of 0 to 1; nothing where none was. */
export const describeLeakage = (comparisons: number, leakage: number): string[] => {
  if (leakage === 0) return []
  const what = comparisons === 1 ? 'One blinded comparison' : `${comparisons} blinded comparisons`
  if (leakage >= 1) {
    return [`${what}: nothing bounds what they tell the seller together. Count on it knowing what is compared, and how it came out.`]
  }
  const part = `${what} may tell the seller up to ${Math.max(0.1, Math.ceil(leakage * 1000) / 10)} % of what is compared, and of how it came out`
  return [leakage <= mostQuietLeakage ? `${part}.` : `${part}: more than the ${mostQuietLeakage * 100} % that count as hidden. Ask fewer, or buy from a seller who may know.`]
}

/** What blinded comparisons let out, in `private` mode: each answers one yes-or-no question about anything in the table. */
export const describeBlindHelp = ({ policy: { mode }, budgets: { comparisons } }: Pick<Details, 'policy' | 'budgets'>): string[] =>
  (mode === 'disclosed' || comparisons === 0 ? [] : [
    `Each comparison tells the buyer one bit about any cell: ${comparisons} bits more from this table in all.`,
    leakWords,
  ])

/**
 * What an answer rests on besides its proof; nothing where nothing was asked. `shown`: of how many the program tells, where it is there to
 * be read.
 */
export const describeReplies = (replies: number, shown = replies): string[] => {
  if (replies === 0) return []
  const unproved = `${replies} unproved ${replies === 1 ? 'reply' : 'replies'}`
  return [shown === replies ? `It relies on ${unproved} of the seller.`
    : `${unproved} of the seller ${replies === 1 ? 'was' : 'were'} given, of which the program shows ${shown}: what the others told may be written into it.`]
}
