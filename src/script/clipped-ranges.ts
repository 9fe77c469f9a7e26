import type { BackendArgument } from './backend.ts'
import { isList, isOneRange, type Arguments } from './arguments.ts'

const isOutside = (bound: unknown, length: number): boolean => typeof bound === 'number' && (bound > length || bound < -length)

/** The bounds of a range as a script wrote it. */
const boundsOf = <T extends object>(range: BackendArgument<T> | undefined): readonly unknown[] =>
  (isList(range) ? range.slice(0, 2) : [range])

/** The ranges of one call, one per axis; null for a call that takes none. */
const rangesOf = <T extends object>(method: string, args: Arguments<T>): Arguments<T> | null => {
  if (method === 'slice') return isOneRange(args) ? [args] : args
  return method === 'rows' && !isList(args[0]) ? [args] : null
}

/**
 * A range that reaches beyond its axis ends there, as in NumPy, and says nothing; a script that was tried on a table of another length may
 * have meant more. What is left of each such range, in words; null where none is.
 */
export const describeClipped = <T extends object>(
  method: string, args: Arguments<T>, before: readonly number[], after: readonly number[],
): string | null => {
  const ranges = rangesOf(method, args) ?? []
  const clipped = ranges.flatMap((range, axis) => {
    // An entry's number is no range, and its axis is gone.
    if (typeof range === 'number') return []
    const gone = ranges.slice(0, axis).filter((earlier) => typeof earlier === 'number').length
    const [length, left] = [before[axis], after[axis - gone]]
    if (length === undefined || left === undefined) return []
    return boundsOf(range).some((bound) => isOutside(bound, length)) ? [`${left} of the ${length} on axis ${axis}`] : []
  })
  return clipped.length === 0 ? null : `${method} reaches beyond the end, and takes ${clipped.join(', ')}, as NumPy does`
}
