import type { Details, TensorCommitment } from '../../shared/schemas/details.ts'
import type { Program } from '../../shared/schemas/program.ts'
import type { AnswerValue } from '../../compute/answer.ts'
import { createDataset, type Dataset } from '../../compute/dataset.ts'
import { deriveProgram } from '../../compute/program.ts'
import { createGraphBackend } from '../../script/graph-backend.ts'
import { runScript } from '../../script/run-script.ts'
import { describeDataset } from '../trade/details-document.ts'

export interface ScriptFile {
  /** As errors name it. */
  readonly fileName: string
  readonly source: string
}

export interface DerivedProgram {
  readonly answer: AnswerValue
  readonly dataset: Dataset
  readonly program: Program
}

export interface DerivedScript extends DerivedProgram {
  /** What the script wrote with console.log. */
  readonly log: readonly string[]
}

/** The listing's real table or its test table with the tensor that stands for it: a graph alone, no ciphertext is touched. */
export const openTable = (details: Details, table: TensorCommitment): Dataset => createDataset(describeDataset(details, table))

/** The program behind an answer built from the table's tensor in code. Throws `input.answer-invalid`, `input.tensor-mixed`. */
export const deriveFromAnswer = (answer: AnswerValue, details: Details, table: TensorCommitment): DerivedProgram => {
  const dataset = openTable(details, table)
  return { answer, dataset, program: deriveProgram(answer, dataset) }
}

/** Runs a script over one of the listing's tables, as a graph alone. */
export const deriveFromScript = async (
  { source, fileName }: ScriptFile, details: Details, table: TensorCommitment,
): Promise<DerivedScript> => {
  const dataset = openTable(details, table)
  const { answer, log } = await runScript({
    source, fileName, backend: createGraphBackend(dataset.data),
    listing: { title: details.title, rows: table.rows, columns: details.columns.map(({ name }) => name) },
  })
  return { answer, dataset, program: deriveProgram(answer, dataset), log }
}
