import { isAscii } from 'node:buffer'

/** A cell as its source holds it: text, a number, or nothing. Truth values are 1 and 0, dates and times ISO 8601 text in UTC. */
export type RawCell = string | number | null

/** One column of a table, read again and again without ever lying there as values: `at` throws RangeError past its end. */
export interface Cells extends Iterable<RawCell> {
  readonly length: number
  readonly at: (index: number) => RawCell
}

/** So many rows of a column lie together; only the last block of a column has fewer. */
export const blockRows = 8_192

/**
 * Up to `blockRows` cells of one column, one after the other: text in UTF-8, numbers as doubles. Some ten bytes a cell, where a string in
 * an array costs fifty: what lets tables of millions of rows be looked at in passes.
 */
export interface CellBlock {
  /** What each cell is: 0 nothing, 1 a number, 2 text. */
  readonly kinds: Uint8Array
  /** Where each cell ends in `bytes`. */
  readonly ends: Uint32Array
  readonly bytes: Uint8Array
}

/** Takes the blocks of a column in their order; awaited where whoever takes them is slower than the reader. */
export type TakeBlock = (column: number, block: CellBlock) => void | Promise<void>

export interface CellWriter {
  /** True where the cell completed a block, which `takeBlock` then gives. */
  add(cell: RawCell): boolean
  /** What was added since the last block; empty where nothing was. */
  takeBlock(): CellBlock
}

const nothing = 0
const number = 1
const text = 2
const numberBytes = 8
const mostBytesPerUnit = 3

/** Packs the cells of one column, whatever they are, into blocks. */
export const createCellWriter = (): CellWriter => {
  let kinds = new Uint8Array(16)
  let ends = new Uint32Array(16)
  let bytes = Buffer.allocUnsafeSlow(128)
  let count = 0
  let end = 0
  const reserve = (more: number): void => {
    if (count === kinds.length) {
      const [olderKinds, olderEnds] = [kinds, ends]
      kinds = new Uint8Array(Math.min(blockRows, 2 * count))
      ends = new Uint32Array(kinds.length)
      kinds.set(olderKinds)
      ends.set(olderEnds)
    }
    if (end + more <= bytes.length) return
    const older = bytes
    bytes = Buffer.allocUnsafeSlow(Math.max(end + more, 2 * older.length))
    older.copy(bytes, 0, 0, end)
  }
  return {
    add: (cell) => {
      reserve(typeof cell === 'string' ? cell.length * mostBytesPerUnit : numberBytes)
      if (typeof cell === 'string') end += bytes.write(cell, end)
      else if (cell !== null) end = bytes.writeDoubleLE(cell, end)
      kinds[count] = cell === null ? nothing : typeof cell === 'number' ? number : text
      ends[count] = end
      count += 1
      return count === blockRows
    },
    takeBlock: () => {
      const block = { kinds: kinds.slice(0, count), ends: ends.slice(0, count), bytes: new Uint8Array(bytes.subarray(0, end)) }
      count = 0
      end = 0
      return block
    },
  }
}

interface OpenBlock extends CellBlock {
  readonly bytes: Buffer
}

const openBlock = ({ kinds, ends, bytes }: CellBlock): OpenBlock =>
  ({ kinds, ends, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) })

const readCellAt = ({ kinds, ends, bytes }: OpenBlock, at: number): RawCell => {
  const kind = kinds[at]
  if (kind === undefined) throw new RangeError(`cell ${at} of ${kinds.length} was asked for`)
  if (kind === nothing) return null
  const start = at === 0 ? 0 : ends[at - 1] ?? 0
  return kind === number ? bytes.readDoubleLE(start) : bytes.toString('utf8', start, ends[at])
}

/** From so many characters on a part of a string is kept by V8 as a view, which would keep the whole block's text. */
const shortestView = 13

/** A column of blocks that all hold `blockRows` cells but the last. */
export const createCells = (taken: readonly CellBlock[]): Cells => {
  const blocks = taken.map(openBlock)
  const length = blocks.reduce((sum, { kinds }) => sum + kinds.length, 0)
  return {
    length,
    at: (index) => {
      const block = blocks[Math.floor(index / blockRows)]
      if (block === undefined) throw new RangeError(`cell ${index} of ${length} was asked for`)
      return readCellAt(block, index % blockRows)
    },
    *[Symbol.iterator]() {
      for (const block of blocks) {
        const { kinds, ends, bytes } = block
        // Where one byte is one character the text is decoded once, not cell by cell.
        const whole = isAscii(bytes) ? bytes.toString('latin1') : null
        let start = 0
        for (let at = 0; at < kinds.length; at += 1) {
          const end = ends[at] ?? start
          yield whole !== null && kinds[at] === text && end - start < shortestView ? whole.slice(start, end) : readCellAt(block, at)
          start = end
        }
      }
    },
  }
}

/** Blocks where they can be read from: what a table is held in while it is looked at. */
export interface CellStore {
  readonly take: TakeBlock
  /** The columns as far as they were taken, `count` of them. */
  list(count: number): Cells[]
}

export const createCellStore = (): CellStore => {
  const columns: CellBlock[][] = []
  return {
    take: (column, block) => { (columns[column] ??= []).push(block) },
    list: (count) => Array.from({ length: count }, (_, column) => createCells(columns[column] ?? [])),
  }
}
