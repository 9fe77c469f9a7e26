import type { AnswerLayout, Program } from '../shared/schemas/program.ts'
import { indexOf, pathTo } from './answer.ts'

/** For each step, whether a cell over the table goes into it. Steps name earlier ones only. */
const stepsFromTable = (program: Program): readonly boolean[] => {
  const fromTable: boolean[] = []
  for (const [operation, ...inputs] of program.version === 1 ? [] : program.steps) {
    fromTable.push(operation !== 'number' && inputs.some((input) => (input < 0 ? fromTable[-1 - input] === true : isOverTable(program, input))))
  }
  return fromTable
}

const isOverTable = ({ cells }: Program, cell: number): boolean => (cells[cell]?.terms.length ?? 0) > 0

/**
 * Where an answer holds what the script (or a key holder's unproved reply) said, and nothing that was decrypted over the table went into:
 * `note`, `means[2]`; 'the answer' where that is all of it. A proof of decryption shows nothing of these.
 */
export const findWrittenValues = (program: Program): readonly string[] => {
  const steps = stepsFromTable(program)
  const isWritten = (reference: number): boolean => (reference < 0 ? steps[-1 - reference] !== true : !isOverTable(program, reference))
  const name = (path: string): string => (path === '' ? 'the answer' : path.replace(/^\./, ''))
  const among = (shape: readonly number[], references: readonly number[], path: string): readonly string[] => {
    const written = references.flatMap((reference, offset) => (isWritten(reference) ? [offset] : []))
    return written.length === references.length && written.length > 0 ? [name(path)] : written.map((offset) => name(`${path}${indexOf(shape, offset)}`))
  }
  const visit = (part: AnswerLayout, path: string): readonly string[] => {
    switch (part.kind) {
      case 'constant': return [name(path)]
      case 'tensor': return among(part.shape, part.cells, path)
      case 'deferred': return among(part.shape, part.values, path)
      case 'list': return part.items.flatMap((item, index) => visit(item, pathTo(path, index)))
      case 'record': return part.entries.flatMap(([key, entry]) => visit(entry, pathTo(path, key)))
    }
  }
  return visit(program.answer, '')
}
