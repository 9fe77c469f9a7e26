import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFailpoint } from '../../../src/host/failpoint.ts'
import { openProfileDatabase } from '../../../src/host/storage/database.ts'
import { describeWrite, watchWrites } from '../../../src/host/storage/watch-writes.ts'

/** Which of these points, passed in turn, the process would have been killed at. */
const killedAt = (armed: string, passed: readonly string[]): readonly number[] => {
  const kills: number[] = []
  let at = 0
  const failpoint = createFailpoint({ HESYSTEM_FAILPOINT: armed }, { note: () => undefined, kill: () => { kills.push(at) } })
  for (const name of passed) {
    failpoint?.(name)
    at += 1
  }
  return kills
}

describe('a failpoint', () => {
  it('is not there unless the environment asks for one', () => {
    expect([createFailpoint({}), createFailpoint({ HESYSTEM_FAILPOINT: '' })]).toEqual([null, null])
  })

  it('kills at the passing that is named, of the point that is named, once', () => {
    const passed = ['a', 'b', 'a', 'a', 'b']
    expect(killedAt('a', passed)).toEqual([0])
    expect(killedAt('a@3', passed)).toEqual([3])
    expect(killedAt('b@2', passed)).toEqual([4])
    expect(killedAt('b@3', passed)).toEqual([])
    expect(killedAt('*@2', passed)).toEqual([1])
  })

  it('takes names with anything in them, and no passing that is none', () => {
    expect(killedAt('reply.before:GET /v1/purchases/:id@1', ['x', 'reply.before:GET /v1/purchases/:id'])).toEqual([1])
    for (const passing of ['0', '-1', 'x', '']) expect(() => createFailpoint({ HESYSTEM_FAILPOINT: `a@${passing}` })).toThrow(RangeError)
  })

  it('notes every point passed', () => {
    const lines: string[] = []
    const failpoint = createFailpoint({ HESYSTEM_FAILPOINT_LOG: 'log' }, { note: (path, line) => { lines.push(`${path} ${line}`) }, kill: () => { lines.push('killed') } })
    failpoint?.('a')
    failpoint?.('b')
    expect(lines).toEqual(['log a', 'log b'])
  })
})

describe('a watched database', () => {
  it('tells what a statement writes', () => {
    expect([
      'INSERT INTO sales (a) VALUES (1)', ' insert or replace into results (b) values (2)', 'UPDATE purchases SET x = 1', 'DELETE FROM "wallet" WHERE id = 1',
      'CREATE TABLE IF NOT EXISTS cells_1_data (row)', 'DROP TABLE x',
    ].map(describeWrite)).toEqual(['insert-sales', 'insert-results', 'update-purchases', 'delete-wallet', 'create-cells_1_data', 'drop-x'])
  })

  it('passes a point before and after every write, and after every commit, and none for a question', () => {
    const passed: string[] = []
    const database = openProfileDatabase(':memory:')
    watchWrites(database, (name) => { passed.push(name) })
    const insert = database.prepare('INSERT INTO setting (name, value) VALUES (?, ?)')
    insert.run('a', '1')
    database.transaction(() => {
      insert.run('b', '2')
      database.prepare('DELETE FROM setting WHERE name = ?').run('a')
    }).immediate()
    expect(database.prepare('SELECT name FROM setting').all()).toEqual([{ name: 'b' }])
    database.close()
    expect(passed).toEqual([
      'store.before:insert-setting', 'store.after:insert-setting',
      'store.before:insert-setting', 'store.within:insert-setting', 'store.before:delete-setting', 'store.within:delete-setting', 'store.committed:delete-setting',
    ])
  })
})

describe('a process with a failpoint', () => {
  let folder: string
  beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'hesystem-failpoint-')) })
  afterAll(() => { rmSync(folder, { recursive: true, force: true }) })

  it('is killed on the spot: nothing after the point happens, not even what would have tidied up', () => {
    const module = (name: string): string => JSON.stringify(new URL(`../../../src/host/${name}.ts`, import.meta.url).href)
    const program = join(folder, 'program.ts')
    const path = join(folder, 'profile.sqlite')
    writeFileSync(program, `
      import { writeFileSync } from 'node:fs'
      import { openProfileDatabase } from ${module('storage/database')}
      const database = openProfileDatabase(${JSON.stringify(path)})
      process.on('exit', () => writeFileSync(${JSON.stringify(join(folder, 'exit'))}, ''))
      try {
        database.prepare('INSERT INTO setting (name, value) VALUES (?, ?)').run('kept', '1')
        database.transaction(() => { database.prepare('INSERT INTO setting (name, value) VALUES (?, ?)').run('lost', '2') }).immediate()
      } finally {
        writeFileSync(${JSON.stringify(join(folder, 'finally'))}, '')
      }
    `)
    const log = join(folder, 'log')
    const environment = { ...process.env, HESYSTEM_FAILPOINT: 'store.within:insert-setting', HESYSTEM_FAILPOINT_LOG: log }
    const { signal, stderr } = spawnSync(process.execPath, [program], { env: environment, encoding: 'utf8' })
    expect([signal, stderr]).toEqual(['SIGKILL', 'killed at store.within:insert-setting\n'])
    expect([existsSync(join(folder, 'finally')), existsSync(join(folder, 'exit'))]).toEqual([false, false])
    expect(readFileSync(log, 'utf8').trim().split('\n').slice(-3)).toEqual(['store.after:insert-setting', 'store.before:insert-setting', 'store.within:insert-setting'])
    const database = new Database(path, { readonly: true })
    expect(database.prepare('SELECT name FROM setting').all()).toEqual([{ name: 'kept' }])
    database.close()
  })
})
