import { AppError, isAppError } from '../../shared/errors.ts'
import type { Details, TensorCommitment } from '../../shared/schemas/details.ts'
import type { Program } from '../../shared/schemas/program.ts'
import type { AnswerValue } from '../../compute/answer.ts'
import type { InteractionTerms } from '../../compute/interaction.ts'
import { createDataset, type Dataset } from '../../compute/dataset.ts'
import { listTableNames } from '../../compute/products.ts'
import { deriveProgram } from '../../compute/program.ts'
import type { ScriptListing } from '../../script/run-script.ts'
import type { DerivedScript, ScriptFile } from '../scripts/script-job.ts'
import { deriveInThread, type ScriptThreadOptions } from '../scripts/script-thread.ts'
import { describeDataset } from '../trade/details-document.ts'

export type { DerivedScript, ScriptFile } from '../scripts/script-job.ts'

export interface DerivedProgram {
  readonly answer: AnswerValue
  readonly dataset: Dataset
  readonly program: Program
}

/** The listing's real table or its test table with the tensor that stands for it: a graph alone, no ciphertext is touched. */
export const openTable = (details: Details, table: TensorCommitment): Dataset => createDataset(describeDataset(details, table))

/** The program behind an answer built from the table's tensor in code. Throws `input.answer-invalid`, `input.tensor-mixed`. */
export const deriveFromAnswer = (answer: AnswerValue, details: Details, table: TensorCommitment): DerivedProgram => {
  const dataset = openTable(details, table)
  return { answer, dataset, program: deriveProgram(answer, dataset) }
}

/** What a script knows of the table besides its tensor. */
const describeListing = (details: Details, { rows }: TensorCommitment): ScriptListing =>
  ({ title: details.title, rows, columns: listTableNames(details.columns) })

export interface DeriveOptions extends ScriptThreadOptions {
  /** The table's numbers, where they are public (test data): the plain answer is then computed too. */
  readonly rows?: readonly (readonly number[])[]
  /** What help the script may have: from `keyHolder`, or by default from the numbers themselves. */
  readonly help?: InteractionTerms
}

/** A script that fits one of the listing's tables may not fit the other, of another length: which it was is said with such an error. */
const tellTable = (error: unknown, { dataset, test }: Details, { rows }: TensorCommitment): unknown => {
  const isOfLength = isAppError(error, 'input.tensor-shape') || isAppError(error, 'input.tensor-index')
  if (!isOfLength || dataset.rows === test.rows || !new RegExp(`\\b${rows}\\b`).test(error.message)) return error
  const onTest = `on the test data, of ${rows} rows; the table has ${dataset.rows}`
  const where = rows === test.rows ? onTest : `on the table, of ${rows} rows; the test data have ${test.rows}`
  const message = `${error.message} (${where}: listing.rows is the number of either)`
  return new AppError(error.code, message, { details: error.details, cause: error })
}

/** Runs a script over one of the listing's tables, as a graph alone, in a thread of its own. Throws as deriveInThread. */
export const deriveFromScript = async (
  script: ScriptFile, details: Details, table: TensorCommitment, { rows, help, ...options }: DeriveOptions = {},
): Promise<DerivedScript> => {
  const from = { description: describeDataset(details, table), rows: rows ?? null, help: help ?? null }
  try {
    return await deriveInThread(script, describeListing(details, table), from, options)
  } catch (error) {
    throw tellTable(error, details, table)
  }
}
