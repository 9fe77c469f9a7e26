import { describe, expect, it } from 'vitest'
import { freeBytes } from '../../../src/engine/free-bytes.ts'

describe('bytes that nobody reads again', () => {
  it('give their memory back at once, and are left alone where they are part of more', () => {
    const whole = new Uint8Array(1000)
    freeBytes(whole)
    expect([whole.length, whole.buffer.byteLength]).toEqual([0, 0])
    const part = new Uint8Array(1000).fill(7).subarray(10, 20)
    freeBytes(part)
    expect(part).toEqual(new Uint8Array(10).fill(7))
    const shared = new Uint8Array(new SharedArrayBuffer(8))
    freeBytes(shared)
    expect(shared.length).toBe(8)
  })

  it('may be given back twice', () => {
    const bytes = new Uint8Array(4)
    freeBytes(bytes)
    expect(() => freeBytes(bytes)).not.toThrow()
  })
})
