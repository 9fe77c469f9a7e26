import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { residuePrime } from '../../../src/host/datasets/residue-algebra.ts'
import { judgeVersions, type PublishedOffer, type VersionTable } from '../../../src/host/ledger/judge-versions.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { noteFigure, testLength } from '../../campaigns/support/figures.ts'
import { findByForce } from './narrow-oracle.ts'

type Columns = ReadonlyMap<string, readonly number[]>

/** Numbers from a seed (mulberry32), whole, below `size`. */
const createDraw = (seed: number) => (size: number): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let x = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
  return Math.floor((((x ^ (x >>> 14)) >>> 0) / 2 ** 32) * size)
}
type Draw = ReturnType<typeof createDraw>

const rowsOf = (columns: Columns): number => [...columns.values()][0]?.length ?? 0
const drawRows = (rows: number, count: number, draw: Draw): Set<number> => {
  const drawn = new Set<number>()
  while (drawn.size < Math.min(rows, count)) drawn.add(draw(rows))
  return drawn
}
const drawColumn = (rows: number, draw: Draw): number[] => {
  const kind = draw(4)
  const rare = drawRows(rows, 1 + draw(4), draw)
  return Array.from({ length: rows }, (_, row) => [draw(3), draw(60), 100 + draw(900), rare.has(row) ? 1 + draw(2) : 0][kind] as number)
}

/** What an owner may make of a table: corrections, withdrawn rows, caps, other units, other columns, more rows and fewer. */
const drawVersion = (before: Columns, draw: Draw): Columns => {
  const rows = rowsOf(before)
  const some = drawRows(rows, 1 + draw(rows), draw)
  const amount = 1 + draw(9)
  const touched = new Set([...before.keys()].filter(() => draw(2) === 0))
  const change = (of: (value: number, row: number) => number, which = touched): Columns =>
    new Map([...before].map(([name, values]) => [name, which.has(name) ? values.map(of) : values]))
  const cap = [5, 20, 40, 300, 600, 800][draw(6)] as number
  switch (draw(10)) {
    case 0: return change((value, row) => (some.has(row) ? value + amount : value))
    case 1: return change((value, row) => (some.has(row) ? value + amount + draw(5) : value))
    case 2: return change((value, row) => (some.has(row) ? 0 : value), new Set(before.keys()))
    case 3: case 4: return change((value) => Math.min(value, cap))
    case 5: return change((value) => amount * value + 3)
    case 6: return new Map([...before].map(([name, values]) => [name, [...values, ...drawColumn(amount, draw)]]))
    case 7: return new Map([...before].map(([name, values]) => [name, values.slice(0, Math.max(5, rows - amount))]))
    case 8: return new Map([...[...before].slice(draw(2)), [`new${draw(100)}`, drawColumn(rows, draw)]])
    default: {
      const sum = Array.from({ length: rows }, (_, row) =>
        [...before.values()].reduce((total, values) => total + (values[row] as number), some.has(row) ? amount : 0))
      return new Map([...before, [`sum${draw(100)}`, sum]])
    }
  }
}

interface Sold {
  readonly columns: Columns
  readonly offer: PublishedOffer
}
const tableOf = ({ columns, offer: { dataset } }: Sold): VersionTable => ({
  dataset,
  marks: [...columns].map(([name, values]) => ({ name, marks: Float64Array.from(values), isOrdered: false })),
  residues: new Map([...columns].map(([name, values]) =>
    [name, Int32Array.from(values, (value) => ((value % residuePrime) + residuePrime) % residuePrime)])),
})
const isListed = (sold: readonly Sold[], asked: Sold): boolean => {
  try {
    const { dataset: datasetId, minRows } = asked.offer
    judgeVersions({ subject: { datasetId, minRows }, offers: sold.map(({ offer }) => offer), hasGroups: false,
      tables: [...sold, asked].map(tableOf) })
    return true
  } catch (error) {
    if (error instanceof AppError && error.code === 'policy.source-corrected') return false
    throw error
  }
}

/**
 * Rows that were withdrawn (set alike in every column that changed) from one table to another are groups of it, which may be as few as the
 * minimum; each table is then given its columns group by group.
 */
const splitWithdrawn =
  (tables: readonly Columns[], from: number, to: number, fewest: number): readonly (readonly (readonly number[])[])[] => {
  const names = Array.from({ length: to - from }, () => '')
  for (const one of tables) {
    for (const other of tables) {
      const changed = [...other].filter(([name, values]) => one.has(name)
        && values.slice(from, to).some((value, row) => one.get(name)?.[from + row] !== value))
      const differing = names.map((_, row) => changed.some(([name, values]) => one.get(name)?.[from + row] !== values[from + row]))
      const first = differing.indexOf(true)
      if (differing.every((differs, row) => !differs || changed.every(([, values]) => values[from + row] === values[from + first]))) {
        differing.forEach((differs, row) => { names[row] += differs ? '1' : '0' })
      }
    }
  }
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  const cut = tables.map((columns) => [...columns.values()].map((values) => values.slice(from, to)))
  if ([...counts.values()].some((count) => count < fewest)) return cut
  const ones = names.map(() => 1)
  return cut.map((columns) =>
    [ones, ...columns].flatMap((values) => [...counts.keys()].map((name) => values.map((value, row) => (names[row] === name ? value : 0)))))
}

/** Every part between two places where tables end that the class rule lets be told apart; the rows that are told in one, or null. */
const findTold = (sold: readonly Sold[], fewest: number): unknown => {
  const ends = [...new Set([0, ...sold.map(({ offer }) => offer.rows)])]
  for (const from of ends) {
    // What is told of a longer part is told of two shorter ones, of which a table's own sums are on sale too.
    const isSplit = (to: number): boolean => ends.some((between) => between - from >= fewest && to - between >= fewest)
    for (const to of ends.filter((end) => end - from >= fewest && !isSplit(end))) {
      const tables = sold.filter(({ offer }) => offer.rows >= to).map(({ columns }) => columns)
      const cut = tables.map((columns) => [...columns.values()].map((values) => values.slice(from, to)))
      const rows = findByForce(cut, fewest, splitWithdrawn(tables, from, to, fewest))
      if (rows !== null) return { from, to, rows, fewest, tables: cut }
    }
  }
  return null
}

describe('versions of small tables that may be listed together (S4)', () => {
  it('tell no sum of fewer rows than the minimum, whatever is tried: each column of each, with every factor there is', () => {
    let [listed, refused] = [0, 0]
    fc.assert(fc.property(fc.integer(), (seed) => {
      const draw = createDraw(seed)
      const [rows, fewest] = [9 + draw(5), 2 + draw(3)]
      const base: Columns = new Map(['a', 'b', 'c'].slice(0, 1 + draw(3)).map((name) => [name, drawColumn(rows, draw)]))
      const sold: Sold[] = []
      for (let dataset = 0; dataset < 4; dataset += 1) {
        const columns = dataset === 0 ? base : drawVersion((sold[draw(sold.length)] as Sold).columns, draw)
        const asked: Sold = { columns, offer: { id: `of-${dataset}`, dataset, rows: rowsOf(columns), minRows: fewest, isPending: false } }
        if (isListed(sold, asked)) sold.push(asked)
        else refused += 1
      }
      listed += sold.length - 1
      expect(findTold(sold, fewest)).toBeNull()
    }), { numRuns: 60 * testLength() })
    noteFigure('versions of small tables listed beside others', listed)
    noteFigure('versions of small tables refused', refused)
    // Neither is everything refused, nor nothing.
    expect(listed).toBeGreaterThan(30 * testLength())
    expect(refused).toBeGreaterThan(20 * testLength())
  })
})
