import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { sampleColumnsPath, sampleDatasetPath } from '../../../src/host/datasets/sample.ts'
import { createRational } from '../../../src/crypto/rational.ts'
import { decodeInteger } from '../../../src/crypto/encoding.ts'
import type { ColumnNotes } from '../../../src/host/datasets/clean.ts'
import { createDatasetService, type DatasetService } from '../../../src/host/datasets/dataset-service.ts'
import { assertColumns, assertManifest, ciphertextLengthOf } from '../../../src/host/datasets/tensor-wire.ts'
import { createVault } from '../../../src/host/secrets/vault.ts'
import { openProfileDatabase, type ProfileDatabase } from '../../../src/host/storage/database.ts'
import { createEngine } from '../../../src/engine/create-engine.ts'
import type { Progress } from '../../../src/engine/engine.ts'
import { createFakeEngine, type FakeEngine } from './fake-engine.ts'
import { refusal } from './fixtures.ts'

const folder = mkdtempSync(join(tmpdir(), 'hesystem-datasets-'))
const dataKey = new Uint8Array(randomBytes(32))
let run = 0
let path = ''
let database: ProfileDatabase
let engine: FakeEngine
let service: DatasetService
let use: string | null = null

const open = (): void => {
  database = openProfileDatabase(path)
  const vault = createVault(dataKey)
  service = createDatasetService({ database, vault, engine: () => Promise.resolve(engine), findUse: () => use, now: () => new Date(0) })
}

beforeEach(() => {
  run += 1
  path = join(folder, String(run), 'profile.db')
  engine = createFakeEngine()
  use = null
  open()
})

/** Seven columns, so that chunks of a mebibyte hold 292 rows under 2048 bits. */
const wide = (rows: number): string =>
  `a,b,c,d,e,f,g\n${Array.from({ length: rows }, (_, row) => Array.from({ length: 7 }, (_unused, at) => row * 7 + at + 0.5).join(',')).join('\n')}\n`

const hashes = async (name: string): Promise<string[]> => {
  const tensor = service.readTensor(name, 'data')
  return Promise.all(tensor.leaves.map(async (_, index) => createHash('sha256').update(await tensor.readChunk(index)).digest('hex')))
}
const storedHashes = (): string[] =>
  (database.prepare('SELECT ciphertexts FROM chunks ORDER BY chunk').all() as { ciphertexts: Buffer }[]).map(({ ciphertexts }) => createHash('sha256').update(ciphertexts).digest('hex'))

describe('importing a dataset', () => {
  it('keeps its cells exactly, its columns and its report', async () => {
    await service.importTable({ name: 'small', text: 'a,b\n0.1,x\n1e-7,y\n-3,x\n' })
    expect(service.readRows('small')).toEqual([[0.1, 0], [1e-7, 1], [-3, 0]])
    expect(service.readColumns('small').map(({ name, type }) => [name, type])).toEqual([['a', 'number'], ['b', 'category']])
    expect(service.show('small')).toMatchObject({ name: 'small', rows: 3, columns: 2, createdAt: '1970-01-01T00:00:00.000Z', testRows: null, data: null, test: null, report: { rowsRead: 3 } })
    expect(service.list().map(({ name }) => name)).toEqual(['small'])
  })

  it('reads files', async () => {
    const file = join(folder, 'umsätze.csv')
    writeFileSync(file, Buffer.from('ums\xe4tze;n\r\n1.234,5;1\r\n', 'latin1'))
    await service.importTable({ name: 'file', path: file })
    expect(service.readRows('file')).toEqual([[1234.5, 1]])
    await expect(service.importTable({ name: 'none', path: join(folder, 'none.csv') })).rejects.toThrow(refusal('input.csv-unreadable'))
  })

  it('has the sample table with its units, which are dollars an hour and not their logarithm', async () => {
    const sampleColumns = JSON.parse(readFileSync(sampleColumnsPath(), 'utf8')) as Record<string, ColumnNotes>
    await service.importTable({ name: 'wages', path: sampleDatasetPath(), options: { columns: sampleColumns } })
    const columns = service.readColumns('wages')
    const wage = columns.findIndex(({ name }) => name === 'wage')
    const wages = service.readRows('wages').map((row) => row[wage] ?? Number.NaN)
    expect([service.show('wages').rows, columns.length, columns[wage]?.unit]).toEqual([534, 11, '$/h'])
    expect(wages.reduce((sum, value) => sum + value, 0) / 534).toBeCloseTo(9.024, 3)
    expect(Object.keys(sampleColumns).toSorted()).toEqual(columns.map(({ name }) => name).toSorted())
  })

  it.each([
    ['input.csv-not-a-number', 'a\n1\n2\nx\n'], ['input.csv-ragged', 'a,b\n1,2\n3\n'], ['input.csv-header-duplicate', 'a,a\n1,2\n'], ['input.csv-header-empty', 'a,\n1,2\n'], ['input.csv-no-rows', 'a,b\n'],
    ['input.csv-number-out-of-range', 'a\n1\nNaN\n'], ['input.csv-number-out-of-range', 'a\n1\n1e308\n'], ['input.csv-missing-values', 'a\n1\nNA\n'],
  ])('refuses bad input and changes nothing: %s', async (code, text) => {
    await expect(service.importTable({ name: 'bad', text })).rejects.toThrow(refusal(code))
    expect(service.list()).toEqual([])
    expect(database.prepare('SELECT name FROM sqlite_master WHERE name LIKE \'cells%\'').all()).toEqual([])
  })

  it('refuses a name twice, and names that are none, leaving what there is', async () => {
    await service.importTable({ name: 'one', text: 'a\n1\n' })
    await expect(service.importTable({ name: 'one', text: 'a\n2\n' })).rejects.toThrow(refusal('input.dataset-exists'))
    for (const name of ['', '-a', 'a b', '../a', 'a;drop', 'x'.repeat(65)]) {
      await expect(service.importTable({ name, text: 'a\n2\n' })).rejects.toThrow(refusal('input.dataset-name-invalid'))
    }
    expect(service.readRows('one')).toEqual([[1]])
  })

  it('takes names of columns that mean something to SQL', async () => {
    await service.importTable({ name: 'odd', text: '"a""; DROP TABLE datasets; --",A,a,row,__proto__,constructor\n1,2,3,4,5,6\n' })
    expect(service.readRows('odd')).toEqual([[1, 2, 3, 4, 5, 6]])
  })

  it('takes as many columns as it says, and 100,000 rows', async () => {
    await service.importTable({ name: 'broad', text: `${Array.from({ length: 1999 }, (_, at) => `c${at}`).join(',')}\n${Array.from({ length: 1999 }, () => 7).join(',')}\n` })
    expect(service.readRows('broad')[0]).toHaveLength(1999)
    const rows = Array.from({ length: 100_000 }, (_, at) => `${at},${at / 4},${at % 2 === 0 ? 'even' : 'odd'}`)
    await service.importTable({ name: 'long', text: `id,x,parity\n${rows.join('\n')}\n`, options: { columns: { id: { type: 'number' } } } })
    expect(service.readRows('long').at(-1)).toEqual([99_999, 24_999.75, 1])
  })

  it('knows only the datasets there are', async () => {
    expect(() => service.show('none')).toThrow(refusal('input.not-found'))
    expect(() => service.readRows('none')).toThrow(refusal('input.not-found'))
    await expect(service.remove('none')).rejects.toThrow(refusal('input.not-found'))
  })
})

describe('encrypting a dataset', () => {
  it('gives a commitment that holds, and ciphertexts in the engine\'s order', async () => {
    await service.importTable({ name: 'wide', text: wide(700) })
    await service.encrypt('wide', { keyBits: 2048 })
    const tensor = service.readTensor('wide', 'data')
    const n = engine.keys[0]?.publicKey.n.toString(16)
    expect(tensor.commitment).toMatchObject({ rows: 700, columns: 7, chunkRows: 292, chunks: 3, key: { bits: 2048, n } })
    expect(() => { assertManifest(tensor) }).not.toThrow()
    expect(() => { assertColumns(tensor.commitment, service.readColumns('wide')) }).not.toThrow()
    const source = tensor.source()
    const key = service.readKeyPair('wide', 'data')
    const integers = await engine.decrypt(key, await source.read(0, source.count))
    const values = integers.map((integer) => decodeInteger(integer, createRational(1n, 10n)))
    expect(values).toEqual(Array.from({ length: 4900 }, (_, cell) => (cell % 700) * 7 + Math.floor(cell / 700) + 0.5))
    expect((await tensor.readChunk(2)).length).toBe((700 - 584) * 7 * ciphertextLengthOf(tensor.commitment))
    await expect(tensor.readChunk(3)).rejects.toThrow(refusal('input.not-found'))
  })

  it('is done once: again, it does nothing', async () => {
    await service.importTable({ name: 'wide', text: wide(700) })
    await service.encrypt('wide', { keyBits: 2048 })
    const before = await hashes('wide')
    await service.encrypt('wide')
    expect(await hashes('wide')).toEqual(before)
    expect([engine.keys.length, engine.cells.count]).toEqual([1, 4900])
    await expect(service.encrypt('wide', { keyBits: 3072 })).rejects.toThrow(refusal('input.dataset-encrypted'))
  })

  it('takes 3072 bits unless told otherwise', async () => {
    await service.importTable({ name: 'tiny', text: 'a\n1\n2\n' })
    await service.encrypt('tiny')
    expect(service.show('tiny').data).toMatchObject({ keyBits: 3072, chunks: 1, chunksDone: 1, rows: 2 })
  })

  it('tells its progress in cells, over all chunks', async () => {
    await service.importTable({ name: 'wide', text: wide(700) })
    const seen: Progress[] = []
    await service.encrypt('wide', { keyBits: 2048, onProgress: (progress) => seen.push(progress) })
    expect(seen.at(0)).toEqual({ done: 0, total: 4900, estimatedSecondsLeft: null })
    expect(seen.at(-1)).toMatchObject({ done: 4900, total: 4900, estimatedSecondsLeft: 0 })
    expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).toSorted((a, b) => a - b))
  })

  it('goes on after being stopped, under the same key, and leaves finished chunks as they are', async () => {
    await service.importTable({ name: 'wide', text: wide(1000) })
    const controller = new AbortController()
    let batches = 0
    engine.onBatch = () => { batches += 1; if (batches === 3) controller.abort() }
    await expect(service.encrypt('wide', { keyBits: 2048, signal: controller.signal })).rejects.toThrow(refusal('runtime.cancelled'))
    expect(service.show('wide').data).toMatchObject({ chunks: 4, chunksDone: 2, root: null })
    expect(() => service.readTensor('wide', 'data')).toThrow(refusal('input.dataset-not-encrypted'))
    expect(() => service.readKeyPair('wide', 'data')).toThrow(refusal('input.dataset-not-encrypted'))
    const before = storedHashes()
    const progress: number[] = []
    await service.encrypt('wide', { onProgress: ({ done }) => progress.push(done) })
    expect(progress[0]).toBe(2 * 292 * 7)
    expect((await hashes('wide')).slice(0, 2)).toEqual(before)
    expect([engine.keys.length, engine.cells.count]).toEqual([1, 7000])
    expect(() => { assertManifest(service.readTensor('wide', 'data')) }).not.toThrow()
  })

  it('goes on after the program died in the middle of a chunk (S20)', async () => {
    await service.importTable({ name: 'wide', text: wide(1000) })
    let batches = 0
    engine.onBatch = () => { batches += 1; if (batches === 4) database.close() }
    await expect(service.encrypt('wide', { keyBits: 2048 })).rejects.toThrow('not open')
    engine.onBatch = () => undefined
    open()
    expect(service.show('wide').data).toMatchObject({ chunks: 4, chunksDone: 3, root: null })
    const before = storedHashes()
    await service.encrypt('wide', { keyBits: 2048 })
    expect((await hashes('wide')).slice(0, 3)).toEqual(before)
    expect(engine.keys).toHaveLength(1)
    const tensor = service.readTensor('wide', 'data')
    const integers = await engine.decrypt(service.readKeyPair('wide', 'data'), await tensor.source().read(6000, 1000))
    expect(integers).toEqual(Array.from({ length: 1000 }, (_, row) => BigInt(row * 70 + 65)))
  })

  it('keeps the key from the moment there is one: stopped before the first chunk, it is not made anew', async () => {
    await service.importTable({ name: 'tiny', text: 'a\n1\n2\n' })
    engine.onBatch = () => { throw new Error('power cut') }
    await expect(service.encrypt('tiny', { keyBits: 2048 })).rejects.toThrow('power cut')
    database.close()
    open()
    engine.onBatch = () => undefined
    await service.encrypt('tiny')
    expect(engine.keys).toHaveLength(1)
    expect(service.readKeyPair('tiny', 'data')).toEqual(engine.keys[0])
  })

  it('is not begun twice at once, and not pulled from under its own feet', async () => {
    await service.importTable({ name: 'tiny', text: 'a\n1\n2\n' })
    const first = service.encrypt('tiny', { keyBits: 2048 })
    const second = service.encrypt('tiny', { keyBits: 2048 })
    await expect(service.remove('tiny')).rejects.toThrow(refusal('input.dataset-busy'))
    await expect(second).rejects.toThrow(refusal('input.dataset-busy'))
    await first
    expect(service.show('tiny').data?.root).not.toBeNull()
  })

  it('writes no key in the clear, in no spelling, and gives none to another vault', async () => {
    await service.importTable({ name: 'tiny', text: 'a\n1\n2\n' })
    await service.encrypt('tiny', { keyBits: 2048 })
    service.createTestData('tiny')
    await service.encryptTestData('tiny', { keyBits: 2048 })
    const files = readdirSync(join(folder, String(run))).map((name) => readFileSync(join(folder, String(run), name)))
    const everything = Buffer.concat(files)
    const [first] = engine.keys
    expect(everything.includes(first?.publicKey.n.toString(16) ?? '')).toBe(true)
    for (const secret of engine.keys.flatMap(({ p, q }) => [p, q])) {
      const bytes = Buffer.from(secret.toString(16), 'hex')
      const tail = bytes.subarray(40, 56)
      for (const spelling of [tail, tail.toString('hex'), tail.toString('hex').toUpperCase(), secret.toString().slice(100, 130), bytes.subarray(39, 57).toString('base64'), Buffer.from(tail).reverse()]) {
        expect(everything.includes(spelling)).toBe(false)
      }
    }
    const vault = createVault(new Uint8Array(randomBytes(32)))
    const stranger = createDatasetService({ database, vault, engine: () => Promise.resolve(engine) })
    expect(() => stranger.readKeyPair('tiny', 'data')).toThrow(refusal('crypto.unsealing-failed'))
  })

  it('hides the cells from all but the key, with the real engine', async () => {
    const real = await createEngine({ workers: 1 })
    try {
      const seller = createDatasetService({ database, vault: createVault(dataKey), engine: () => Promise.resolve(real) })
      await seller.importTable({ name: 'real', text: 'a,b\n1.25,-3\n0,1e6\n-7.5,0\n' })
      await seller.encrypt('real', { keyBits: 2048 })
      const ciphertexts = await seller.readTensor('real', 'data').source().read(0, 6)
      expect(await real.decrypt(seller.readKeyPair('real', 'data'), ciphertexts)).toEqual([125n, 0n, -750n, -3n, 1_000_000n, 0n])
    } finally {
      await real.close()
    }
  })

  it('notices a chunk that rotted on disk', async () => {
    await service.importTable({ name: 'tiny', text: 'a\n1\n2\n' })
    await service.encrypt('tiny', { keyBits: 2048 })
    const { ciphertexts } = database.prepare('SELECT ciphertexts FROM chunks').get() as { ciphertexts: Buffer }
    ciphertexts[100] = (ciphertexts[100] ?? 0) ^ 1
    database.prepare('UPDATE chunks SET ciphertexts = ?').run(ciphertexts)
    await expect(service.readTensor('tiny', 'data').readChunk(0)).rejects.toThrow(refusal('store.corrupt'))
    await expect(Promise.resolve(service.readTensor('tiny', 'data').source().read(0, 1))).rejects.toThrow(refusal('store.corrupt'))
  })
})

describe('test data (S6)', () => {
  it('stand under a key of their own and hold what is shown in the clear', async () => {
    await service.importTable({ name: 'wages', path: sampleDatasetPath() })
    await service.encrypt('wages', { keyBits: 2048 })
    expect(() => service.readTestRows('wages')).toThrow(refusal('input.test-data-missing'))
    await expect(service.encryptTestData('wages')).rejects.toThrow(refusal('input.test-data-missing'))
    service.createTestData('wages')
    await service.encryptTestData('wages', { keyBits: 2048 })
    const rows = service.readTestRows('wages')
    const test = service.readTensor('wages', 'test')
    const data = service.readTensor('wages', 'data')
    expect(test.commitment.key.keyId).not.toBe(data.commitment.key.keyId)
    expect(test.commitment.schemaHash).toBe(data.commitment.schemaHash)
    expect(test.commitment).toMatchObject({ rows: 50, columns: 11 })
    const integers = await engine.decrypt(service.readKeyPair('wages', 'test'), await test.source().read(0, 550))
    const columns = service.readColumns('wages')
    const denominators = columns.flatMap(({ scale }) => rows.map(() => BigInt(scale.denominator)))
    const values = integers.map((integer, cell) => decodeInteger(integer, createRational(1n, denominators[cell])))
    expect(values).toEqual(columns.flatMap((_, at) => rows.map((row) => row[at])))
  })

  it('are twice the minimum of rows, at least fifty, or as many as asked for', async () => {
    for (const [name, options, rows] of [['a', {}, 50], ['b', { minRows: 40 }, 80], ['c', { rows: 7 }, 7]] as const) {
      await service.importTable({ name, text: 'x\n1.5\n2\n' })
      service.createTestData(name, options)
      expect(service.readTestRows(name)).toHaveLength(rows)
      expect(service.show(name).testRows).toBe(rows)
    }
    for (const rows of [0, -1, 1.5, 10_001]) {
      await service.importTable({ name: `r${String(rows).replace('-', 'm')}`, text: 'x\n1.5\n2\n' })
      expect(() => { service.createTestData(`r${String(rows).replace('-', 'm')}`, { rows }) }).toThrow(refusal('input.test-rows-invalid'))
    }
  })

  it('once made stay: asked for again they are the same, asked for otherwise refused', async () => {
    await service.importTable({ name: 'a', text: 'x\n1.5\n2\n' })
    service.createTestData('a', { rows: 20 })
    const before = service.readTestRows('a')
    service.createTestData('a')
    service.createTestData('a', { rows: 20 })
    expect(service.readTestRows('a')).toEqual(before)
    expect(() => { service.createTestData('a', { rows: 21 }) }).toThrow(refusal('input.test-data-exists'))
  })
})

describe('removing a dataset', () => {
  it('leaves nothing of it', async () => {
    await service.importTable({ name: 'gone', text: 'a\n1\n2\n' })
    service.createTestData('gone')
    await service.encrypt('gone', { keyBits: 2048 })
    await service.encryptTestData('gone', { keyBits: 2048 })
    await service.remove('gone')
    expect(service.list()).toEqual([])
    for (const table of ['datasets', 'tensors', 'tensor_leaves', 'chunks']) expect(database.prepare(`SELECT COUNT(*) AS count FROM ${table}`).get()).toEqual({ count: 0 })
    expect(database.prepare('SELECT name FROM sqlite_master WHERE name LIKE \'cells%\'').all()).toEqual([])
    await service.importTable({ name: 'gone', text: 'a\n3\n' })
    expect(service.readRows('gone')).toEqual([[3]])
  })

  it('is refused while a listing stands on it', async () => {
    await service.importTable({ name: 'sold', text: 'a\n1\n2\n' })
    use = 'sold-1'
    await expect(service.remove('sold')).rejects.toThrow(refusal('input.dataset-in-use'))
    expect(service.readRows('sold')).toEqual([[1], [2]])
  })
})
