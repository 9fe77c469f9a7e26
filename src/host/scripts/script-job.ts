import type { AnswerJson } from '../../compute/answer.ts'
import type { DatasetDescription } from '../../compute/columns.ts'
import { createDataset } from '../../compute/dataset.ts'
import { createCellEncoder } from '../../compute/products.ts'
import { answerError, deriveProgram, evaluatePlain } from '../../compute/program.ts'
import { createGraphBackend } from '../../script/graph-backend.ts'
import type { ReferenceTable } from '../../script/reference-backend.ts'
import { evaluateReference } from '../../script/reference-evaluator.ts'
import { runScript, type JsonValue, type ScriptListing } from '../../script/run-script.ts'
import type { Program } from '../../shared/schemas/program.ts'

export interface ScriptFile {
  /** As errors name it. */
  readonly fileName: string
  readonly source: string
}

/** What a script's thread is asked: the program over a described table, or the answer on plain numbers by the separate evaluator. */
export type ScriptJob =
  | { readonly kind: 'derive'; readonly script: ScriptFile; readonly listing: ScriptListing; readonly table: DescribedTable }
  | { readonly kind: 'evaluate'; readonly script: ScriptFile; readonly listing: ScriptListing; readonly table: ReferenceTable }

export interface DescribedTable {
  readonly description: DatasetDescription
  /** The table's numbers, where they are public: the graph is then evaluated on them too. */
  readonly rows: readonly (readonly number[])[] | null
}

export interface DerivedScript {
  readonly program: Program
  /** The answer on the described table's own numbers; null where they are not known. */
  readonly plain: AnswerJson | null
  /** The largest rounding error a cell of the answer can carry, in units of its value (compute.md, "Encoding"). */
  readonly roundingError: number
  /** What the script wrote with console.log. */
  readonly log: readonly string[]
}

export type ScriptJobResult = { readonly kind: 'derive'; readonly derived: DerivedScript } | { readonly kind: 'evaluate'; readonly answer: JsonValue }

/** The integers a table's ciphertexts hold, by their numbers column by column. */
export const createCellReader = (
  { columns, rows: count }: DatasetDescription, rows: readonly (readonly number[])[],
): ((cell: number) => bigint) => {
  const encodeCell = createCellEncoder(columns)
  return (cell) => encodeCell(rows[cell % count] ?? [], Math.floor(cell / count))
}

const derive = async (
  { fileName, source }: ScriptFile, listing: ScriptListing, table: DescribedTable, onAnswer: () => void,
): Promise<DerivedScript> => {
  const { description, rows } = table
  const dataset = createDataset(description)
  const { answer, log } = await runScript({ source, fileName, listing, backend: createGraphBackend(dataset.data) })
  onAnswer()
  return {
    program: deriveProgram(answer, dataset),
    plain: rows === null ? null : evaluatePlain(answer, dataset, createCellReader(description, rows)),
    roundingError: answerError(answer),
    log,
  }
}

/**
 * Does one job, in the thread it is called in. `onAnswer` is called once the script itself has ended. Throws as runScript and
 * deriveProgram.
 */
export const runScriptJob = async (job: ScriptJob, onAnswer: () => void): Promise<ScriptJobResult> => {
  if (job.kind === 'derive') return { kind: 'derive', derived: await derive(job.script, job.listing, job.table, onAnswer) }
  return { kind: 'evaluate', answer: await evaluateReference({ ...job.script, ...job.table, listing: job.listing }) }
}
