import type { DatasetDescription } from '../compute/columns.ts'
import type { Program, ProgramCell } from '../shared/schemas/program.ts'

/** A program whose answer is a list of these cells. */
export const programOf = ({ datasetRoot, rows, columns }: DatasetDescription, cells: readonly ProgramCell[]): Program => ({
  version: 1,
  datasetRoot,
  rows,
  columns: columns.length,
  cells: [...cells],
  answer: { kind: 'list', items: cells.map((_, index) => ({ kind: 'tensor', shape: [], cells: [index] })) },
})

export const sumOfRuns = (terms: ProgramCell['terms']): ProgramCell => ({ scale: { numerator: '1', denominator: '1' }, constant: '0', terms })

/** Σ of `count` rows of a column, from row `start` on. */
export const sumOfRows = ({ rows }: DatasetDescription, column: number, start: number, count: number): ProgramCell =>
  sumOfRuns([[column * rows + start, count, '1']])

export interface LoneRow {
  readonly start: number
  readonly count: number
  readonly row: number
}

/** The first `count` rows in one piece of which exactly one is marked, or null. */
export const findLoneRow = (marked: readonly boolean[], count: number): LoneRow | null => {
  let sum = 0
  for (let end = 0; end < marked.length; end += 1) {
    if (marked[end] === true) sum += 1
    if (marked[end - count] === true) sum -= 1
    const start = end - count + 1
    if (start >= 0 && sum === 1) return { start, count, row: marked.indexOf(true, start) }
  }
  return null
}
