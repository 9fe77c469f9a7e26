import { describe, expect, it } from 'vitest'
import { createChunkStore } from '../../../src/host/datasets/chunk-store.ts'
import { openProfileDatabase } from '../../../src/host/storage/database.ts'

describe('the chunk store', () => {
  const database = openProfileDatabase(':memory:')

  it('keeps the chunks of one owner apart from every other\'s', () => {
    const purchase = createChunkStore(database, 'purchase', '1')
    purchase.write(3, Uint8Array.of(1, 2, 3))
    createChunkStore(database, 'purchase', '2').write(3, Uint8Array.of(4))
    createChunkStore(database, 'data', '1').write(3, Uint8Array.of(5))
    expect(purchase.find(3)).toEqual(Uint8Array.of(1, 2, 3))
    expect([purchase.has(3), purchase.has(2)]).toEqual([true, false])
    expect(purchase.find(2)).toBeNull()
    purchase.remove()
    expect(purchase.has(3)).toBe(false)
    expect(createChunkStore(database, 'purchase', '2').find(3)).toEqual(Uint8Array.of(4))
    expect(createChunkStore(database, 'data', '1').find(3)).toEqual(Uint8Array.of(5))
  })

  it('replaces a chunk that is written again', () => {
    const store = createChunkStore(database, 'test', '9')
    store.write(0, Uint8Array.of(1))
    store.write(0, Uint8Array.of(2))
    expect(store.find(0)).toEqual(Uint8Array.of(2))
  })

  it('tells a damaged chunk from a whole one', () => {
    const store = createChunkStore(database, 'purchase', '7')
    store.write(0, Uint8Array.of(1, 2, 3))
    database.prepare('UPDATE chunks SET ciphertexts = ? WHERE owner = ?').run(Buffer.of(1, 2, 4), '7')
    expect(() => store.find(0)).toThrow(expect.objectContaining({ code: 'store.corrupt' }))
  })
})
