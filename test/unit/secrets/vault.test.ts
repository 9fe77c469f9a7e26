import fc from 'fast-check'
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createVault } from '../../../src/host/secrets/vault.ts'

describe('the vault', () => {
  const vault = createVault(randomBytes(32))
  const secret = new TextEncoder().encode('the seller\'s prime')

  it('opens what it sealed, whatever the bytes and the purpose', () => {
    fc.assert(fc.property(fc.string(), fc.uint8Array({ maxLength: 300 }), (purpose, plaintext) => {
      expect(vault.open(purpose, vault.seal(purpose, plaintext))).toEqual(plaintext)
    }))
  })

  it('never seals the same way twice', () => {
    expect(vault.seal('a', secret)).not.toEqual(vault.seal('a', secret))
  })

  it('does not open under another purpose', () => {
    expect(() => vault.open('dataset/2', vault.seal('dataset/1', secret))).toThrow(expect.objectContaining({ code: 'crypto.unsealing-failed' }))
  })

  it('does not open under another data key', () => {
    expect(() => createVault(randomBytes(32)).open('a', vault.seal('a', secret))).toThrow(expect.objectContaining({ code: 'crypto.unsealing-failed' }))
  })

  it('notices any changed or missing byte', () => {
    const sealed = vault.seal('a', secret)
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Uint8Array.from(sealed)
      changed[index] = (changed[index] ?? 0) ^ 1
      expect(() => vault.open('a', changed), `byte ${index}`).toThrow(expect.objectContaining({ code: 'crypto.unsealing-failed' }))
      expect(() => vault.open('a', sealed.subarray(0, index)), `first ${index} bytes`).toThrow(expect.objectContaining({ code: 'crypto.unsealing-failed' }))
    }
  })

  it('keeps working when the caller wipes the key it gave', () => {
    const dataKey = randomBytes(32)
    const own = createVault(dataKey)
    const sealed = own.seal('a', secret)
    dataKey.fill(0)
    expect(own.open('a', sealed)).toEqual(secret)
  })
})
