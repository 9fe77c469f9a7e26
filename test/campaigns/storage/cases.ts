import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { findFreePort } from '../../../src/cli/demo/free-port.ts'
import { clockOptions } from './command.ts'
import { readRows, type HalfTrade } from './stage.ts'

/** What one fault came to: the code it was refused with, or null where the program went on; the trade was then ended well. */
export interface Found {
  readonly fault: string
  readonly code: string | null
}

const pathsOf = (home: string): { readonly main: string, readonly log: string, readonly index: string } => {
  const main = join(home, 'profile.sqlite')
  return { main, log: `${main}-wal`, index: `${main}-shm` }
}
/** All of a profile, file by file, byte by byte; the index that SQLite makes anew is nobody's content. */
const readHome = (home: string): Map<string, string> => new Map(readdirSync(home).filter((name) => !name.endsWith('-shm')).sort()
  .map((name) => [name, readFileSync(join(home, name)).toString('base64')]))
const logFrame = 4096 + 24

/** What is done to the log that the killed server left; with `afterPowerCut` the index beside it, which memory held, is gone. */
export interface LogFault {
  readonly fault: string
  readonly afterPowerCut: boolean
  readonly damage: (log: string) => void
}
const flip = (path: string, at: number): void => {
  const bytes = readFileSync(path)
  bytes[at] = (bytes[at] ?? 0) ^ 0x40
  writeFileSync(path, bytes)
}
export const cutAt = (share: number, afterPowerCut: boolean): LogFault => ({
  fault: `write-ahead log cut to ${Math.round(share * 100)} %${afterPowerCut ? ', index gone' : ''}`,
  afterPowerCut,
  damage: (log) => { truncateSync(log, Math.floor(statSync(log).size * share)) },
})
export const lastFrame = (afterPowerCut: boolean): LogFault => ({
  fault: `last frame of the write-ahead log changed${afterPowerCut ? ', index gone' : ''}`,
  afterPowerCut,
  damage: (log) => { flip(log, 32 + Math.floor((statSync(log).size - 32) / logFrame) * logFrame - 100) },
})
/** A transaction that was being written when the machine stopped: frames behind the last whole one. */
export const tornEnd = (bytes: number): LogFault => ({
  fault: `${bytes} bytes of a next transaction behind the log`,
  afterPowerCut: true,
  damage: (log) => {
    const whole = readFileSync(log)
    const next = Buffer.from(whole.subarray(whole.length - logFrame))
    next.writeUInt32BE(0, 4)
    writeFileSync(log, Buffer.concat([whole, next.subarray(0, bytes)]))
  },
})

/**
 * The seller's log is damaged and its server started again: it is refused as `store.corrupt`, and not a byte was changed, or it goes on to
 * the trade's one right end.
 */
export const breakLog = async (trade: HalfTrade, { fault, afterPowerCut, damage }: LogFault): Promise<Found> => {
  await trade.restore()
  const { log, index } = pathsOf(trade.seller)
  const whole = readFileSync(log)
  damage(log)
  if (afterPowerCut) rmSync(index, { force: true })
  const before = readHome(trade.seller)
  const looked = await trade.run(trade.seller, ['sales', 'list'])
  if (looked.code !== null) {
    assert.equal(looked.code, 'store.corrupt', looked.stderr)
    assert.deepEqual(readHome(trade.seller), before, `${fault}: a refused profile was changed`)
    // The way out that is left to its owner: the log as it was.
    writeFileSync(log, whole)
  } else {
    assert.equal(looked.exitCode, 0, looked.stderr)
  }
  await trade.serve()
  await trade.finish()
  return { fault, code: looked.code }
}

/** No file may grow any more while the server works; then there is room again. */
export const fillDisk = async (trade: HalfTrade): Promise<Found> => {
  await trade.restore()
  const server = await trade.serve()
  const limit = (bytes: string): void => { execFileSync('prlimit', ['--pid', String(server.pid), `--fsize=${bytes}:unlimited`]) }
  const { main } = pathsOf(trade.buyer)
  const { size } = statSync(main)
  // The buyer's own disk first: a command that writes.
  const refused = await trade.run(trade.buyer, ['network', 'add', 'other', '--rpc', 'http://127.0.0.1:9', '--chain-id', '5'], {
    through: ['prlimit', '--fsize=100', '--'],
  })
  assert.equal(refused.code, 'store.unwritable', refused.stderr)
  assert.ok(statSync(main).size >= size)
  assert.equal(readRows(trade.buyer, 'SELECT name FROM network WHERE name = \'other\'').length, 0)
  limit('100')
  const confirmed = await trade.run(trade.buyer, ['request', '1'])
  limit('unlimited')
  assert.ok(confirmed.exitCode === 0 || confirmed.code !== 'bug.unexpected', confirmed.stderr)
  assert.ok(!server.said().includes('bug.unexpected'), server.said())
  await trade.finish()
  return { fault: 'disk full (no file may grow), at the buyer and at the seller', code: refused.code }
}

/** root may write everywhere; without these it is held to the modes like anybody. */
const asAnybody = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--'] : []

export const makeReadOnly = async (trade: HalfTrade): Promise<Found> => {
  await trade.restore()
  const files = readdirSync(trade.seller).map((name) => join(trade.seller, name))
  for (const file of files) chmodSync(file, 0o400)
  chmodSync(trade.seller, 0o500)
  const before = readHome(trade.seller)
  const refused = await trade.run(trade.seller, ['serve', '--port', '0'], { through: asAnybody })
  const after = readHome(trade.seller)
  chmodSync(trade.seller, 0o700)
  for (const file of files) chmodSync(file, 0o600)
  assert.equal(refused.code, 'store.unwritable', refused.stderr)
  assert.deepEqual(after, before)
  await trade.serve()
  await trade.finish()
  return { fault: 'profile read-only', code: refused.code }
}

export const serveTwice = async (trade: HalfTrade): Promise<Found> => {
  await trade.restore()
  await Promise.all([trade.serve(), trade.serve({}, await findFreePort())])
  const taken = await trade.run(trade.seller, ['serve', '--port', String(trade.port)])
  assert.ok(taken.code !== null && !taken.code.startsWith('bug.'), taken.stderr)
  await trade.finish()
  return { fault: 'two servers on one profile; a third on a taken port', code: taken.code }
}

export const setClock = async (trade: HalfTrade, hours: number): Promise<Found> => {
  await trade.restore()
  await trade.serve(clockOptions(hours * 3_600_000))
  await trade.finish()
  return { fault: `the seller's clock set ${hours < 0 ? 'back' : 'ahead'} by ${Math.abs(hours)} h`, code: null }
}

export const raiseVersion = async (trade: HalfTrade): Promise<Found> => {
  await trade.restore()
  const { main } = pathsOf(trade.seller)
  const setVersion = (change: (version: number) => number): void => {
    const database = new Database(main)
    try {
      database.pragma(`user_version = ${change(Number(database.pragma('user_version', { simple: true })))}`)
    } finally {
      database.close()
    }
  }
  setVersion((version) => version + 1)
  const before = readHome(trade.seller)
  const refused = await trade.run(trade.seller, ['serve', '--port', '0'])
  assert.equal(refused.code, 'store.newer-version', refused.stderr)
  assert.deepEqual(readHome(trade.seller), before)
  setVersion((version) => version - 1)
  await trade.serve()
  await trade.finish()
  return { fault: 'database from a newer version', code: refused.code }
}

/** A database cut short, which no log can mend; the copy kept beside it goes on. */
export const cutDatabase = async (trade: HalfTrade): Promise<Found> => {
  await trade.restore()
  const { main } = pathsOf(trade.seller)
  // Everything into the main file first, so that it is the only copy.
  new Database(main).close()
  const kept = join(trade.stage.folder, 'kept.sqlite')
  copyFileSync(main, kept)
  truncateSync(main, statSync(main).size - 4096 * 3)
  const refused = await trade.run(trade.seller, ['serve', '--port', '0'])
  assert.equal(refused.code, 'store.corrupt', refused.stderr)
  for (const path of Object.values(pathsOf(trade.seller))) rmSync(path, { force: true })
  copyFileSync(kept, main)
  await trade.serve()
  await trade.finish()
  return { fault: 'database file cut short by three pages', code: refused.code }
}
