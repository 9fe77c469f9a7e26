import { randomInt } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openProfileDatabase, type ProfileDatabase } from '../../../src/host/storage/database.ts'
import { toErrorDocument } from '../../../src/shared/errors.ts'

let folder: string
let opened: ProfileDatabase[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hesystem-faults-'))
  opened = []
})
afterEach(() => {
  for (const database of opened) database.close()
  rmSync(folder, { recursive: true, force: true })
})

const open = (path = join(folder, 'profile.sqlite')): ProfileDatabase => {
  const database = openProfileDatabase(path)
  opened.push(database)
  return database
}
const write = (database: ProfileDatabase, name: string, value = ''): void => {
  database.prepare('INSERT INTO setting (name, value) VALUES (?, ?)').run(name, JSON.stringify(value))
}
const read = (database: ProfileDatabase): string[] =>
  database.prepare<[], { name: string }>('SELECT name FROM setting ORDER BY rowid').all().map(({ name }) => name)
const problemOf = (act: () => unknown): { code: string; next: string } | null => {
  try {
    act()
    return null
  } catch (error) {
    return toErrorDocument(error)
  }
}

describe('a write-ahead log that is damaged (S19)', () => {
  const transactions = 12
  let at: number
  beforeEach(() => { at = 0 })

  /** A live database: `first` is in its main file, the rest in its log alone; `ends` is where each transaction ends in the log. */
  const writeLive = (): { main: string; wal: Buffer; ends: number[] } => {
    const live = open()
    write(live, 'first')
    live.pragma('wal_checkpoint(TRUNCATE)')
    live.pragma('wal_autocheckpoint = 0')
    const main = join(folder, 'profile.sqlite')
    const ends: number[] = []
    for (let index = 0; index < transactions; index += 1) {
      write(live, `t${index}`, 'x'.repeat(index * 700))
      ends.push(statSync(`${main}-wal`).size)
    }
    return { main, wal: readFileSync(`${main}-wal`), ends }
  }

  /**
   * Opens a copy with another log: what it holds, or the code it is refused with. With the index, it is as a killed process left it;
   * without, as after a power cut.
   */
  const openCopy = (main: string, wal: Buffer, withIndex = false): string[] | string => {
    const copy = join(folder, `copy-${at += 1}`)
    mkdirSync(copy)
    const path = join(copy, 'profile.sqlite')
    copyFileSync(main, path)
    writeFileSync(`${path}-wal`, wal)
    if (withIndex) copyFileSync(`${main}-shm`, `${path}-shm`)
    let names: string[] = []
    const problem = problemOf(() => { names = read(open(path)) })
    return problem === null ? names : problem.code
  }

  /** All that stood whole before the damage is there, nothing after a gap, or the file is refused by name. */
  const expectPrefix = (outcome: string[] | string, ends: readonly number[], damagedAt: number, told: string): void => {
    if (typeof outcome === 'string') {
      expect(outcome, told).toBe('store.corrupt')
      return
    }
    const all = ['first', ...ends.map((_, index) => `t${index}`)]
    const whole = 1 + ends.filter((end) => end <= damagedAt).length
    expect(outcome, told).toEqual(all.slice(0, whole))
  }

  it('cut short at any place keeps every transaction that ended before the cut', () => {
    const { main, wal, ends } = writeLive()
    expect(ends).toHaveLength(transactions)
    const cuts = [0, 1, 31, 32, 33, ...ends.flatMap((end) => [end - 1, end]), ...Array.from({ length: 12 }, () => randomInt(wal.length))]
    for (const cut of cuts) expectPrefix(openCopy(main, wal.subarray(0, cut)), ends, cut, `cut at ${cut}`)
  })

  /** Places in every part of the log: its header, frame headers, pages. */
  const placesIn = (wal: Buffer, ends: readonly number[]): number[] =>
    [
      0, 5, 9, 13, 17, 25, ...ends.map((end) => end - 1), ...ends.map((end) => end + 2),
      ...Array.from({ length: 24 }, () => 32 + randomInt(wal.length - 32)),
    ].filter((place) => place < wal.length)
  const change = (wal: Buffer, place: number): Buffer => {
    const changed = Buffer.from(wal)
    changed[place] = (changed[place] ?? 0) ^ 0x40
    return changed
  }

  it('with a changed byte keeps every transaction that ended before it, and is refused where more than the last one is behind it', () => {
    const { main, wal, ends } = writeLive()
    for (const place of placesIn(wal, ends)) {
      const outcome = openCopy(main, change(wal, place))
      expectPrefix(outcome, ends, place, `byte ${place}`)
      if (ends.filter((end) => end > place).length > 2) expect(outcome, `byte ${place}`).toBe('store.corrupt')
    }
  })

  it('is refused wherever a byte was changed or the end is missing, when the index says how much had been committed', () => {
    const { main, wal, ends } = writeLive()
    expect(openCopy(main, wal, true)).toHaveLength(transactions + 1)
    for (const place of placesIn(wal, ends)) expect(openCopy(main, change(wal, place), true), `byte ${place}`).toBe('store.corrupt')
    for (const end of ends.slice(0, -1)) expect(openCopy(main, wal.subarray(0, end), true), `cut at ${end}`).toBe('store.corrupt')
  })

  it('is left as it is when it is refused, so that it can be looked at', () => {
    const { main, wal, ends } = writeLive()
    const damaged = change(wal, (ends[0] ?? 0) + 100)
    expect(openCopy(main, damaged)).toBe('store.corrupt')
    expect(readFileSync(join(folder, `copy-${at}`, 'profile.sqlite-wal')).equals(damaged)).toBe(true)
  })

  it('begins anew behind a transaction that was cut off, whose rest is not taken for damage later', () => {
    const { main, wal, ends } = writeLive()
    const torn = wal.subarray(0, (ends.at(-1) ?? 0) - 4000)
    expect(openCopy(main, torn)).toHaveLength(transactions)
    expect(statSync(join(folder, `copy-${at}`, 'profile.sqlite-wal')).size).toBe(0)
  })

  it('that is gone, or was never filled, leaves what is in the main file; rubbish in its place is refused', () => {
    const { main, wal } = writeLive()
    expect(openCopy(main, Buffer.alloc(0))).toEqual(['first'])
    expect(openCopy(main, Buffer.alloc(wal.length))).toEqual(['first'])
    expect(openCopy(main, Buffer.alloc(wal.length, 0x5a))).toBe('store.corrupt')
  })

  it('is not held to be damaged while another connection writes, and begins it anew', () => {
    const live = open()
    live.pragma('wal_autocheckpoint = 7')
    for (let index = 0; index < 60; index += 1) {
      write(live, `w${index}`, 'x'.repeat(randomInt(9000)))
      const other = openProfileDatabase(join(folder, 'profile.sqlite'))
      expect(read(other)).toHaveLength(index + 1)
      other.close()
    }
  })

  it('beside a main file cut short is refused, and the way out is named', () => {
    const path = join(folder, 'profile.sqlite')
    const database = openProfileDatabase(path)
    write(database, 'first', 'x'.repeat(50_000))
    database.close()
    truncateSync(path, statSync(path).size - 4096 * 3)
    expect(problemOf(() => open(path))).toMatchObject({ code: 'store.corrupt', next: expect.stringContaining('backup') })
  })
})

describe('a profile that cannot be written (S17)', () => {
  it('says so when the disk is full, keeps what was there, takes no half of a transaction, and goes on when there is room', () => {
    const database = open()
    write(database, 'first')
    const pages = Number(database.pragma('page_count', { simple: true }))
    database.pragma(`max_page_count = ${pages}`)
    const both = database.transaction(() => {
      write(database, 'half')
      write(database, 'large', 'x'.repeat(200_000))
    })
    const problem = problemOf(() => { both.immediate() })
    expect(problem).toMatchObject({ code: 'store.unwritable', next: expect.stringContaining('free space') })
    expect(read(database)).toEqual(['first'])
    database.pragma(`max_page_count = ${pages + 1000}`)
    both.immediate()
    expect(read(database)).toEqual(['first', 'half', 'large'])
  })

  it('is read as before when it has become read-only, and each write says why', () => {
    const database = open()
    write(database, 'first')
    database.pragma('query_only = ON')
    expect(problemOf(() => { write(database, 'second') })).toMatchObject({ code: 'store.unwritable', next: expect.stringContaining('belongs to you') })
    expect(read(database)).toEqual(['first'])
  })

  // root may write whatever the modes say
  it('is not made where no folder can be', () => {
    writeFileSync(join(folder, 'file'), '')
    expect(problemOf(() => open(join(folder, 'file', 'profile.sqlite')))).toMatchObject({ code: 'store.unwritable' })
  })
})

describe('two instances on one profile', () => {
  it('see each other\'s writes; one that waits too long is told so, and succeeds when the other is done', () => {
    const one = open()
    const other = open()
    write(one, 'first')
    expect(read(other)).toEqual(['first'])
    other.pragma('busy_timeout = 20')
    one.exec('BEGIN IMMEDIATE')
    write(one, 'second')
    expect(problemOf(() => { write(other, 'third') })).toMatchObject({ code: 'store.busy', next: expect.stringContaining('try again') })
    expect(read(other)).toEqual(['first'])
    one.exec('COMMIT')
    write(other, 'third')
    expect(read(one)).toEqual(['first', 'second', 'third'])
  })
})
