import { availableParallelism } from 'node:os'
import { answerBits } from '../../compute/bounds.ts'
import { plaintextBits } from '../../compute/columns.ts'
import { findTableColumns } from '../../compute/products.ts'
import { answerShapes, describeProgram, type ProgramDescription } from '../../compute/program.ts'
import { bitLength } from '../../crypto/bytes.ts'
import type { Details } from '../../shared/schemas/details.ts'
import type { Program } from '../../shared/schemas/program.ts'
import { describeDataset } from '../trade/details-document.ts'
import { deriveFromScript } from './derive.ts'
import type { DerivedScript, ScriptFile } from '../scripts/script-job.ts'
import type { ScriptThreadOptions } from '../scripts/script-thread.ts'

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
  /** Upper bound: this machine's time for one multiplication of ciphertexts, measured, times how many there are, over its cores. */
  readonly estimatedSeconds: number
  /** Most bits a decrypted number can have, without sign, and how many are left to the smaller of the key's and the listing's limit. */
  readonly answerBits: number
  readonly maxAnswerBits: number
  readonly headroomBits: number
  /** The most by which rounded weights can move any decrypted number, in its own units; 0: exact. */
  readonly roundingError: number
  readonly shapes: readonly GaugedShape[]
}

const measured = new Map<number, number>()

/** Seconds of one multiplication of ciphertexts under a key of this length, measured once: the median of a few short runs. */
const measureMultiplication = (keyBits: number): number => {
  const before = measured.get(keyBits)
  if (before !== undefined) return before
  const modulus = (1n << BigInt(2 * keyBits)) - 159n
  const factor = modulus / 3n
  const runs = Array.from({ length: 5 }, () => {
    let value = factor
    const start = performance.now()
    for (let i = 0; i < 200; i++) value = (value * factor) % modulus
    return (performance.now() - start) / 200_000
  })
  const median = runs.sort((a, b) => a - b)[2] as number
  measured.set(keyBits, median)
  return median
}

/** Multiplications of ciphertexts: one for each in a sum, and 1.5 for each bit of a weight, as by squaring and multiplying. */
const countMultiplications = ({ cells }: Program): number => {
  let count = 0
  for (const { terms } of cells) {
    for (const [, length, weight] of terms) {
      const bits = bitLength(BigInt(weight))
      count += length + (bits > 1 ? 1.5 * bits : 0)
    }
  }
  return count
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
export const gaugeProgram = ({ program, roundingError }: Pick<DerivedScript, 'program' | 'roundingError'>, details: Details): Gauge => {
  const { policy, dataset: { key } } = details
  const bits = answerBits(program, describeDataset(details)).reduce((most, own) => Math.max(most, own), 0)
  return {
    ...describeProgram(program),
    maxAnswerCells: policy.maxAnswerCells,
    estimatedSeconds: (countMultiplications(program) * measureMultiplication(key.bits)) / availableParallelism(),
    answerBits: bits,
    maxAnswerBits: policy.maxAnswerBits,
    headroomBits: Math.min(policy.maxAnswerBits, plaintextBits(key.bits)) - bits,
    roundingError,
    shapes: gaugeShapes(program, policy.condition, details.columns),
  }
}

/** Runs a script as a graph over the real table's terms and gauges it; no ciphertext is touched. Throws as deriveFromScript. */
export const gauge = async (script: ScriptFile, details: Details, options: ScriptThreadOptions = {}): Promise<Gauge> =>
  gaugeProgram(await deriveFromScript(script, details, details.dataset, options), details)
