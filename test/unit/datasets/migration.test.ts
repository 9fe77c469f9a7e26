import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openProfileDatabase } from '../../../src/host/storage/database.ts'
import { migrations } from '../../../src/host/storage/migrations/index.ts'

describe('the migration that brings datasets', () => {
  it('adds its tables to a profile of the version before, and holds its rules', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'hesystem-migration-')), 'profile.db')
    openProfileDatabase(path, migrations.slice(0, 1)).close()
    const database = openProfileDatabase(path, migrations.slice(0, 2))
    database.exec("INSERT INTO datasets (name, rows, columns, report, created_at) VALUES ('a', 1, '[]', '{}', '')")
    const insertTensor = (kind: string, dataset: number): unknown => database
      .prepare("INSERT INTO tensors (dataset, kind, rows, chunk_rows, schema_hash, key_bits, n, sealed_key) VALUES (?, ?, 1, 1, '', 2048, '', x'00')")
      .run(dataset, kind)
    expect(() => insertTensor('data', 1)).not.toThrow()
    expect(() => insertTensor('data', 1)).toThrow('UNIQUE')
    expect(() => insertTensor('other', 1)).toThrow('CHECK')
    expect(() => insertTensor('test', 2)).toThrow('FOREIGN KEY')
    expect(() => database.exec("INSERT INTO datasets (name, rows, columns, report, created_at) VALUES ('a', 1, '[]', '{}', '')")).toThrow('UNIQUE')
    expect(() => database.exec("DELETE FROM datasets WHERE name = 'a'")).toThrow('FOREIGN KEY')
    database.close()
  })
})
