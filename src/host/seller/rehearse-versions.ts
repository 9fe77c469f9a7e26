import { sumOfRows, programOf } from '../../policy/attack-programs.ts'
import type { AttackQuestion, AttackReport, AttackVerdict } from '../../policy/rehearse.ts'
import { columnRange, type DatasetDescription } from '../../compute/columns.ts'
import { evaluateProgramOnIntegers } from '../../compute/program.ts'
import type { ReadCell } from '../../compute/integers.ts'
import { reduce, type Residues } from '../datasets/residue-algebra.ts'
import { toResidue } from '../datasets/second-moments.ts'
import { findTellingColumns, findTogether, type JointTables } from '../ledger/joint-fault.ts'
import { listParts, type Part } from '../ledger/parts.ts'
import type { MarkedColumn } from '../ledger/row-marks.ts'

/** A published listing's table, with its rows. */
export interface RehearsedTable {
  readonly id: string
  readonly dataset: DatasetDescription
  readonly minRows: number
  readonly rows: readonly (readonly number[])[]
  readonly readCell: ReadCell
  /** The residue of what is encrypted of a row in each column. */
  readonly residueOf: (row: readonly number[], column: number) => number
}

/** Puts questions to the listings named beside them, as the ledger would answer them now. */
export type JudgeQuestions = (questions: readonly (AttackQuestion & { readonly listing: string })[]) => AttackVerdict

interface PlainColumn extends MarkedColumn {
  readonly table: RehearsedTable
  readonly at: number
}

const name = 'versions-together'

const open = (table: RehearsedTable, { from, to }: Part): PlainColumn[] => table.dataset.columns.map((column, at) => ({
  name: column.name, table, at, isOrdered: false,
  marks: Float64Array.from({ length: to - from }, (_, row) => (table.rows[from + row]?.[at] ?? 0) + 0),
}))

const read = ({ table, at }: PlainColumn, { from, to }: Part): Residues =>
  Int32Array.from({ length: to - from }, (_, row) => table.residueOf(table.rows[from + row] ?? [], at))

/** Rows by number, from 1, as people count; of many the first. */
const nameRows = (rows: readonly number[]): string =>
  `${rows.length === 1 ? 'row' : 'rows'} ${rows.slice(0, 10).map((row) => row + 1).join(', ')}${rows.length > 10 ? ' …' : ''}`

const listAll = (opened: readonly (readonly PlainColumn[])[]): { columns: readonly PlainColumn[]; own: readonly (readonly number[])[] } => {
  let next = 0
  return { columns: opened.flat(), own: opened.map((table) => table.map(() => (next += 1) - 1)) }
}

const rehearsePart = (part: Part, tables: readonly RehearsedTable[], judge: JudgeQuestions): AttackReport | null => {
  const reaching = tables.filter(({ dataset }) => dataset.rows >= part.to)
  const fewest = Math.max(...reaching.map(({ minRows }) => minRows))
  const opened = reaching.map((table) => open(table, part))
  const asked = opened.at(-1)
  if (asked === undefined || opened.length < 2 || fewest === 1) return null
  const joint: JointTables<PlainColumn> = { known: opened.slice(0, -1), asked, rows: part.to - part.from, limit: fewest, isTold: false }
  const telling = findTellingColumns(joint)
  if (telling === null) return null
  const nothing = { attack: name, answered: 0, questions: 0, refusal: null, cells: 0, bits: 0 } as const
  const all = `the sums of all columns of listings ${reaching.map(({ id }) => id).join(', ')}, of rows ${part.from + 1} to ${part.to}`
  if (telling === 'large') return { ...nothing, words: `was not looked for in ${all}: they are too many cells` }
  const { columns, own } = telling === 'few' ? listAll(opened) : { columns: telling.columns, own: telling.tables }
  const found = findTogether(columns.map((column) => read(column, part)), own, fewest)
  if (found === null) return null
  if (found === 'unknown') return { ...nothing, words: `was looked for in ${all} and neither found nor excluded in a bounded time` }
  const told = found.combination.map(([place, factor]) => ({ ...columns[place] as PlainColumn, factor }))
  const involved = reaching.filter((table) => told.some((column) => column.table === table))
  const questions = involved.map((table) => {
    const cells = told.filter((column) => column.table === table).map(({ at }) =>
      sumOfRows(table.dataset, at, part.from, part.to - part.from))
    return { listing: table.id, asked: 'own' as const, program: programOf(table.dataset, cells) }
  })
  const { answered, refusal } = judge(questions)
  const sums = involved.flatMap((table, at) => evaluateProgramOnIntegers((questions[at] as AttackQuestion).program, table.readCell))
  const ordered = involved.flatMap((table) => told.filter((column) => column.table === table))
  const combine = (values: readonly number[], ones: number): number =>
    ordered.reduce((sum, { factor }, at) => reduce(sum + factor * (values[at] as number)), reduce(found.constant * ones))
  const right = found.rows.reduce((sum, row) =>
    reduce(sum + combine(ordered.map(({ table, at }) => table.residueOf(table.rows[part.from + row] ?? [], at)), 1)), 0)
  const isTold = answered === questions.length && combine(sums.map(toResidue), part.to - part.from) === right
  const rows = found.rows.map((row) => part.from + row)
  const ranges = told.map(({ table, at }) => columnRange(table.dataset.columns[at] as (typeof table.dataset.columns)[number]))
  const bits = Math.max(...ranges.map(({ lower, upper }) => (upper - lower).toString(2).length))
  const parts = told.map((column) => `${column.name} in ${column.table.id}`).join(', ')
  return {
    attack: name,
    words: `puts together the sums of ${parts}, of rows ${part.from + 1} to ${part.to}, to one of ${nameRows(rows)} alone`,
    answered, questions: questions.length, refusal, cells: isTold ? rows.length : 0, bits: isTold ? bits : 0,
  }
}

/**
 * What the sums of all columns of all versions of a table that are sold, to every place where one of them ends, tell together: whether a
 * combination of them is of fewer rows than the minimum, by the linear algebra that listings are judged by (docs/adr/0402), on the real
 * rows and whatever was judged when they were published. A report for each part of the rows where there is one, or one that says there is
 * none.
 */
export const rehearseVersions = (tables: readonly RehearsedTable[], judge: JudgeQuestions): AttackReport[] => {
  if (tables.length < 2) return []
  const parts = listParts(tables.map(({ dataset }) => dataset.rows), Math.min(...tables.map(({ minRows }) => minRows)))
  const found = parts.flatMap((part) => rehearsePart(part, tables, judge) ?? [])
  if (found.length > 0) return found
  const words = `looks for a sum of few rows among the sums of all columns of listings ${tables.map(({ id }) => id).join(', ')}, and finds none`
  return [{ attack: name, words, answered: 0, questions: 0, refusal: null, cells: 0, bits: 0 }]
}
