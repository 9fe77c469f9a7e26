import { isAppError, toErrorDocument } from '../../shared/errors.ts'
import type { ImportDecisions, ImportPreview } from '../../shared/window-contract/datasets.ts'
import { readCell } from '../datasets/classify-column.ts'
import { cleanTable, type CleanTable } from '../datasets/clean.ts'
import type { ImportReport } from '../datasets/import-report.ts'
import { isNumber } from '../../shared/number-style.ts'
import { readFirstRecords, type SourceTable } from '../datasets/source-table.ts'
import { toErrorJson } from './documents.ts'

const previewRows = 20
const shownWords = 20

type Attempt = { readonly clean: CleanTable } | { readonly problem: unknown }

export const toSummary = (report: ImportReport): NonNullable<ImportPreview['summary']> => ({
  format: report.format,
  encoding: report.encoding,
  byteOrderMark: report.byteOrderMark,
  separator: report.separator,
  decimalMark: report.decimalMark,
  decimalMarkGuessed: report.decimalMarkGuessed,
  thousandsMarks: report.thousandsMarks,
  dates: report.dates,
  units: report.units,
  rowsRead: report.rowsRead,
  blankRows: report.blankRows,
  rowsDropped: report.rowsDropped,
  rowsKept: report.rowsKept,
  cellsFilled: report.cellsFilled,
  leftOut: report.leftOut,
  flagged: report.flagged,
  rowOrder: report.rowOrder,
})

const attempt = (table: SourceTable, decisions: ImportDecisions): Attempt => {
  try {
    return { clean: cleanTable(table, decisions) }
  } catch (error) {
    if (!isAppError(error)) throw error
    return { problem: error }
  }
}

const without = (columns: ImportDecisions['columns'], names: readonly ('fill' | 'lower' | 'upper')[]): ImportDecisions['columns'] => (columns === undefined ? undefined
  : Object.fromEntries(Object.entries(columns).map(([column, notes]) =>
    [column, Object.fromEntries(Object.entries(notes).filter(([name]) => !names.some((left) => left === name)))])))

interface Types {
  readonly clean: CleanTable | null
  readonly leftOut: ImportReport['leftOut']
  /** Columns that cannot be told: what stands in the import's way stands in them. */
  readonly untold: readonly string[]
}

/** The column that a refusal is about, where it is about one. */
const columnOf = (problem: unknown, { header }: SourceTable): string | null => {
  const name = isAppError(problem) ? problem.details['name'] : undefined
  return typeof name === 'string' && header.includes(name) ? name : null
}

/** Where every column is left out, the refusal says why each is. */
const leftOutBy = (problem: unknown): ImportReport['leftOut'] => (!isAppError(problem, 'input.csv-no-numeric-columns') ? []
  : (['identifier', 'free-text', 'empty'] as const).flatMap((reason) => {
    const names = problem.details[reason]
    return Array.isArray(names) ? names.map((name) => ({ name: String(name), reason })) : []
  }))

/**
 * What the columns are does not depend on how gaps are treated, so it can be told even where gaps keep the import from happening; and a
 * column that cannot be told, or whose bounds or fill are wrong, keeps no other from being told.
 */
const findTypes = (table: SourceTable, decisions: ImportDecisions, untold: readonly string[] = []): Types => {
  let problem: unknown = null
  // A fill may make a column another kind; one that is refused tells nothing of the kind, nor do bounds that are.
  for (const columns of [decisions.columns, without(decisions.columns, ['lower', 'upper']), without(decisions.columns, ['fill', 'lower', 'upper'])]) {
    for (const missing of ['median', 'drop'] as const) {
      const tried = attempt(table, {
        ...decisions, ...(columns === undefined ? {} : { columns }), missing, categories: 'codes',
        exclude: [...decisions.exclude ?? [], ...untold],
      })
      if ('clean' in tried) return { clean: tried.clean, leftOut: tried.clean.report.leftOut, untold }
      problem = tried.problem
    }
  }
  const name = columnOf(problem, table)
  return name === null || untold.includes(name) ? { clean: null, leftOut: leftOutBy(problem), untold }
    : findTypes(table, decisions, [...untold, name])
}

const findKind = (table: SourceTable, index: number, clean: CleanTable | null): 'number' | 'category' => {
  const style = { decimalMark: clean?.report.decimalMark ?? '.', guessed: false }
  for (const cell of table.columns[index] ?? []) {
    const read = readCell(cell)
    if (typeof read === 'string' && !isNumber(read, style)) return 'category'
  }
  return 'number'
}

const describeColumn = (table: SourceTable, index: number, name: string, decisions: ImportDecisions,
  { clean, leftOut: doubts, untold }: Types): ImportPreview['columns'][number] => {
  let missing = 0
  for (const cell of table.columns[index] ?? []) if (readCell(cell) === null) missing += 1
  const column = clean?.columns.find((candidate) => candidate.column.name === name)?.column
  const isExcluded = decisions.exclude?.includes(name) ?? false
  const leftOut = isExcluded ? 'excluded' : untold.includes(name) ? null : doubts.find((doubt) => doubt.name === name)?.reason ?? null
  return {
    name,
    kind: column?.type ?? (leftOut === null ? 'unknown' : 'left-out'),
    leftOut,
    takenAs: leftOut === 'identifier' || leftOut === 'free-text' ? findKind(table, index, clean) : null,
    looksLikeIdentifier: clean?.report.flagged.some((doubt) => doubt.name === name && doubt.reason === 'identifier') ?? false,
    missing,
    words: column?.categories.slice(0, shownWords) ?? [],
    unit: column?.unit ?? '',
    lower: column?.lower ?? null,
    upper: column?.upper ?? null,
  }
}

/** What an import under these decisions would make of a table, without keeping anything; what would be refused is in `problem`. */
export const previewImport = (table: SourceTable, decisions: ImportDecisions): ImportPreview => {
  const outcome = attempt(table, decisions)
  const types = findTypes(table, decisions)
  return {
    format: table.format,
    choices: [...table.choices ?? []],
    headerRow: table.headerRow ?? null,
    header: [...table.header],
    rows: readFirstRecords(table, previewRows).map((record) => record.map((cell) => (cell === null ? '' : String(cell)))),
    rowsRead: table.rows,
    columns: table.header.map((name, index) => describeColumn(table, index, name, decisions, types)),
    recognised: types.clean === null ? null : toSummary(types.clean.report),
    summary: 'clean' in outcome ? toSummary(outcome.clean.report) : null,
    problem: 'clean' in outcome ? null : toErrorJson(toErrorDocument(outcome.problem)),
  }
}
