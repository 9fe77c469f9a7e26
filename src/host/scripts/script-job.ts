import type { AnswerJson } from '../../compute/answer.ts'
import type { DatasetDescription, IntegerRange } from '../../compute/columns.ts'
import { createDataset } from '../../compute/dataset.ts'
import { createCellEncoder } from '../../compute/products.ts'
import { answerError, deriveProgram, evaluatePlain } from '../../compute/program.ts'
import { Interaction, noInteraction, type InteractionCount, type InteractionTerms } from '../../compute/interaction.ts'
import { createPlainKeyHolder, type KeyHolder } from '../../compute/key-holder.ts'
import { createGraphBackend } from '../../script/graph-backend.ts'
import type { ReferenceTable } from '../../script/reference-backend.ts'
import { evaluateReference } from '../../script/reference-evaluator.ts'
import { runScript, type AskedAt, type JsonValue, type ScriptListing, type ScriptNote } from '../../script/run-script.ts'
import { AppError, isAppError } from '../../shared/errors.ts'
import type { Program } from '../../shared/schemas/program.ts'
import { createWaitingKeyHolder, type AskChannel } from './ask-channel.ts'

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
  /** What the key holder's help may be; null or absent: there is none. Without a channel the table's own numbers give it. */
  readonly help?: InteractionTerms | null
}

export interface DerivedScript {
  readonly program: Program
  /** The answer on the described table's own numbers; null where they are not known. */
  readonly plain: AnswerJson | null
  /** The largest rounding error a cell of the answer can carry, in units of its value (compute.md, "Encoding"). */
  readonly roundingError: number
  /** What the script wrote with console.log. */
  readonly log: readonly string[]
  /** What it asked of the key holder, in all and by line. */
  readonly interaction: InteractionCount
  readonly asked: readonly AskedAt[]
  /** The most that its blinded comparisons may tell the seller together, 0 to 1 (compute/interaction.ts). */
  readonly leakage: number
  /** What it may not expect of its own lines. */
  readonly notes: readonly ScriptNote[]
  /** What the products made for it can be, in order: cells behind the table's. */
  readonly products: readonly IntegerRange[]
}

export type ScriptJobResult = { readonly kind: 'derive'; readonly derived: DerivedScript } | { readonly kind: 'evaluate'; readonly answer: JsonValue }

/** The integers a table's ciphertexts hold, by their numbers column by column. */
export const createCellReader = (
  { columns, rows: count }: DatasetDescription, rows: readonly (readonly number[])[],
): ((cell: number) => bigint) => {
  const encodeCell = createCellEncoder(columns)
  return (cell) => encodeCell(rows[cell % count] ?? [], Math.floor(cell / count))
}

const nobody: KeyHolder = {
  compare: () => { throw new AppError('bug.unexpected', 'A script asked a key holder that is not there.') },
  multiply: () => { throw new AppError('bug.unexpected', 'A script asked a key holder that is not there.') },
}

/** What this thread has computed so far: asleep, or while others have the processor, its time stands still. */
const readOwnMilliseconds = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

const derive = async (
  { fileName, source }: ScriptFile, listing: ScriptListing, table: DescribedTable, channel: AskChannel | null, onAnswer: () => void,
): Promise<DerivedScript> => {
  const { description, rows, help = null } = table
  const dataset = createDataset(description)
  const cells = description.rows * description.columns.length
  const plain = rows === null ? null : createPlainKeyHolder(cells, createCellReader(description, rows))
  const waiting = channel === null ? null : createWaitingKeyHolder(channel)
  const interaction = help === null ? null : new Interaction(description, waiting ?? plain ?? nobody, help)
  const { answer, log, asked, notes, placeError } = await runScript({
    source, fileName, listing, readOwnMilliseconds, backend: createGraphBackend(dataset.data, interaction),
  })
  onAnswer()
  const deriveAnswer = (): Program => {
    try {
      return deriveProgram(answer, dataset, interaction?.disclosed)
    } catch (error) {
      throw isAppError(error, 'input.answer-invalid') ? placeError(error) : error
    }
  }
  return {
    program: deriveAnswer(),
    // Products that somebody else made are no numbers here.
    plain: plain === null || waiting !== null ? null : evaluatePlain(answer, dataset, plain.readCell),
    roundingError: answerError(answer),
    log,
    interaction: interaction?.count ?? noInteraction,
    asked,
    leakage: interaction?.leakage ?? 0,
    notes,
    products: interaction?.products ?? [],
  }
}

/**
 * Does one job, in the thread it is called in; through `channel` a script asks for help. `onAnswer` is called once the script itself has
 * ended. Throws as runScript and deriveProgram.
 */
export const runScriptJob = async (job: ScriptJob, channel: AskChannel | null, onAnswer: () => void): Promise<ScriptJobResult> => {
  if (job.kind === 'derive') {
    return { kind: 'derive', derived: await derive(job.script, job.listing, job.table, channel, onAnswer) }
  }
  return { kind: 'evaluate', answer: await evaluateReference({ ...job.script, ...job.table, listing: job.listing, readOwnMilliseconds }) }
}
