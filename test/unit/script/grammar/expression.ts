import type { Draws } from '../../../campaigns/fuzz/draws.ts'
import type { BackendArgument, TensorMethod } from '../../../../src/script/backend.ts'
import { broadcastShape, map, sizeOf, type ExactArray } from './exact-array.ts'
import { fromNumber, toNumber, whole, type Fraction } from './fraction.ts'

/** A backend's tensor, whatever it is. */
export type Handle = object
type Argument = BackendArgument<Handle>

/** What a backend does when a script calls it. */
export interface Calls {
  readonly data: Handle
  call(method: TensorMethod, receiver: Handle, args?: readonly Argument[]): Handle
  /** A number, of a method that gives one. */
  value(method: TensorMethod, receiver: Handle): number
}

/**
 * `rows`: encrypted, and some cell tells of a single row, so that the key holder compares and multiplies. `known`: what it said, and what
 * is made of that, in doubles. `late`: any other, on which everything is done after decryption.
 */
export type Stage = 'rows' | 'known' | 'late'

export interface Expression {
  /** TypeScript over `x`, the table's columns. */
  readonly source: string
  /** The same as calls, without the sandbox around them. */
  readonly run: (calls: Calls) => Handle
  readonly exact: ExactArray
  readonly stage: Stage
}

/** Plain numbers beside a tensor. */
export interface PlainOperand {
  readonly source: string
  readonly value: Argument
  readonly exact: ExactArray
}

/** What a draw came to that no script can be written for: division by zero, no room for the shape. Another is drawn. */
export class Impossible extends Error {}
export const impossible = (): never => { throw new Impossible() }

const nest = (shape: readonly number[], values: readonly number[]): Argument => {
  const build = (axis: number, offset: number, size: number): Argument => {
    const length = shape[axis]
    if (length === undefined) return values[offset] as number
    return Array.from({ length }, (_, index) => build(axis + 1, offset + (index * size) / length, size / length))
  }
  return build(0, 0, values.length)
}

export const toPlain = (exact: ExactArray): PlainOperand => {
  const value = nest(exact.shape, exact.cells.map(toNumber))
  return { value, source: JSON.stringify(value), exact }
}

export const isZero = ({ numerator }: Fraction): boolean => numerator === 0n
/** Whether it means a number of at most 15 digits: longer factors are rounded (compute.md, "Encoding"). */
export const isShort = (cell: Fraction): boolean => (toNumber(cell).toExponential().split('e')[0] ?? '').replace(/[-.]/g, '').length <= 15
export const holds = (value: boolean): Fraction => whole(value ? 1n : 0n)

const methods = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div', '**': 'pow', '>': 'gt', '<': 'lt', '>=': 'ge', '<=': 'le', '==': 'eq', '!=': 'ne' } as const
const turned = { '+': 'add', '-': 'rsub', '*': 'mul', '/': 'rdiv', '>': 'lt', '<': 'gt', '>=': 'le', '<=': 'ge', '==': 'eq', '!=': 'ne' } as const
export type Operator = keyof typeof methods

type Written = Pick<Expression, 'source' | 'run'>

const isAssigned = (operator: Operator): boolean => ['+', '-', '*', '/', '**'].includes(operator)

/** left ∘ right in one of the ways in which scripts say it. */
export const writeBinary = (draws: Draws, left: Written, operator: Operator, right: Written | PlainOperand): Written => {
  const run = (calls: Calls): Handle => calls.call(methods[operator], left.run(calls), ['run' in right ? right.run(calls) : right.value])
  switch (draws.below(6)) {
    case 0: return { run, source: `${left.source}.${methods[operator]}(${right.source})` }
    case 1: return isAssigned(operator)
      ? { run, source: `(() => { let t = ${left.source}; t ${operator}= ${right.source}; return t })()` }
      : { run, source: `(${left.source} ${operator} ${right.source})` }
    default: return { run, source: `(${left.source} ${operator} ${right.source})` }
  }
}

/** Plain numbers first: the tensor stands on the right. */
export const writeTurned = (left: PlainOperand, operator: keyof typeof turned, right: Written): Written => ({
  source: `(${left.source} ${operator} ${right.source})`,
  run: (calls) => calls.call(turned[operator], right.run(calls), [left.value]),
})

/** A method's call; arguments that are the same in the source and for the backend. */
export const writeCall = (own: Written, method: TensorMethod, args: readonly Argument[] = [], source?: string): Written => ({
  source: source ?? `${own.source}.${method}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`,
  run: (calls) => calls.call(method, own.run(calls), args),
})

/** What is known is kept in doubles, each of which then means its shortest decimal. */
const folded = (exact: ExactArray): ExactArray => map(exact, (cell) => fromNumber(toNumber(cell)))

export const mostCells = 60

export const settle = (stage: Stage, written: Written, exact: ExactArray): Expression => {
  if (exact.cells.length > mostCells) return impossible()
  return { ...written, stage, exact: stage === 'known' ? folded(exact) : exact }
}

export const fitsTogether = ({ exact: { shape } }: Expression, other: Expression): boolean => {
  const common = broadcastShape(shape, other.exact.shape)
  return common !== null && sizeOf(common) <= mostCells
}

/** Draws plain operands that a script may put beside a tensor of a shape. */
export const createPlainDraws = (height: number, drawNumber: (draws: Draws) => number) => {
  const nonZero = (draws: Draws): number => drawNumber(draws) || 1
  const array = (draws: Draws, shape: readonly number[], draw = nonZero): ExactArray =>
    ({ shape, cells: Array.from({ length: sizeOf(shape) }, () => fromNumber(draw(draws))) })
  /** A shape that stretches to the one given. */
  const narrower = (draws: Draws, shape: readonly number[]): readonly number[] => {
    if (draws.once(2)) return []
    const cut = shape.slice(draws.below(shape.length + 1))
    return cut.map((length) => (draws.once(4) ? 1 : length))
  }
  /** As scripts write numbers: plainly, in powers of ten, or as arithmetic that JavaScript does. */
  const number = (draws: Draws): PlainOperand => {
    const drawn = nonZero(draws)
    const [source, value] = ((): readonly [string, number] => {
      switch (draws.below(6)) {
        case 0: return [`(${drawn} / 4)`, drawn / 4]
        case 1: return [`(${drawn} + listing.rows)`, drawn + height]
        case 2: return [`(${drawn.toExponential()})`, drawn]
        default: return [`(${drawn})`, drawn]
      }
    })()
    return value === 0 ? impossible() : { source, value, exact: { shape: [], cells: [fromNumber(value)] } }
  }
  return {
    array, nonZero, number,
    operand: (draws: Draws, shape: readonly number[]): PlainOperand => {
      const own = narrower(draws, shape)
      return own.length === 0 ? number(draws) : toPlain(array(draws, own))
    },
  }
}
