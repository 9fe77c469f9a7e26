import type { Details } from '../../shared/schemas/details.ts'

/** What a script sees besides JavaScript itself (compute.md); `COLUMN` stands for the listing's own column names. */
const api = `
/** Plain numbers, as one writes them. */
type Numbers = number | readonly Numbers[]
type Operand = Tensor | Numbers
type Range = readonly [start: number, stop?: number | null, step?: number | null] | null

/** A table, row, column or number that stays encrypted; what you build is a recipe. Nothing is changed in place. */
interface Tensor {
  /** Lengths along each axis. */
  readonly shape: number[]
  readonly size: number
  dim(): number
  /** Elementwise, with NumPy's broadcasting. */
  add(other: Operand): Tensor
  sub(other: Operand): Tensor
  mul(other: Operand): Tensor
  /** By plain numbers only. */
  div(other: Numbers): Tensor
  neg(): Tensor
  /** Drops the leading axes: get(3) is row 3, get(3, 0) its first cell; negative numbers count from the end. */
  get(...indices: number[]): Tensor
  at(...indices: number[]): Tensor
  index(...indices: number[]): Tensor
  slice(start: number, stop?: number | null): Tensor
  slice(...ranges: Range[]): Tensor
  rows(start: number, stop?: number | null): Tensor
  rows(indices: readonly number[]): Tensor
  /** One column, as a vector. */
  col(column: COLUMN): Tensor
  /** Some columns, as a table. */
  cols(...columns: (COLUMN)[]): Tensor
  transpose(...axes: number[]): Tensor
  t(): Tensor
  /** One length may be -1: it is worked out. */
  reshape(...lengths: number[]): Tensor
  concat(others: Tensor | readonly Tensor[], axis?: number): Tensor
  /** Over all cells, or over the named axis or axes: 0 runs over the rows, 1 over the columns. */
  sum(axis?: number | readonly number[]): Tensor
  mean(axis?: number | readonly number[]): Tensor
  dot(other: Operand): Tensor
  matmul(other: Operand): Tensor
  readonly [row: number]: Tensor
}

/** The listing's table: one row a record. */
declare const data: Tensor
/** What the listing says of itself. */
declare const listing: { readonly title: string, readonly rows: number, readonly columns: readonly (COLUMN)[] }
declare const console: { log(...values: unknown[]): void, info(...values: unknown[]): void, warn(...values: unknown[]): void, error(...values: unknown[]): void }
`

/** TypeScript declarations of the script API, with the listing's own columns by name where there is one. */
export const declareScriptApi = (details: Details | null): string => {
  const names = details === null ? [] : details.columns.map(({ name }) => JSON.stringify(name))
  const column = names.length === 0 ? 'string | number' : `${names.join(' | ')} | number`
  return api.replaceAll('COLUMN', column)
}
