import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openProfileDatabase } from '../../../src/host/storage/database.ts'
import { migrations } from '../../../src/host/storage/migrations/index.ts'

let folder: string
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'hesystem-storage-')) })
afterEach(() => { rmSync(folder, { recursive: true, force: true }) })

const path = (): string => join(folder, 'profile.sqlite')
const first = [{ version: 1, sql: 'CREATE TABLE a (x INTEGER)' }]
const second = [...first, { version: 2, sql: 'CREATE TABLE b (x INTEGER)' }]

describe('the profile database (S17)', () => {
  it('is made private, with a write-ahead log and full synchronisation', () => {
    const database = openProfileDatabase(path())
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(database.pragma('synchronous', { simple: true })).toBe(2)
    expect(statSync(path()).mode & 0o777).toBe(0o600)
    database.close()
  })

  it('numbers its migrations without gaps, and each can be applied', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1))
    openProfileDatabase(path()).close()
    const again = openProfileDatabase(path())
    expect(again.pragma('user_version', { simple: true })).toBe(migrations.length)
    again.close()
  })

  it('keeps a copy of the older format before it migrates, and what stood in it', () => {
    const old = openProfileDatabase(path(), first)
    old.exec('INSERT INTO a VALUES (7)')
    old.close()
    const now = openProfileDatabase(path(), second)
    expect(now.prepare('SELECT x FROM a').all()).toEqual([{ x: 7 }])
    now.close()
    const backup = openProfileDatabase(`${path()}.before-2`, first)
    expect(backup.prepare('SELECT x FROM a').all()).toEqual([{ x: 7 }])
    backup.close()
  })

  it('leaves no half of a migration that fails', () => {
    openProfileDatabase(path(), first).close()
    const broken = [...first, { version: 2, sql: 'CREATE TABLE b (x INTEGER); CREATE TABLE a (x INTEGER)' }]
    expect(() => openProfileDatabase(path(), broken)).toThrowError()
    const after = openProfileDatabase(path(), first)
    expect(after.prepare("SELECT name FROM sqlite_master WHERE name = 'b'").all()).toEqual([])
    after.close()
  })

  it('refuses a database of a newer version and leaves it untouched', () => {
    openProfileDatabase(path(), second).close()
    const before = readFileSync(path())
    expect(() => openProfileDatabase(path(), first)).toThrowError(expect.objectContaining({ code: 'store.newer-version' }))
    expect(readFileSync(path()).equals(before)).toBe(true)
    expect(existsSync(`${path()}.before-1`)).toBe(false)
  })

  it('refuses a file that is no database, and one with damaged pages', () => {
    writeFileSync(path(), 'this is not a database, but it is long enough to look at'.repeat(50))
    expect(() => openProfileDatabase(path())).toThrowError(expect.objectContaining({ code: 'store.corrupt' }))
  })
})
