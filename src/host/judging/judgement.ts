import { z } from 'zod'
import { encodeCell, encodeInequality } from '../../compute/canonical.ts'
import type { Partition } from '../../policy/partition.ts'
import { assertPolicy } from '../../policy/policy.ts'
import { AppError } from '../../shared/errors.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import type { Details } from '../../shared/schemas/details.ts'
import type { Program } from '../../shared/schemas/program.ts'
import { describeDataset } from '../trade/details-document.ts'
import { sha256Hex } from '../trade/hash.ts'

/**
 * What follows from a program, a listing's terms and what its source had told by then, wherever it was computed. It holds as long as the
 * source has told no more: whoever acts on it compares `known` with what is stored, in the same durable step.
 */
export interface Judgement {
  /** The text of the partition that it was judged against. */
  readonly known: string
  /** The text of the one that its answer leaves. */
  readonly refined: string
  /** The hash of each cell among all cells of the source. Constants tell nothing. */
  readonly cells: readonly string[]
  /** The same of what the key holder was asked on the way. */
  readonly comparisons: readonly string[]
}

const partitionSchema = z.strictObject({ rows: z.int().min(1), starts: z.array(z.int()), classes: z.array(z.int()) })

export const encodePartition = (partition: Partition): string => JSON.stringify(partition)

/** Throws `store.corrupt`. */
export const parsePartition = (text: string): Partition => parseJsonAs(partitionSchema, text, 'a stored partition', 'store.corrupt')

/** By the encrypted table: another one of the source, of other columns, longer or corrected, may hold another number in the same place. */
const hashCells = ({ datasetRoot, cells }: Program): string[] =>
  cells.filter(({ terms }) => terms.length > 0).map((cell) => sha256Hex(`${datasetRoot}/${encodeCell(cell)}`))

const hashComparisons = ({ datasetRoot, comparisons = [] }: Program): string[] =>
  comparisons.map((comparison) => sha256Hex(`${datasetRoot}/${encodeInequality(comparison)}`))

/** Judges a canonical program by the listing's policy. Throws `policy.program-unexpected`, and what `assertPolicy` does. */
export const judgeProgram = (program: Program, { policy, ...rest }: Details, known: string): Judgement => {
  if (policy.mode !== 'disclosed') {
    throw new AppError('policy.program-unexpected', 'This listing is in private mode: it must not see a program.')
  }
  const refined = assertPolicy(program, policy, describeDataset({ policy, ...rest }), parsePartition(known))
  return { known, refined: encodePartition(refined), cells: hashCells(program), comparisons: hashComparisons(program) }
}
