import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { createDatasetService, type DatasetService } from '../../../src/host/datasets/dataset-service.ts'
import { createVault } from '../../../src/host/secrets/vault.ts'
import { openProfileDatabase } from '../../../src/host/storage/database.ts'
import { createFakeEngine } from './fake-engine.ts'
import { refusal } from './fixtures.ts'

const folder = mkdtempSync(join(tmpdir(), 'hesystem-anew-'))
const renames: string[][] = []
let dropped: string[] = []
let run = 0
let service: DatasetService
const home = (): string => join(folder, String(run))

beforeEach(() => {
  run += 1
  dropped = []
  const engine = createFakeEngine()
  service = createDatasetService({
    database: openProfileDatabase(join(home(), 'profile.db')),
    vault: createVault(new Uint8Array(randomBytes(32))),
    engine: () => Promise.resolve(engine),
    renameUse: (from, to) => { renames.push([from, to]) },
    beforeDrop: (name) => { dropped.push(name) },
  })
})

describe('importing a dataset anew', () => {
  it('makes its next version; the earlier ones keep their rows, ciphertexts and keys under names of their own', async () => {
    await service.importTable({ name: 'shop', text: 'a\n1\n2\n' })
    await service.encrypt('shop', { keyBits: 2048 })
    const { root } = service.readTensor('shop', 'data').commitment
    renames.length = 0
    for (const text of ['a\n3\n', 'a\n4\n5\n6\n']) await service.importTable({ name: 'shop', text, newVersion: true })
    expect(service.list().map(({ name }) => name)).toEqual(['shop', 'shop@1', 'shop@2'])
    expect(['shop@1', 'shop@2', 'shop'].map((name) => service.readRows(name).flat())).toEqual([[1, 2], [3], [4, 5, 6]])
    expect(service.readTensor('shop@1', 'data').commitment.root).toBe(root)
    expect(service.show('shop').data).toBeNull()
    expect(renames).toEqual([['shop', 'shop@1'], ['shop', 'shop@2']])
  })

  it('changes nothing where the new table is refused, and needs no earlier one', async () => {
    await service.importTable({ name: 'shop', text: 'a\n1\n', newVersion: true })
    await expect(service.importTable({ name: 'shop', text: 'a\nx\n1\n', newVersion: true })).rejects.toThrow(refusal('input.csv-not-a-number'))
    expect(service.list().map(({ name }) => name)).toEqual(['shop'])
    await expect(service.importTable({ name: 'shop@1', text: 'a\n1\n' })).rejects.toThrow(refusal('input.dataset-name-invalid'))
  })
})

describe('dropping the plain rows', () => {
  const bytesOf = (): string => readdirSync(home()).map((name) => readFileSync(join(home(), name), 'latin1')).join('')

  it('waits for the ciphertexts, leaves no cell in any file of the profile, and leaves selling as it was', async () => {
    // A double that is unlikely to stand anywhere by chance, as SQLite writes it.
    const secret = Buffer.alloc(8)
    secret.writeDoubleBE(4077.123456789)
    await service.importTable({ name: 'rows', text: 'a\n4077.123456789\n4077.123456789\n1.5\n' })
    service.createTestData('rows')
    expect(() => { service.dropPlain('rows') }).toThrow(refusal('input.dataset-not-encrypted'))
    expect(service.show('rows').hasPlain).toBe(true)
    await service.encrypt('rows', { keyBits: 2048 })
    expect(bytesOf()).toContain(secret.toString('latin1'))
    service.dropPlain('rows')
    expect(bytesOf()).not.toContain(secret.toString('latin1'))
    expect(service.show('rows').hasPlain).toBe(false)
    expect(dropped).toEqual(['rows'])
    expect(service.readTensor('rows', 'data').commitment.rows).toBe(3)
    expect(service.readKeyPair('rows', 'data').publicKey.bits).toBe(2048)
    await service.encrypt('rows')
    await service.encryptTestData('rows', { keyBits: 2048 })
  })

  it('is told by whatever needs the rows, and undone by importing them again', async () => {
    await service.importTable({ name: 'rows', text: 'a\n1\n2\n' })
    await service.encrypt('rows', { keyBits: 2048 })
    service.dropPlain('rows')
    expect(() => service.readRows('rows')).toThrow(refusal('input.plain-dropped', { dataset: 'rows' }))
    expect(() => { service.dropPlain('rows') }).toThrow(refusal('input.plain-dropped'))
    await service.importTable({ name: 'rows', text: 'a\n1\n2\n', newVersion: true })
    expect(service.readRows('rows')).toEqual([[1], [2]])
    await service.remove('rows@1')
    expect(service.list().map(({ name }) => name)).toEqual(['rows'])
  })
})

describe('a data package beside the file', () => {
  const write = (name: string, content: unknown): string => {
    const beside = mkdtempSync(join(folder, 'package-'))
    writeFileSync(join(beside, 'datapackage.json'), typeof content === 'string' ? content : JSON.stringify(content))
    writeFileSync(join(beside, name), 'wage,town,code\n5,Bonn,1\n44.5,Köln,2\n6,Bonn,1\n')
    return join(beside, name)
  }
  const fields = [
    { name: 'wage', type: 'number', unit: '$/h', description: 'Pay.', constraints: { minimum: 0, maximum: 500 } },
    { name: 'town', title: 'Where', type: 'string' }, { name: 'code', type: 'string', constraints: { enum: ['1', '2'] } }, { name: 'unused', type: 'string' },
  ]

  it('tells units, descriptions, bounds and categories; what the seller says goes before', async () => {
    const path = write('pay.csv', { name: 'pay', resources: [{ path: 'other.csv' }, { path: 'pay.csv', schema: { fields } }] })
    await service.importTable({ name: 'pay', path, options: { columns: { wage: { unit: 'dollars an hour' } } } })
    expect(service.readColumns('pay')).toMatchObject([
      { name: 'wage', unit: 'dollars an hour', description: 'Pay.', lower: 0, upper: 500 }, { name: 'town', description: 'Where' },
      { name: 'code', type: 'category', categories: ['1', '2'] },
    ])
    expect(service.show('pay').report.describedBy).toBe('datapackage.json')
  })

  it('of another file says nothing, and a damaged one stops the import', async () => {
    await service.importTable({ name: 'other', path: write('pay.csv', { resources: [{ path: 'b.csv', schema: { fields } }] }) })
    expect(service.show('other').report.describedBy).toBeNull()
    for (const content of ['{', { resources: 1 }]) {
      await expect(service.importTable({ name: 'bad', path: write('pay.csv', content) })).rejects.toThrow(refusal('input.invalid'))
    }
    expect(service.list()).toHaveLength(1)
  })
})
