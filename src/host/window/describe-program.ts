import { createRational } from '../../crypto/rational.ts'
import type { AnswerLayout, Program, ProgramCell } from '../../shared/schemas/program.ts'
import type { Column } from '../../shared/schemas/details.ts'
import { counted } from '../../shared/counted.ts'
import { oneLine } from '../../shared/one-line.ts'

/** What somebody reads before they stop. */
const mostCells = 30
const mostTerms = 6
const mostNames = 30

export interface ProgramWords {
  /** Each decrypted number in the table's own columns and units. */
  readonly cells: readonly string[]
  /** How many of them there are in all. */
  readonly cellCount: number
  /** The answer's values by name and form. */
  readonly answer: readonly string[]
  readonly comparisons: number
  /** What is computed from the numbers after decryption, in steps. */
  readonly steps: number
}

const sayRatio = (numerator: bigint, denominator: bigint): string => {
  const { numerator: over, denominator: under } = createRational(numerator, denominator)
  return under === 1n ? over.toString() : `${over}/${under}`
}

/** A column's rows of a run, in words; rows are counted from 0, as scripts do. */
const sayRows = (name: string, first: number, count: number, rows: number): string => {
  if (count === rows) return `the sum of ${name} over all ${rows} rows`
  return count === 1 ? `${name} of row ${first}` : `the sum of ${name} over rows ${first} to ${first + count - 1}`
}

const sayCell = ({ scale, constant, terms }: ProgramCell, rows: number, columns: readonly Column[]): string => {
  const [over, under] = [BigInt(scale.numerator), BigInt(scale.denominator)]
  const said: string[] = []
  let left = 0
  for (const [start, length, weight] of terms) {
    for (let at = start; at < start + length;) {
      const index = Math.floor(at / rows)
      const first = at - index * rows
      const count = Math.min(start + length - at, rows - first)
      at += count
      if (said.length === mostTerms) {
        left += 1
        continue
      }
      const column = columns[index]
      // What lies under a ciphertext is a whole number; the column's value is it, times the column's scale.
      const numerator = over * BigInt(weight) * BigInt(column?.scale.denominator ?? '1')
      const factor = sayRatio(numerator, under * BigInt(column?.scale.numerator ?? '1'))
      const words = sayRows(oneLine(column?.name ?? `column ${index}`), first, count, rows)
      said.push(factor === '1' ? words : `${factor} × ${words}`)
    }
  }
  if (left > 0) said.push(`${left} more of the kind`)
  const alone = sayRatio(over * BigInt(constant), under)
  return [...said, ...(alone === '0' && said.length > 0 ? [] : [alone])].join(' + ')
}

const sayShape = (shape: readonly number[]): string =>
  (shape.length === 0 ? 'one number' : shape.length === 1 ? `a list of ${counted(shape[0] ?? 0, 'number')}` : `a table of ${shape.join(' × ')} numbers`)

const listForms = (layout: AnswerLayout, name: string): readonly string[] => {
  switch (layout.kind) {
    case 'constant': return [`${name}: what the script wrote, nothing decrypted`]
    case 'tensor':
    case 'deferred': return [`${name}: ${sayShape(layout.shape)}`]
    case 'list': return layout.items.flatMap((item, index) => listForms(item, `${name}[${index}]`))
    case 'record': return layout.entries.flatMap(([key, item]) => listForms(item, name === 'answer' ? oneLine(key) : `${name}.${oneLine(key)}`))
  }
}

/** A program as its seller's server recomputes it, for people. */
export const describeProgram = (program: Program, columns: readonly Column[]): ProgramWords => ({
  cells: program.cells.slice(0, mostCells).map((cell) => sayCell(cell, program.rows, columns)),
  cellCount: program.cells.length,
  answer: listForms(program.answer, 'answer').slice(0, mostNames),
  comparisons: program.comparisons?.length ?? 0,
  steps: 'steps' in program ? program.steps.length : 0,
})
