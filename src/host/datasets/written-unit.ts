import { AppError } from '../../shared/errors.ts'
import type { Cells, RawCell } from './packed-cells.ts'
import { findRowNumber, type TableHead } from './source-table.ts'

/** What spreadsheets write beside a number: shares, and amounts of money by symbol or by ISO 4217 code. */
const units = [
  '%', '‰', 'US$', 'C$', 'A$', '€', '$', '£', '¥', '₹', '₽', '₩', '₺', '₪', '₴', '฿', '₫', 'zł', 'Kč', 'kr', 'Fr.',
  ...'EUR USD GBP CHF JPY CNY INR AUD CAD NZD SEK NOK DKK PLN CZK HUF RON BGN TRY RUB UAH BRL MXN ZAR KRW SGD HKD ILS THB IDR'.split(' '),
]
const anyUnit = units.map((unit) => unit.replaceAll(/[$.]/g, '\\$&')).join('|')
const digits = String.raw`[\d.,][\d.,'’\s]*`
const before = new RegExp(String.raw`^([+\-−]?)\s*(${anyUnit})\s*([+\-−]?)\s*(${digits})$`)
const behind = new RegExp(String.raw`^([+\-−]?)\s*(${digits})(${anyUnit})$`)
const bareNumber = new RegExp(String.raw`^[+\-−]?\s*${digits}$`)

interface Written {
  readonly unit: string
  /** The number alone, its sign in front. */
  readonly number: string
}

/** The unit and the number of a trimmed cell such as "12,5 %", "€ 1,234.50" or "-$5"; null where none of the known units stands there. */
export const findWrittenUnit = (cell: string): Written | null => {
  const ahead = before.exec(cell)
  if (ahead !== null) {
    const { 1: sign = '', 2: unit = '', 3: inner = '', 4: number = '' } = ahead
    return sign !== '' && inner !== '' ? null : { unit, number: `${sign}${inner}${number.trim()}` }
  }
  const after = behind.exec(cell)
  if (after === null) return null
  const { 1: sign = '', 2: number = '', 3: unit = '' } = after
  return { unit, number: `${sign}${number.trim()}` }
}

const headerUnit = /[([]\s*([^()[\]\d\s,;|]{1,12})\s*[)\]]$/u

/** The unit that a header names in brackets at its end, as in "Cost (EUR)" or "Stay [days]"; null where nothing like one stands there. */
export const findHeaderUnit = (header: string): string | null => headerUnit.exec(header.trim())?.[1] ?? null

const isZero = (cell: string): boolean => /^[+\-−]?[0.,\s]+$/.test(cell)
const looked = 200

const presentCells = function* (cells: Cells): Generator<readonly [string | number, number]> {
  let at = 0
  for (const cell of cells) {
    if (cell !== null) yield [cell, at]
    at += 1
  }
}

/** Whether a column is worth reading whole: one of its first cells has a unit. */
const mayHaveUnit = (cells: Cells): boolean => {
  let seen = 0
  for (const [cell] of presentCells(cells)) {
    if (typeof cell === 'string' && findWrittenUnit(cell) !== null) return true
    seen += 1
    if (seen === looked) return false
  }
  return false
}

export interface NamedCells {
  readonly name: string
  /** From 1. */
  readonly number: number
  readonly cells: Cells
}

export interface InOneUnit<Column> {
  readonly column: Column
  readonly unit: string
}

const withoutUnit = (cell: RawCell): RawCell => (typeof cell === 'string' ? findWrittenUnit(cell)?.number ?? cell : cell)

const stripped = (cells: Cells): Cells => ({
  length: cells.length,
  at: (index) => withoutUnit(cells.at(index)),
  *[Symbol.iterator]() {
    for (const cell of cells) yield withoutUnit(cell)
  },
})

/**
 * A column at least half of whose cells are numbers with a unit, and its cells without it. All must have the same one: a number in another,
 * or in none, means something else, and only a zero is the same in all. A share keeps its size: "12,5 %" is 12.5, its unit %. Null for any
 * other column. Throws `input.csv-mixed-units`.
 */
export const stripUnit = <Column extends NamedCells>(column: Column, head: TableHead): InOneUnit<Column> | null => {
  const { cells, name, number } = column
  if (!mayHaveUnit(cells)) return null
  let present = 0
  let written = 0
  let unit: string | null = null
  let other: { readonly at: number; readonly unit: string | null } | null = null
  for (const [cell, at] of presentCells(cells)) {
    present += 1
    const found = typeof cell === 'string' ? findWrittenUnit(cell) : null
    if (found !== null) written += 1
    unit ??= found?.unit ?? null
    const bare = found === null && (typeof cell === 'number' ? cell !== 0 : bareNumber.test(cell) && !isZero(cell))
    if (found !== null && found.unit !== unit) other ??= { at, unit: found.unit }
    if (bare) other ??= { at, unit: null }
  }
  if (unit === null || written * 2 < present) return null
  if (other !== null) {
    const row = findRowNumber(head, other.at)
    const what = other.unit === null ? 'a number without a unit' : `a number in ${other.unit}`
    const where = `Row ${row}, column ${number} “${name}”`
    throw new AppError('input.csv-mixed-units', `${where} holds ${what} where the column’s numbers are in ${unit}.`, { details: { row, column: number, name, unit } })
  }
  return { column: { ...column, cells: stripped(cells) }, unit }
}
