import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { clearPartialFiles, writePrivateFile } from '../../../src/host/secrets/private-file.ts'
import { openProfile } from '../../../src/host/secrets/open-profile.ts'
import { createMemoryKeychain } from './support/memory-keychain.ts'
import { temporaryHome } from './support/temporary-home.ts'

const { atPoint } = vi.hoisted(() => ({ atPoint: vi.fn<(point: string) => void>() }))
vi.mock('../../../src/host/failpoint.ts', async (original) => ({ ...await original<object>(), failpoint: atPoint }))
beforeEach(() => { atPoint.mockReset() })

describe('what a kill leaves of a file half-written', () => {
  it('is cleared away when the profile opens, and nothing else is', async () => {
    const home = temporaryHome()
    mkdirSync(home, { recursive: true, mode: 0o700 })
    writeFileSync(join(home, 'profile.json.6264adaf6445.partial'), 'half')
    writeFileSync(join(home, 'keystore.json.0123456789ab.partial'), 'half')
    writeFileSync(join(home, 'my.partial'), 'somebody else\'s')
    ;(await openProfile({ home, environment: {}, loadKeychain: async () => createMemoryKeychain() })).close()
    expect(readdirSync(home).filter((name) => name.endsWith('.partial'))).toEqual(['my.partial'])
  })

  it.each([true, false])('may be taken from a writer that lives: it writes again (exclusive: %s)', (exclusive) => {
    const home = temporaryHome()
    mkdirSync(home, { recursive: true, mode: 0o700 })
    atPoint.mockImplementationOnce(() => clearPartialFiles(home))
    expect(writePrivateFile(join(home, 'note'), 'whole', { exclusive })).toBe(true)
    expect(readFileSync(join(home, 'note'), 'utf8')).toBe('whole')
    expect(readdirSync(home)).toEqual(['note'])
  })

  it('is an error where it is taken again and again, or the folder is gone', () => {
    const home = temporaryHome()
    mkdirSync(home, { recursive: true, mode: 0o700 })
    atPoint.mockImplementation(() => clearPartialFiles(home))
    expect(() => writePrivateFile(join(home, 'note'), 'whole')).toThrow(expect.objectContaining({ code: 'store.unwritable' }))
    expect(existsSync(join(home, 'note'))).toBe(false)
    expect(() => writePrivateFile(join(home, 'none', 'note'), 'whole')).toThrow(expect.objectContaining({ code: 'store.unwritable' }))
  })
})
