import type { MarkedColumn } from './row-marks.ts'

/** What of a sold table the asked one has not, and what of the asked one it has not. */
export interface Difference<Column extends MarkedColumn> {
  readonly gone: readonly Column[]
  readonly changed: readonly Column[]
}

/** The rows in which anything changed, where all of them were emptied in all columns that changed; else null. */
const findEmptied = ({ gone, changed }: Difference<MarkedColumn>, common: number): Uint8Array | null => {
  const befores = changed.map((column) => gone.find(({ name }) => name === column.name))
  if (!befores.every((before) => before !== undefined)) return null
  const emptied = new Uint8Array(common)
  let first = -1
  for (let row = 0; row < common; row += 1) {
    if (changed.every(({ marks }, at) => befores[at]?.marks[row] === marks[row])) continue
    if (first === -1) first = row
    if (changed.some(({ marks }) => marks[row] !== marks[first])) return null
    emptied[row] = 1
  }
  return emptied
}

/** Whether two tables held the same in rows that both held and the asked one has emptied: if not, one is the other's correction too. */
const holdTheSame = (
  [one, other]: readonly [Difference<MarkedColumn>, Difference<MarkedColumn>], emptied: readonly [Uint8Array, Uint8Array],
): boolean => one.changed.every(({ name }) => {
  if (!other.changed.some((column) => column.name === name)) return true
  const [ours, theirs] = [one, other].map(({ gone }) => gone.find((column) => column.name === name)?.marks)
  return emptied[0].every((isEmptied, row) => isEmptied === 0 || emptied[1][row] === 0 || ours?.[row] === theirs?.[row])
})

/** For each row the number of its group: rows of one group were emptied in the same tables. The first group was emptied in none. */
const groupRows = (emptied: readonly Uint8Array[], common: number): Int32Array => {
  const groups = new Int32Array(common)
  for (const rows of emptied) {
    const numbers = new Map([[0, 0]])
    groups.forEach((group, row) => {
      const split = 2 * group + (rows[row] as number)
      const number = numbers.get(split) ?? numbers.size
      numbers.set(split, number)
      groups[row] = number
    })
  }
  return groups
}

/** The fewest rows that all tables treat alike. Rows that are empty in all of them count for nothing. */
const countFewest = (differences: readonly Difference<MarkedColumn>[], emptied: readonly Uint8Array[], common: number): number => {
  const constants = new Map<MarkedColumn, number | undefined>()
  differences.forEach(({ changed }, at) => {
    const first = emptied[at]?.indexOf(1) ?? -1
    if (first !== -1) for (const column of changed) constants.set(column, column.marks[first])
  })
  const isEmpty = (row: number): boolean => [...constants].every(([{ marks }, constant]) => marks[row] === constant)
  const counts = new Map<number, number>()
  groupRows(emptied, common).forEach((group, row) => {
    if (group !== 0 || !isEmpty(row)) counts.set(group, (counts.get(group) ?? 0) + 1)
  })
  return Math.min(common, ...counts.values())
}

/**
 * Rows emptied in all columns that changed are a group of the sold table, about whose sums anybody may ask; of several tables they are
 * groups that have to be large enough together, as those of several questions. `other`: more was changed than that.
 */
export const judgeEmptied = (differences: readonly Difference<MarkedColumn>[], common: number, limit: number): 'enough' | 'few' | 'other' => {
  const emptied = differences.flatMap((difference) => findEmptied(difference, common) ?? [])
  if (emptied.length < differences.length) return 'other'
  const agrees = differences.every((one, at) => differences.every((other, place) =>
    place <= at || holdTheSame([one, other], [emptied[at] as Uint8Array, emptied[place] as Uint8Array])))
  if (!agrees) return 'other'
  return countFewest(differences, emptied, common) < limit ? 'few' : 'enough'
}
