import { nameCell } from '../compute/answer.ts'
import { answerBits, createFormRange, rangeBits } from '../compute/bounds.ts'
import { plaintextBits, type DatasetDescription } from '../compute/columns.ts'
import { findTableColumns, hasSecondMoments } from '../compute/products.ts'
import { answerShapes } from '../compute/program.ts'
import { describeShape } from '../compute/shape.ts'
import { AppError, type ErrorCode, type ErrorDetails } from '../shared/errors.ts'
import type { DisclosedPolicy, Policy } from '../shared/schemas/details.ts'
import type { Inequality, Program } from '../shared/schemas/program.ts'
import { createPartition, refineSource, smallestClass, type Partition } from './partition.ts'

const refuse = (code: ErrorCode, message: string, details: ErrorDetails): never => {
  throw new AppError(code, message, { details })
}

export const assertDataset = ({ datasetRoot, rows, columns }: Program, dataset: DatasetDescription): void => {
  if (datasetRoot !== dataset.datasetRoot || rows !== dataset.rows || columns !== dataset.columns.length) {
    refuse('policy.wrong-dataset', `the program is for dataset ${datasetRoot} (${rows} × ${columns}), the listing's is ${dataset.datasetRoot}`, {
      expected: dataset.datasetRoot, found: datasetRoot,
    })
  }
}

/** 2020's rule: dimᵢ(answer) ≤ dimᵢ(data) / condition; a scalar passes; an answer of higher rank than the data does not. */
export const assertCondition = (program: Program, { condition }: Policy, { columns }: DatasetDescription): void => {
  const data = [program.rows, findTableColumns(columns).length]
  for (const { path, shape } of answerShapes(program)) {
    const name = path === '' ? 'the answer' : `answer${path}`
    if (shape.length > data.length) {
      refuse('policy.condition', `${name} has ${shape.length} axes, the data ${data.length}`, { path, shape })
    }
    shape.forEach((length, axis) => {
      const limit = (data[axis] as number) / condition
      if (length <= limit) return
      const message = `${name} has shape ${describeShape(shape)}; under condition ${condition}, axis ${axis} may be at most ${Math.floor(limit)}`
      refuse('policy.condition', message, { path, shape, axis, limit: Math.floor(limit) })
    })
  }
}

/** Cheap, and so the first thing to ask of a program from the network. Throws `policy.answer-cells`. */
export const assertCellCount = ({ cells }: Program, policy: Policy): void => { assertAnswerCells(cells.length, policy) }

/** Throws `policy.answer-cells`. */
export const assertAnswerCells = (cells: number, { maxAnswerCells }: Policy): void => {
  if (cells > maxAnswerCells) {
    const message = `the answer decrypts ${cells} cells, the listing allows ${maxAnswerCells}`
    refuse('policy.answer-cells', message, { cells, limit: maxAnswerCells })
  }
}

const assertBits = (program: Program, { maxAnswerBits }: Policy, dataset: DatasetDescription): void => {
  const limit = Math.min(maxAnswerBits, plaintextBits(dataset.keyBits))
  const rangeOf = createFormRange(dataset)
  const comparisons = program.comparisons ?? []
  comparisons.forEach(({ constant, terms }, comparison) => {
    const bits = rangeBits(rangeOf(terms.map(([start, count, weight]) => [start, count, BigInt(weight)]), BigInt(constant)))
    if (bits <= limit) return
    refuse('policy.answer-bits', `what comparison ${comparison + 1} of ${comparisons.length} compares could have ${bits} bits, the listing allows ${limit}`, { comparison, bits, limit })
  })
  answerBits(program, dataset).forEach((bits, cell) => {
    if (bits <= limit) return
    const place = nameCell(program.answer, cell)
    refuse('policy.answer-bits', `${place} could have ${bits} bits, the listing allows ${limit}`, { cell, place, bits, limit })
  })
}

/**
 * Second moments are offered because of what they are over all rows (docs/adr/0201): of fewer rows they could be one row's, and so could
 * their difference from the sum of another column over a group. Whether they are would have to be looked up in the data. So where a
 * listing offers any, every answer gives all rows of a column the same weight.
 */
const assertWholeMoments = (
  { rows, cells, answer, comparisons = [] }: Program, { minRows }: DisclosedPolicy, { columns }: DatasetDescription,
): void => {
  if (minRows === 1 || !hasSecondMoments(columns)) return
  const assertEdge = (sayWhere: () => string, edge: number): void => {
    if (edge % rows === 0) return
    const where = sayWhere()
    const name = columns[Math.floor(edge / rows)]?.name ?? ''
    const message = `${where} takes some rows of ${name}; a table sold with second moments is answered of all rows together only`
    refuse('policy.second-moments-whole', message, { where, column: name })
  }
  const assertEdges = ({ terms }: Pick<Inequality, 'terms'>, sayWhere: () => string): void => {
    for (const [start, count] of terms) {
      assertEdge(sayWhere, start)
      assertEdge(sayWhere, start + count)
    }
  }
  cells.forEach((cell, index) => { assertEdges(cell, () => nameCell(answer, index)) })
  comparisons.forEach((comparison, index) => { assertEdges(comparison, () => `comparison ${index + 1} of ${comparisons.length}`) })
}

/** The class rule (compute.md, "Policies") over all that was answered from the source: gives its partition after this program. */
const refineAllowed = (program: Program, { minRows }: DisclosedPolicy, partition: Partition): Partition => {
  const refined = refineSource(partition, program)
  const rows = smallestClass(refined)
  if (rows < minRows) {
    const earlier = partition.starts.length > 1 ? ', together with those given before,' : ''
    const told = `${rows} ${rows === 1 ? 'row' : 'rows'} apart from all others`
    const message = `the answer${earlier} tells ${told}, the listing asks for groups of at least ${minRows}`
    refuse('policy.min-rows', `${message}: weights that differ row by row are not answered here`, { rows, limit: minRows })
  }
  return refined
}

/**
 * Whether a listing in `disclosed` mode answers a canonical program, from the program, the declared bounds and the partition that
 * earlier answers from the same source left, never from data. Returns the partition after it, which the next program starts from.
 * Throws `policy.wrong-dataset`, `policy.condition`, `policy.answer-cells`,
 * `policy.answer-bits`, `policy.second-moments-whole`, `policy.min-rows`.
 */
export const assertPolicy = (
  program: Program, policy: DisclosedPolicy, dataset: DatasetDescription, partition: Partition = createPartition(dataset.rows),
): Partition => {
  assertDataset(program, dataset)
  assertCondition(program, policy, dataset)
  assertCellCount(program, policy)
  assertBits(program, policy, dataset)
  assertWholeMoments(program, policy, dataset)
  return refineAllowed(program, policy, partition)
}
