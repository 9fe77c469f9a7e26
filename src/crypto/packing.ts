import { bitLength } from './bytes.ts'
import { CryptoError } from './errors.ts'
import { at } from './lists.ts'

/** The integers a column can hold, both ends included, as its listing declares them. */
export interface PackedRange {
  readonly lower: bigint
  readonly upper: bigint
}

/** Where a slot's bits begin in a plaintext, and how many it has. */
export interface Slot {
  readonly shift: bigint
  readonly bits: bigint
}

/**
 * Columns side by side in one plaintext a row. With `blocks` above 1 the table is cut into that many runs of `blockRows` rows (the last may
 * be shorter) and packed row i holds row i of each, so that a sum over packed rows opens every block's sum by itself.
 */
export interface PackedGroup {
  /** The columns' numbers in the table. */
  readonly columns: readonly number[]
  readonly ranges: readonly PackedRange[]
  /** Rows of the table. */
  readonly rows: number
  readonly blocks: number
  /** Packed rows. */
  readonly blockRows: number
  /** Block by block, each with one slot a column. */
  readonly slots: readonly Slot[]
}

/** Bits so that `rows` numbers of a range, each less its lower end, add up within them: guard bits ≥ ⌈log₂ rows⌉. */
export const slotBits = ({ lower, upper }: PackedRange, rows: number): number =>
  Math.max(1, bitLength((upper - lower) * BigInt(rows)))

/** One group of the given columns, whose ranges come in the same order; whether it fits a plaintext is for the caller to see. */
export const createGroup = (
  columns: readonly number[], ranges: readonly PackedRange[], rows: number, blocks = 1,
): PackedGroup => {
  const blockRows = Math.ceil(rows / blocks)
  let shift = 0n
  const slots = Array.from({ length: blocks }, () => ranges.map((range): Slot => {
    const bits = BigInt(slotBits(range, blockRows))
    shift += bits
    return { shift: shift - bits, bits }
  })).flat()
  return { columns, ranges, rows, blocks, blockRows, slots }
}

/**
 * Lays columns out in as few groups as their order allows, none of more than `plaintextBits` bits, each with `blocks` blocks of rows. A
 * column that does not fit alone is left out. Throws `invalid-argument` for a range that is empty, more blocks than rows, or numbers that
 * are not whole.
 */
export const layOutGroups = (ranges: readonly PackedRange[], rows: number, plaintextBits: number, blocks = 1): PackedGroup[] => {
  if (![rows, plaintextBits, blocks].every(Number.isSafeInteger)) {
    throw new CryptoError('invalid-argument', `${rows} rows, ${blocks} blocks and ${plaintextBits} bits are not whole numbers`)
  }
  if (blocks < 1 || blocks > rows) throw new CryptoError('invalid-argument', `${rows} rows are not cut into ${blocks} blocks`)
  const empty = ranges.findIndex(({ lower, upper }) => lower > upper)
  if (empty >= 0) throw new CryptoError('invalid-argument', `the range of column ${empty} is empty`, empty)
  const groups: number[][] = []
  let left = 0
  ranges.forEach((range, column) => {
    const bits = blocks * slotBits(range, Math.ceil(rows / blocks))
    if (bits > plaintextBits) return
    if (groups.length === 0 || bits > left) {
      groups.push([])
      left = plaintextBits
    }
    groups.at(-1)?.push(column)
    left -= bits
  })
  return groups.map((columns) => createGroup(columns, columns.map((column) => at(ranges, column)), rows, blocks))
}

/**
 * The plaintext of packed row `row`, never negative: Σ (x − lower)·2^shift. `readCell` gives the integer of a column in a row of the table.
 * Throws `value-out-of-range`, naming the row, for one outside its column's range; `invalid-argument` where there is no such packed row.
 */
export const packRow = (group: PackedGroup, row: number, readCell: (row: number, column: number) => bigint): bigint => {
  const { columns, ranges, rows, blockRows, slots } = group
  if (!Number.isSafeInteger(row) || row < 0 || row >= blockRows) {
    throw new CryptoError('invalid-argument', `there is no packed row ${row} among ${blockRows}`)
  }
  return slots.reduce((plaintext, { shift }, slot) => {
    const index = slot % columns.length
    const tableRow = Math.floor(slot / columns.length) * blockRows + row
    if (tableRow >= rows) return plaintext
    const { lower, upper } = at(ranges, index)
    const value = readCell(tableRow, at(columns, index))
    if (value < lower || value > upper) {
      throw new CryptoError('value-out-of-range', `row ${tableRow} of column ${at(columns, index)} is outside its declared bounds`, tableRow)
    }
    return plaintext + ((value - lower) << shift)
  }, 0n)
}

/** Bits of the longest plaintext that rows of a group add up to. */
export const groupBits = ({ slots }: PackedGroup): number => {
  const last = slots.at(-1)
  return last === undefined ? 0 : Number(last.shift + last.bits)
}

/** How many of the packed rows `start … start + count − 1` hold a row of a block. */
const rowsInBlock = ({ rows, blockRows }: PackedGroup, block: number, start: number, count: number): number =>
  Math.max(0, Math.min(start + count, rows - block * blockRows) - start)

/**
 * The sums that a decrypted sum of packed rows `start … start + count − 1` holds, slot by slot. Throws `value-out-of-range` for a plaintext
 * that no such rows add up to.
 */
export const unpackSum = (group: PackedGroup, sum: bigint, start: number, count: number): bigint[] => {
  const { columns, ranges, slots } = group
  const sums = slots.map(({ shift, bits }, slot) => {
    const rows = BigInt(rowsInBlock(group, Math.floor(slot / columns.length), start, count))
    const { lower, upper } = at(ranges, slot % columns.length)
    const above = BigInt.asUintN(Number(bits), sum >> shift)
    if (above > rows * (upper - lower)) throw new CryptoError('value-out-of-range', `slot ${slot} holds more than its rows can add up to`, slot)
    return above + rows * lower
  })
  const last = slots.at(-1)
  if (sum < 0n || (last !== undefined && sum >> (last.shift + last.bits) !== 0n)) {
    throw new CryptoError('value-out-of-range', 'the plaintext has bits outside its slots')
  }
  return sums
}

/**
 * The plaintext that a sum of packed rows `start … start + count − 1` has when its slots hold these sums: the inverse of `unpackSum`, and
 * one to one, since a sum that its rows cannot add up to is refused with `value-out-of-range`.
 */
export const packSums = (group: PackedGroup, sums: readonly bigint[], start: number, count: number): bigint => {
  const { columns, ranges, slots } = group
  return slots.reduce((plaintext, { shift }, slot) => {
    const rows = BigInt(rowsInBlock(group, Math.floor(slot / columns.length), start, count))
    const { lower, upper } = at(ranges, slot % columns.length)
    const above = at(sums, slot) - rows * lower
    if (above < 0n || above > rows * (upper - lower)) {
      throw new CryptoError('value-out-of-range', `slot ${slot} holds what its rows cannot add up to`, slot)
    }
    return plaintext + (above << shift)
  }, 0n)
}
