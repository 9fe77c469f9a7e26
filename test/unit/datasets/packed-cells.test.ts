import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockRows, createCells, createCellWriter, type CellBlock, type RawCell } from '../../../src/host/datasets/packed-cells.ts'

const pack = (cells: readonly RawCell[]): CellBlock[] => {
  const writer = createCellWriter()
  const blocks = cells.flatMap((cell) => (writer.add(cell) ? [writer.takeBlock()] : []))
  return cells.length % blockRows === 0 ? blocks : [...blocks, writer.takeBlock()]
}

const word = fc.oneof(fc.string({ maxLength: 30 }), fc.string({ unit: 'grapheme', maxLength: 30 }), fc.constantFrom('', 'Köln', 'a word of 13 c', 'exactly 13 ch'))
const cell = fc.oneof({ weight: 4, arbitrary: word }, fc.double({ noNaN: true }), fc.constant(null))

describe('packed cells', () => {
  it('give back what was added, one by one and in a row, whatever stands beside it', () => {
    fc.assert(fc.property(fc.array(cell, { maxLength: 60 }), (cells) => {
      const packed = createCells(pack(cells))
      expect([...packed]).toEqual(cells)
      expect(cells.map((_, at) => packed.at(at))).toEqual(cells)
      expect(packed).toHaveLength(cells.length)
    }), { numRuns: 300 })
  })

  it('go on from block to block, also where one block has characters of several bytes and the next has none', () => {
    const cells = Array.from({ length: 2 * blockRows + 3 }, (_, at) => (at < blockRows ? `ü${at}` : `u${at}`))
    expect([...createCells(pack(cells))]).toEqual(cells)
  })
})
