import type { Details, TensorCommitment } from '../../shared/schemas/details.ts'
import type { Program } from '../../shared/schemas/program.ts'
import type { AnswerValue } from '../../compute/answer.ts'
import { createDataset, type Dataset } from '../../compute/dataset.ts'
import { deriveProgram } from '../../compute/program.ts'
import { createGraphBackend } from '../../script/graph-backend.ts'
import { runScript } from '../../script/run-script.ts'

export interface ScriptFile {
  /** As errors name it. */
  readonly fileName: string
  readonly source: string
}

export interface DerivedProgram {
  readonly answer: AnswerValue
  readonly dataset: Dataset
  readonly program: Program
  /** What the script wrote with console.log. */
  readonly log: readonly string[]
}

/** Runs a script over the listing's real table or its test table, as a graph alone: no ciphertext is touched. */
export const deriveFromScript = async ({ source, fileName }: ScriptFile, { columns, title }: Details, table: TensorCommitment): Promise<DerivedProgram> => {
  const dataset = createDataset({ rows: table.rows, columns, keyBits: table.key.bits, datasetRoot: table.root })
  const { answer, log } = await runScript({
    source, fileName, backend: createGraphBackend(dataset),
    listing: { title, rows: table.rows, columns: columns.map(({ name }) => name) },
  })
  return { answer, dataset, program: deriveProgram(answer, dataset), log }
}
