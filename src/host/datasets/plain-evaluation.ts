import type { AnswerJson } from '../../compute/answer.ts'
import { findTableColumns, listTableNames } from '../../compute/products.ts'
import { evaluateInThread } from '../scripts/script-thread.ts'
import type { DatasetService } from './dataset-service.ts'

export interface PlainEvaluation {
  readonly answer: AnswerJson
  readonly rows: number
  readonly columns: number
}

/** A script on a dataset's plain cells in float64, by an evaluator that shares nothing with encoder, graph or planner. */
export const evaluateOnPlainTable = async (
  datasets: DatasetService, name: string, script: { readonly fileName: string; readonly source: string },
): Promise<PlainEvaluation> => {
  const all = datasets.readColumns(name)
  const columns = listTableNames(all)
  const table = findTableColumns(all)
  const rows = datasets.readRows(name).map((row) => table.map((column) => row[column] ?? Number.NaN))
  const answer = await evaluateInThread(script, { title: name, rows: rows.length, columns }, { columns, rows })
  return { answer: answer as AnswerJson, rows: rows.length, columns: columns.length }
}
