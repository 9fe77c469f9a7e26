import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { computeLeaf, computeNode, computeRoot, computeSchemaHash } from '../../../src/host/datasets/merkle.ts'
import { createColumn } from './fixtures.ts'

const sha256 = (hex: string): string => `0x${createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex')}`
const leaf = (index: number): string => `0x${index.toString(16).padStart(64, '0')}`
const bare = (hex: string): string => hex.slice(2)

describe('the Merkle tree over chunks', () => {
  it('hashes a leaf from its domain byte, key id, schema hash, index, row count and ciphertexts', () => {
    const context = { keyId: leaf(1), schemaHash: leaf(2), index: 3, rows: 0x01020304 }
    expect(computeLeaf(context, Uint8Array.of(0xaa, 0xbb))).toBe(sha256(`00${bare(leaf(1))}${bare(leaf(2))}0000000301020304aabb`))
  })

  it('hashes a node from its domain byte and both children, so that no node passes for a leaf', () => {
    expect(computeNode(leaf(1), leaf(2))).toBe(sha256(`01${bare(leaf(1))}${bare(leaf(2))}`))
  })

  it('has the known root of the leaves 1, 2, 3', () => {
    // printf '\x01'‖1‖2 | sha256sum, then '\x01'‖that‖3, computed with coreutils
    expect(computeRoot([leaf(1), leaf(2), leaf(3)])).toBe('0x1ac004175f66ebe9b79f2f0a4d667a4ea445bc5bf9fbed68b9c6db4d6e66dba5')
  })

  it('takes a single leaf as the root and promotes odd nodes', () => {
    expect(computeRoot([leaf(7)])).toBe(leaf(7))
    expect(computeRoot([leaf(1), leaf(2), leaf(3)])).toBe(computeNode(computeNode(leaf(1), leaf(2)), leaf(3)))
    const four = computeNode(computeNode(leaf(1), leaf(2)), computeNode(leaf(3), leaf(4)))
    expect(computeRoot([1, 2, 3, 4, 5].map(leaf))).toBe(computeNode(four, leaf(5)))
    expect(computeRoot([1, 2, 3, 4, 5, 6, 7].map(leaf))).toBe(computeNode(four, computeNode(computeNode(leaf(5), leaf(6)), leaf(7))))
  })

  it('changes with the order of the leaves', () => {
    expect(computeRoot([leaf(2), leaf(1)])).not.toBe(computeRoot([leaf(1), leaf(2)]))
  })

  it('refuses to invent a root for no leaves', () => {
    expect(() => computeRoot([])).toThrow(RangeError)
  })
})

describe('the schema hash', () => {
  const column = createColumn('wage', { unit: '$/h', categories: ['a'] })

  it('is the hash of the documented JSON', () => {
    const json = '[["wage","number","$/h",["a"],["1","100"],0,100]]'
    expect(computeSchemaHash([column])).toBe(sha256(Buffer.from(json).toString('hex')))
  })

  it('depends on every public property but the description', () => {
    const hash = computeSchemaHash([column])
    const changes = [{ name: 'x' }, { type: 'integer' }, { unit: '' }, { categories: [] }, { scale: { numerator: '1', denominator: '10' } }, { lower: -1 }, { upper: 1 }] as const
    for (const change of changes) expect(computeSchemaHash([{ ...column, ...change, categories: [...('categories' in change ? change.categories : column.categories)] }])).not.toBe(hash)
    expect(computeSchemaHash([{ ...column, description: 'reworded' }])).toBe(hash)
  })
})
