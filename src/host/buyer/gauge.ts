import { availableParallelism } from 'node:os'
import { answerBits } from '../../compute/bounds.ts'
import { plaintextBits } from '../../compute/columns.ts'
import { readForms } from '../../compute/packed-program.ts'
import { findTableColumns } from '../../compute/products.ts'
import { answerShapes, describeProgram, repliedShapes, type ProgramDescription } from '../../compute/program.ts'
import { estimateEvaluation } from '../../engine/estimate.ts'
import type { Details } from '../../shared/schemas/details.ts'
import type { Program } from '../../shared/schemas/program.ts'
import { describeDataset } from '../trade/details-document.ts'
import type { InteractionCount } from '../../compute/interaction.ts'
import type { AskedAt, ScriptNote } from '../../script/run-script.ts'
import { answerMaskBits } from '../../policy/private.ts'
import { chooseReads } from './compute.ts'
import { purchaseHelp } from './derive-real.ts'
import { deriveFromScript, type DeriveOptions } from './derive.ts'
import type { DerivedScript, ScriptFile } from '../scripts/script-job.ts'

export interface GaugedShape {
  /** Where in the answer it stands; '' for all of it. For what is computed after decryption, what is decrypted for it. */
  readonly path: string
  readonly shape: readonly number[]
  /** The most each axis may have under the listing's `condition`; null for an axis the table does not have. */
  readonly limit: readonly (number | null)[]
  readonly fits: boolean
}

/** What a script would cost on the real table, and how much room it leaves, before anything is computed. */
export interface Gauge extends ProgramDescription {
  readonly maxAnswerCells: number
  /** What the engine's plan would take on this machine's cores, at the speed it was measured at. */
  readonly estimatedSeconds: number
  /** Most bits a decrypted number can have, without sign, and how many are left to the smaller of the key's and the listing's limit. */
  readonly answerBits: number
  readonly maxAnswerBits: number
  readonly headroomBits: number
  /** The most by which rounded weights can move any decrypted number, in its own units; 0: exact. */
  readonly roundingError: number
  readonly shapes: readonly GaugedShape[]
  /** Parts of the answer that rest on the key holder's replies alone: nothing is decrypted for them. */
  readonly replied: readonly { readonly path: string; readonly shape: readonly number[] }[]
  /** Comparisons that the listing sells in all, whoever asks; 0: none. */
  readonly maxComparisons: number
  /** What the script asks of the key holder, in all and by line; what depends on the data is told from the test data. */
  readonly interaction: InteractionCount
  readonly asked: readonly AskedAt[]
  /** The most that its blinded comparisons may tell the seller together, 0 to 1, as a statistical distance; 0: none, or openly asked. */
  readonly leakage: number
  /** Whether a comparison that the table has answered before, to whomever, is counted again. */
  readonly countsRepeats: boolean
  /** What the script may not expect of its own lines on the real table. */
  readonly notes: readonly ScriptNote[]
}

const gaugeShapes = (program: Program, condition: number, columns: Details['columns']): GaugedShape[] => {
  const limits = [program.rows, findTableColumns(columns).length].map((length) => Math.floor(length / condition))
  return answerShapes(program).map(({ path, shape }) => ({
    path,
    shape,
    limit: shape.map((_, axis) => limits[axis] ?? null),
    fits: shape.every((length, axis) => length <= (limits[axis] ?? -1)),
  }))
}

/** The gauge of a program that was derived already. */
export const gaugeProgram = (
  { program, roundingError, interaction, asked, leakage, notes, products }: Omit<DerivedScript, 'plain' | 'log'>, details: Details,
): Gauge => {
  const { policy, dataset: { key } } = details
  const table = describeDataset(details)
  const bits = answerBits(program, { ...table, products }).reduce((most, own) => Math.max(most, own), 0)
  return {
    ...describeProgram(program),
    maxAnswerCells: policy.maxAnswerCells,
    estimatedSeconds: estimateEvaluation(readForms(chooseReads(program, details), table), key.bits, availableParallelism()),
    answerBits: bits,
    maxAnswerBits: policy.maxAnswerBits,
    headroomBits: Math.min(policy.maxAnswerBits - (policy.mode === 'private' ? answerMaskBits : 0), plaintextBits(key.bits)) - bits,
    roundingError,
    shapes: gaugeShapes(program, policy.condition, details.columns),
    replied: repliedShapes(program),
    maxComparisons: purchaseHelp(details)?.comparisons ?? 0,
    interaction,
    asked,
    leakage,
    countsRepeats: policy.mode === 'private',
    notes,
  }
}

/** Runs a script as a graph over the real table's terms and gauges it; no ciphertext is touched. Throws as deriveFromScript. */
export const gauge = async (script: ScriptFile, details: Details, options: DeriveOptions = {}): Promise<Gauge> =>
  gaugeProgram(await deriveFromScript(script, details, details.dataset, options), details)
