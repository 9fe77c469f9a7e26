import { isAppError, toErrorDocument } from '../../shared/errors.ts'
import type { ImportDecisions, ImportPreview } from '../../shared/window-contract/datasets.ts'
import { readCell } from '../datasets/classify-column.ts'
import { cleanTable, type CleanTable } from '../datasets/clean.ts'
import type { ImportReport } from '../datasets/import-report.ts'
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
})

const attempt = (table: SourceTable, decisions: ImportDecisions): Attempt => {
  try {
    return { clean: cleanTable(table, decisions) }
  } catch (error) {
    if (!isAppError(error)) throw error
    return { problem: error }
  }
}

const withoutFills = (columns: ImportDecisions['columns']): ImportDecisions['columns'] => (columns === undefined ? undefined
  : Object.fromEntries(Object.entries(columns).map(([name, { fill: _fill, ...notes }]) => [name, notes])))

/** What the columns are does not depend on how gaps are treated, so it can be told even where gaps keep the import from happening. */
const findTypes = (table: SourceTable, decisions: ImportDecisions): CleanTable | null => {
  // A fill may make a column another kind; one that is refused tells nothing of the kind.
  for (const columns of [decisions.columns, withoutFills(decisions.columns)]) {
    for (const missing of ['median', 'drop'] as const) {
      const tried = attempt(table, { ...decisions, ...(columns === undefined ? {} : { columns }), missing, categories: 'codes' })
      if ('clean' in tried) return tried.clean
    }
  }
  return null
}

const describeColumn = (table: SourceTable, index: number, name: string, types: CleanTable | null): ImportPreview['columns'][number] => {
  let missing = 0
  for (const cell of table.columns[index] ?? []) if (readCell(cell) === null) missing += 1
  const column = types?.columns.find((candidate) => candidate.column.name === name)?.column
  const leftOut = types?.report.leftOut.find((doubt) => doubt.name === name)?.reason ?? null
  return {
    name,
    kind: column?.type ?? (leftOut === null ? 'unknown' : 'left-out'),
    leftOut,
    looksLikeIdentifier: types?.report.flagged.some((doubt) => doubt.name === name) ?? false,
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
    header: [...table.header],
    rows: readFirstRecords(table, previewRows).map((record) => record.map((cell) => (cell === null ? '' : String(cell)))),
    rowsRead: table.rows,
    columns: table.header.map((name, index) => describeColumn(table, index, name, types)),
    recognised: types === null ? null : toSummary(types.report),
    summary: 'clean' in outcome ? toSummary(outcome.clean.report) : null,
    problem: 'clean' in outcome ? null : toErrorJson(toErrorDocument(outcome.problem)),
  }
}
