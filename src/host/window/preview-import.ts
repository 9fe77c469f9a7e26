import { isAppError, toErrorDocument } from '../../shared/errors.ts'
import type { ImportDecisions, ImportPreview } from '../../shared/window-contract/datasets.ts'
import type { z } from 'zod'
import type { importSummarySchema } from '../../shared/window-contract/datasets.ts'
import { readCell } from '../datasets/classify-column.ts'
import { cleanTable, type CleanTable } from '../datasets/clean.ts'
import type { ImportReport } from '../datasets/import-report.ts'
import { parseCsv, type CsvTable } from '../datasets/parse-csv.ts'
import { toErrorJson } from './documents.ts'

const previewRows = 20
const shownWords = 20

type Attempt = { readonly clean: CleanTable } | { readonly problem: unknown }

export const toSummary = (report: ImportReport): z.infer<typeof importSummarySchema> => {
  const { missing: _missing, categories: _categories, columns: _columns, ...summary } = report
  return summary
}

const attempt = (table: CsvTable, decisions: ImportDecisions): Attempt => {
  try {
    return { clean: cleanTable(table, decisions) }
  } catch (error) {
    if (!isAppError(error)) throw error
    return { problem: error }
  }
}

/** What the columns are does not depend on how gaps are treated, so it can be told even where gaps keep the import from happening. */
const findTypes = (table: CsvTable, decisions: ImportDecisions): CleanTable | null => {
  for (const missing of ['median', 'drop'] as const) {
    const tried = attempt(table, { ...decisions, missing, categories: 'codes' })
    if ('clean' in tried) return tried.clean
  }
  return null
}

const describeColumn = (table: CsvTable, index: number, name: string, types: CleanTable | null): ImportPreview['columns'][number] => {
  const cells = table.records.map((record) => readCell(record[index] ?? ''))
  const missing = cells.filter((cell) => cell === null).length
  const column = types?.columns.find((candidate) => candidate.column.name === name)?.column
  const leftOut = types?.report.leftOut.find((doubt) => doubt.name === name)?.reason ?? null
  return {
    name,
    kind: column?.type ?? (leftOut === null ? 'unknown' : 'left-out'),
    leftOut,
    looksLikeIdentifier: types?.report.flagged.some((doubt) => doubt.name === name) ?? false,
    missing,
    words: column?.categories.slice(0, shownWords) ?? [],
    lower: column?.lower ?? null,
    upper: column?.upper ?? null,
  }
}

/**
 * What an import under these decisions would make of a file, without keeping anything. Throws what makes it unreadable as a
 * table (`input.csv-*`); what would be refused later is in `problem`.
 */
export const previewImport = async (content: Uint8Array, decisions: ImportDecisions): Promise<ImportPreview> => {
  const table = await parseCsv(content, decisions.separator === undefined ? {} : { separator: decisions.separator })
  const outcome = attempt(table, decisions)
  const types = findTypes(table, decisions)
  return {
    header: [...table.header],
    rows: table.records.slice(0, previewRows).map((record) => [...record]),
    rowsRead: table.records.length,
    columns: table.header.map((name, index) => describeColumn(table, index, name, types)),
    summary: 'clean' in outcome ? toSummary(outcome.clean.report) : null,
    problem: 'clean' in outcome ? null : toErrorJson(toErrorDocument(outcome.problem)),
  }
}
