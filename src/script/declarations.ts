import type { ScriptListing } from './run-script.ts'

/**
 * TypeScript's complaints about operators on anything but numbers (& and | of two conditions among them), which an editor leaves out:
 * with them a list of plain numbers can stand beside a tensor, `data + [1, 2]` (docs/adr/0501). What is wrong there is said when the
 * script is tried.
 */
export const operatorDiagnosticCodes: readonly number[] = [2362, 2363, 2365, 2367, 2447, 2839]

/**
 * A tensor is a `number` to the editor: TypeScript has no operators of one's own, and numbers are what its operators take and give. So
 * the tensor's methods are declared on numbers, and on the truth values that comparisons give.
 */
const api = `
/** An encrypted table, row, column or number, or what is made of such after decryption. Nothing is changed in place. */
type Tensor = number
/** What stands beside a tensor: another, a number, or nested lists of numbers, broadcast as in NumPy. */
type Operand = number | boolean | readonly Operand[]
type Axes = number | readonly number[] | null
/** Arguments by name, in the last place: mean({ axis: 0 }), std({ ddof: 1 }). */
interface Along { readonly axis?: Axes }
interface OneAxis { readonly axis?: number | null }
interface Freedom { readonly ddof?: number }
type TensorRange = readonly [start?: number | null, stop?: number | null, step?: number | null] | number | null
type Column = COLUMN

interface TensorMembers {
  /** Lengths along each axis. */
  readonly shape: readonly number[]
  /** Number of cells. */
  readonly size: number
  /** Number of axes. */
  dim(): number
  /** The one number of a tensor that is known while the script runs: what comparisons of encrypted cells gave, and what is made of it. */
  item(): number

  /** Cell by cell: the operators + - * / ** and comparisons, which give conditions, 1 and 0; & | ^ ~ are of conditions. */
  add(other: Operand): Tensor
  sub(other: Operand): Tensor
  mul(other: Operand): Tensor
  /** By a tensor: after decryption. */
  div(other: Operand): Tensor
  /** To a power: of encrypted cells a whole one up to 64, where products are sold. */
  pow(other: Operand): Tensor
  /** Each cell's negative. */
  neg(): Tensor
  /** 1 where it is so, elsewhere 0. */
  gt(other: Operand): Tensor
  lt(other: Operand): Tensor
  ge(other: Operand): Tensor
  le(other: Operand): Tensor
  eq(other: Operand): Tensor
  ne(other: Operand): Tensor

  /** After decryption, number by number. */
  sqrt(): Tensor
  exp(): Tensor
  log(): Tensor
  abs(): Tensor
  /** To the nearest whole number, or to so many decimals; a half goes to the even one. */
  round(decimals?: number): Tensor
  /** 1 / (1 + exp(-x)). */
  sigmoid(): Tensor
  /** This where the condition is not 0, elsewhere the other. */
  where(condition: Operand, other: Operand): Tensor
  /** Makes each cell one of the answer's numbers, on which any arithmetic is possible. */
  decrypted(): Tensor

  /** Drops the leading axes: get(3) is row 3, get(3, 0) its first cell, as data[3][0]; below zero from the end. */
  get(...indices: number[]): Tensor
  at(...indices: number[]): Tensor
  index(...indices: number[]): Tensor
  /** Per axis [start, stop, step], null for the whole of it, or one entry's number, which drops the axis; or start and stop of the first. */
  slice(...ranges: TensorRange[]): Tensor
  /** Rows from start to stop, or to the end where that is null, or those of a list. */
  rows(start: number | null, stop: number | null): Tensor
  rows(indices: readonly number[]): Tensor
  /** One column, as a vector. */
  col(column: Column): Tensor
  /** Some columns, as a table. */
  cols(...columns: Column[]): Tensor
  cols(columns: readonly Column[]): Tensor
  /** The axes in reverse, or in the order named. */
  t(): Tensor
  transpose(...axes: number[]): Tensor
  /** One length may be -1: it is worked out. */
  reshape(...lengths: number[]): Tensor
  /** One after the other along an axis, by default the first; null joins all cells in a row. A plain list is an array, or several. */
  concat(others: Tensor | boolean | readonly Operand[], axis?: number | null | OneAxis): Tensor

  /** Over all cells, or over the axis or axes named: 0 runs over the rows, 1 over the columns. */
  sum(axis?: Axes | Along): Tensor
  mean(axis?: Axes | Along): Tensor
  /** Of what is decrypted anyway; of encrypted cells by the seller's comparisons. */
  max(axis?: Axes | Along): Tensor
  min(axis?: Axes | Along): Tensor
  median(axis?: Axes | Along): Tensor
  /** Along one axis; of all cells, in their order row by row. */
  argmax(axis?: number | null | OneAxis): Tensor
  argmin(axis?: number | null | OneAxis): Tensor
  /** For 0 <= q <= 1, by linear interpolation; of several, one behind the other. */
  quantile(q: number | readonly number[], axis?: Axes | Along): Tensor
  /** Ascending along an axis, by default the last; null sorts all cells in a row. */
  sort(axis?: number | null | OneAxis): Tensor
  /** Of columns whose squares the listing sells ("a*a"), or of what is decrypted. ddof is 0, as in NumPy. */
  var(axis?: Axes | (Along & Freedom), ddof?: number | Freedom): Tensor
  std(axis?: Axes | (Along & Freedom), ddof?: number | Freedom): Tensor
  /** One column per variable, whose products the listing sells ("a*b"). ddof is 1, as in NumPy. */
  cov(ddof?: number | Freedom): Tensor
  cov(other: Tensor | boolean, ddof?: number | Freedom): Tensor
  /** Correlations of the columns, or of one with another. */
  corr(other?: Tensor | boolean): Tensor
  /** The intercept, then the weight of each column. */
  leastSquares(target: Tensor | boolean): Tensor
  /** The sum of products along the last axis and the other's first: with plain weights, or of columns whose products are sold. */
  dot(other: Operand): Tensor
  matmul(other: Operand): Tensor

  readonly [row: number]: Tensor
  /** Row by row, or number by number, as NumPy's. */
  [Symbol.iterator](): Iterator<Tensor>
}
interface Number extends TensorMembers {}
interface Boolean extends TensorMembers {}

/** The listing's table, encrypted: one row a record, one column a variable. */
declare const data: Tensor
/** What the listing says of itself. */
declare const listing: { readonly title: string, readonly rows: number, readonly columns: readonly ColumnName[] }
type ColumnName = NAME
declare const console: Record<'log' | 'info' | 'warn' | 'error' | 'debug', (...values: unknown[]) => void>
`

/** Declarations for an editor: what a script sees besides JavaScript itself (ES2023, no DOM), with the listing's columns by name. */
export const createScriptDeclarations = ({ columns }: Pick<ScriptListing, 'columns'>): string => {
  const name = columns.length === 0 ? 'string' : columns.map((column) => JSON.stringify(column)).join(' | ')
  return api.replace('NAME', () => name).replace('COLUMN', () => `${name} | number`)
}
