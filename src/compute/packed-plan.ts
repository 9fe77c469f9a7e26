import { at } from '../crypto/lists.ts'
import type { PackedGroup } from '../crypto/packing.ts'
import type { LinearForm } from '../crypto/types.ts'

/** One slot that is opened: the sum of `count` rows from `start` of a column. */
export interface OpenedSum {
  readonly column: number
  readonly start: number
  readonly count: number
}

/** A sum of packed rows of one group, and which form each of its slots answers: null for one that no form asked for. */
export interface PackedSum {
  readonly group: number
  readonly start: number
  readonly count: number
  readonly answers: readonly (number | null)[]
}

/** What is read from packed rows, and the numbers of the forms that must be read from the table's own cells. */
export interface PackedPlan {
  readonly packed: readonly PackedSum[]
  readonly unpacked: readonly number[]
}

const keyOf = ({ column, start, count }: OpenedSum): string => `${column}/${start}/${count}`

/** A form that is the plain sum of some neighbouring rows of one column, and no more. */
const readSum = ({ runs: [run, ...others], constant }: LinearForm, rows: number): OpenedSum | null => {
  if (run === undefined || others.length > 0 || run.weight !== 1n || constant !== 0n) return null
  const column = Math.floor(run.start / rows)
  const start = run.start - column * rows
  return start + run.count > rows ? null : { column, start, count: run.count }
}

/** The sums that the packed rows from `start` on open, slot by slot. */
const opensOf = ({ columns, blocks, blockRows, rows }: PackedGroup, start: number, count: number): OpenedSum[] =>
  Array.from({ length: blocks }, (_, block) => {
    const from = block * blockRows + start
    const held = Math.max(0, Math.min(count, rows - from))
    return columns.map((column): OpenedSum => ({ column, start: from, count: held }))
  }).flat()

/**
 * Chooses the packed form where every slot that would be opened is a sum that some form asks for, or that `permits` allows besides (a
 * partial sum or another column is a cell of the answer like any other); every other form stays with the unpacked cells.
 */
export const planPacked = (
  forms: readonly LinearForm[], groups: readonly PackedGroup[], permits: (sum: OpenedSum) => boolean = () => false,
): PackedPlan => {
  const asked = new Map<string, number>()
  const rows = groups[0]?.rows ?? 1
  const sums = forms.map((form) => readSum(form, rows))
  sums.forEach((sum, index) => {
    if (sum !== null && !asked.has(keyOf(sum))) asked.set(keyOf(sum), index)
  })
  const answered = new Set<number>()
  const packed: PackedSum[] = []
  groups.forEach((group, number) => {
    const spans = new Map(sums.flatMap((sum) => {
      const isHere = sum !== null && group.columns.includes(sum.column) && sum.start + sum.count <= group.blockRows
      return isHere ? [[`${sum.start}/${sum.count}`, sum] as const] : []
    }))
    for (const { start, count } of spans.values()) {
      const opens = opensOf(group, start, count)
      const answers = opens.map((sum) => asked.get(keyOf(sum)) ?? null)
      const isAllowed = answers.every((form, slot) => form !== null || at(opens, slot).count === 0 || permits(at(opens, slot)))
      if (!isAllowed || answers.every((form) => form === null || answered.has(form))) continue
      packed.push({ group: number, start, count, answers })
      for (const form of answers) if (form !== null) answered.add(form)
    }
  })
  return { packed, unpacked: forms.flatMap((_, index) => (answered.has(index) ? [] : [index])) }
}
