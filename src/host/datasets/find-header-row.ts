import { AppError } from '../../shared/errors.ts'

/** The header stands within so many rows, or its owner says where. */
export const mostRowsAhead = 50

const isFilled = (cell: unknown): boolean => cell !== null && cell !== undefined && (typeof cell !== 'string' || cell.trim() !== '')

const isWord = (cell: unknown): boolean => typeof cell === 'string' && isFilled(cell) && !/^[+-]?[\d.,\s%€$£]+$/.test(cell)

/**
 * Which of the first rows names the columns, counted from 0: the first with anything in it, unless it fills at most half of the columns in
 * use, as a title does, and a later row, with another beneath it, holds words in more than half of them. -1 where every row is blank.
 */
export const findHeaderRow = (rows: readonly (readonly unknown[])[]): number => {
  const ahead = rows.slice(0, mostRowsAhead)
  const first = ahead.findIndex((row) => row.some(isFilled))
  const used = new Set<number>()
  for (const row of ahead) row.forEach((cell, column) => { if (isFilled(cell)) used.add(column) })
  const isMost = (count: number): boolean => count * 2 > used.size
  if (first === -1 || isMost((ahead[first] ?? []).filter(isFilled).length)) return first
  const header = ahead.findIndex((row, at) => at > first && isMost(row.filter(isWord).length)
    && ahead.slice(at + 1).some((below) => below.some(isFilled)))
  return header === -1 ? first : header
}

/** Of a table that ends before the row that should name its columns. */
export const refuseHeaderRow = (row: number): AppError =>
  new AppError('input.invalid', `Row ${row} cannot name the columns: the table ends before it.`, { details: { row } })
