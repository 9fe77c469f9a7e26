import { describe, expect, it } from 'vitest'
import { createDatabaseUrls } from '../../../src/host/datasets/database-urls.ts'
import type { SecretStore } from '../../../src/host/secrets/types.ts'
import { refusal } from './fixtures.ts'

const createStore = (): SecretStore & { readonly entries: Map<string, Uint8Array> } => {
  const entries = new Map<string, Uint8Array>()
  return {
    kind: 'keychain',
    entries,
    find: (name) => Promise.resolve(entries.get(name) ?? null),
    write: (name, secret) => Promise.resolve(void entries.set(name, secret)),
    remove: (name) => Promise.resolve(void entries.delete(name)),
  }
}

describe('a database\'s URL', () => {
  it('is kept by name in the profile\'s secret store, and read again', async () => {
    const store = createStore()
    const urls = createDatabaseUrls(store)
    await urls.keep('staff', 'postgres://seller:päss@db.example/staff')
    expect(await urls.read('staff')).toBe('postgres://seller:päss@db.example/staff')
    expect([...store.entries.keys()]).toEqual(['postgres/staff'])
  })

  it('that is none, or under a name that is none, is refused without being repeated', async () => {
    const urls = createDatabaseUrls(createStore())
    const error: unknown = await urls.keep('a', 'mysql://seller:secret@db/x').catch((reason: unknown) => reason)
    expect(error).toEqual(refusal('input.postgres-url-missing'))
    expect(JSON.stringify(error) + String(error)).not.toContain('secret')
    await expect(urls.keep('../x', 'postgres://a@b/c')).rejects.toThrow(refusal('input.invalid'))
    await expect(urls.read('nothing')).rejects.toThrow(refusal('input.postgres-url-missing', { name: 'nothing' }))
  })
})
