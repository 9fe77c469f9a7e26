import type { RawCell } from '../../../../src/host/datasets/packed-cells.ts'
import { findRowNumber, readFirstRecords, type SourceTable } from '../../../../src/host/datasets/source-table.ts'

/** All records of a small table. */
export const recordsOf = (table: SourceTable): RawCell[][] => readFirstRecords(table, table.rows)

/** How its source numbers them. */
export const rowNumbersOf = (table: SourceTable): number[] => Array.from({ length: table.rows }, (_, at) => findRowNumber(table, at))
