import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRowMarker, type SourceTable } from '../../../src/host/ledger/row-marks.ts'
import { findSharedRows, type SharedRows } from '../../../src/host/ledger/same-rows.ts'

const { mark } = createRowMarker(new Uint8Array(32).fill(7))

/** Columns by name. */
type Columns = Readonly<Record<string, readonly number[]>>

const tableOf = (columns: Columns): SourceTable =>
  Object.entries(columns).map(([name, values]) => ({ name, values: Float64Array.from(values) }))
const find = (known: Columns, asked: Columns, samePlaces = false): SharedRows | null =>
  findSharedRows(mark(tableOf(known)), mark(tableOf(asked)), samePlaces)

/** Numbers from a seed (mulberry32), uniform in [0, 1). */
const createChance = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let x = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
  return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
}
const shuffle = (rows: number, chance: () => number): number[] => {
  const order = Array.from({ length: rows }, (_, row) => row)
  for (let row = rows - 1; row > 0; row -= 1) {
    const other = Math.floor(chance() * (row + 1))
    ;[order[row], order[other]] = [order[other] as number, order[row] as number]
  }
  return order
}

/** A table of `width` columns whose cells are drawn from so many different values. */
const drawTable = (rows: number, kinds: readonly number[], chance: () => number): Columns =>
  Object.fromEntries(kinds.map((kind, at) => [`c${at}`, Array.from({ length: rows }, () => Math.floor(chance() * kind))]))
const pick = (table: Columns, order: readonly number[]): Columns =>
  Object.fromEntries(Object.entries(table).map(([name, values]) => [name, order.map((row) => values[row] as number)]))

const seeds = fc.integer({ min: 0, max: 2 ** 31 })
const sizes = fc.constantFrom(8, 30, 100, 400)
const kindsOf = fc.array(fc.constantFrom(2, 5, 40, 300, 20_000), { minLength: 1, maxLength: 4 })

describe('rows that two tables share', () => {
  it('are not found in tables drawn one without the other, whatever they are drawn from', () => {
    fc.assert(fc.property(seeds, sizes, sizes, kindsOf, (seed, known, asked, kinds) => {
      const chance = createChance(seed)
      expect(find(drawTable(known, kinds, chance), drawTable(asked, kinds, chance))).toBeNull()
    }), { numRuns: 400, seed: 20_261_126 })
  })

  it('are found in every shuffled part of a table whose rows are mostly alone of their kind', () => {
    fc.assert(fc.property(seeds, fc.constantFrom(30, 100, 400), fc.constantFrom(0.6, 0.8, 1), (seed, rows, share) => {
      const chance = createChance(seed)
      const table = drawTable(rows, [2, 40, 20_000], chance)
      const order = shuffle(rows, chance).slice(0, Math.ceil(share * rows))
      expect(find(table, pick(table, order))).not.toBeNull()
    }), { numRuns: 200, seed: 20_261_126 })
  })

  it('are found by a share of some rows in many, by a shuffle without one row alone of its kind, and by a single displaced row', () => {
    const chance = createChance(1)
    const table = drawTable(1000, [40, 20_000], chance)
    const others = drawTable(950, [40, 20_000], chance)
    const mixed = Object.fromEntries(Object.entries(table)
      .map(([name, values]) => [name, [...others[name] ?? [], ...values.slice(300, 350)]]))
    expect(find(table, mixed)?.rows).toBeGreaterThanOrEqual(48)
    const hundred = Array.from({ length: 100 }, (_, row) => row)
    const twins = { c0: hundred.map((row) => Math.floor(row / 2)), c1: hundred.map((row) => Math.floor(row / 4) % 7) }
    expect(find(twins, pick(twins, shuffle(100, chance)))?.rows).toBe(100)
    const order = Array.from({ length: 1000 }, (_, row) => row)
    expect(find(table, pick(table, [...order.slice(0, 998), 999]), true)?.rows).toBe(1)
    expect(find(table, pick(table, order), true)).toBeNull()
  })

  it('leave dates and running numbers out of account, but not as columns of a shuffled table', () => {
    const days = Array.from({ length: 60 }, (_, day) => 20_000 + day)
    const sales = drawTable(60, [5000], createChance(2)).c0 ?? []
    const rain = drawTable(60, [5000], createChance(3)).c0 ?? []
    expect(find({ day: days, sales }, { day: days.map((day) => day + 7), rain })).toBeNull()
    expect(find({ day: days, sales }, pick({ day: days, rain }, shuffle(60, createChance(4))))?.columns).toEqual(['day'])
  })
})
