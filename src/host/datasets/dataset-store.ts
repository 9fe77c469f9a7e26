import { z } from 'zod'
import type { KeyBits } from '../../crypto/types.ts'
import { hexIntegerSchema } from '../../shared/schemas/common.ts'
import { columnSchema, type Column } from '../../shared/schemas/details.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import type { ProfileDatabase } from '../storage/database.ts'
import { importReportSchema, type ImportReport } from './import-report.ts'

/** The imported table, or the made-up one of the same columns. */
export type TensorKind = 'data' | 'test'

export interface StoredDataset {
  readonly id: number
  readonly name: string
  readonly rows: number
  readonly columns: readonly Column[]
  readonly report: ImportReport
  /** null until test data was made. */
  readonly testRows: number | null
  readonly createdAt: string
}

export interface StoredTensorRow {
  readonly rows: number
  readonly chunkRows: number
  readonly schemaHash: string
  readonly keyBits: KeyBits
  /** Hex. */
  readonly n: string
  readonly sealedKey: Uint8Array
  /** Groups of columns that are packed as well; null: none. */
  readonly packed: readonly (readonly number[])[] | null
  /** null until every chunk is encrypted. */
  readonly root: string | null
  /** Hexadecimal roots (crypto/key-certificate.ts); null until they were made. */
  readonly certificate: readonly string[] | null
}

/** The SQL of datasets, their cells and their tensors; callers group it into transactions. */
export interface DatasetStore {
  insert(dataset: Omit<StoredDataset, 'id' | 'testRows'>): number
  list(): readonly StoredDataset[]
  find(name: string): StoredDataset | null
  rename(id: number, name: string): void
  setTestRows(id: number, rows: number): void
  /** Other columns, with a new report; the tables of both kinds go, for their cells to be inserted again. */
  replaceColumns(id: number, columns: readonly Column[], report: ImportReport): void
  /** Makes the table of one kind and fills it. */
  insertCells(id: number, kind: TensorKind, columns: number, rows: Iterable<readonly number[]>): void
  hasCells(id: number, kind: TensorKind): boolean
  /** The table of one kind goes; its pages are overwritten in the database file and in its log. */
  dropCells(id: number, kind: TensorKind): void
  /** Row by row, from row `start`. */
  readCells(id: number, kind: TensorKind, start: number, count: number): number[][]
  /** Keeps what is there where the tensor was begun before. */
  insertTensor(id: number, kind: TensorKind, tensor: Omit<StoredTensorRow, 'root' | 'certificate'>): void
  findTensor(id: number, kind: TensorKind): StoredTensorRow | null
  /** False, and nothing changed, where the chunk has a leaf already. */
  insertLeaf(id: number, kind: TensorKind, chunk: number, leaf: string): boolean
  /** In order of the chunks. */
  readLeaves(id: number, kind: TensorKind): readonly { readonly chunk: number; readonly leaf: string }[]
  setRoot(id: number, kind: TensorKind, root: string): void
  setCertificate(id: number, kind: TensorKind, roots: readonly string[]): void
  remove(id: number): void
}

interface DatasetRow {
  readonly id: number
  readonly name: string
  readonly rows: number
  readonly columns: string
  readonly report: string
  readonly test_rows: number | null
  readonly created_at: string
}

interface TensorRow {
  readonly rows: number
  readonly chunk_rows: number
  readonly schema_hash: string
  readonly key_bits: KeyBits
  readonly n: string
  readonly sealed_key: Buffer
  readonly packed: string | null
  readonly root: string | null
  readonly certificate: string | null
}

const columnsSchema = z.array(columnSchema)
const packedSchema = z.array(z.array(z.int().min(0)))
const rootsSchema = z.array(hexIntegerSchema)

const toDataset = (row: DatasetRow): StoredDataset => ({
  id: row.id,
  name: row.name,
  rows: row.rows,
  columns: parseJsonAs(columnsSchema, row.columns, `the columns of dataset ${row.name}`, 'store.corrupt'),
  report: parseJsonAs(importReportSchema, row.report, `the import report of dataset ${row.name}`, 'store.corrupt'),
  testRows: row.test_rows,
  createdAt: row.created_at,
})

const toTensor = (row: TensorRow): StoredTensorRow => ({
  rows: row.rows,
  chunkRows: row.chunk_rows,
  schemaHash: row.schema_hash,
  keyBits: row.key_bits,
  n: row.n,
  sealedKey: new Uint8Array(row.sealed_key),
  packed: row.packed === null ? null : parseJsonAs(packedSchema, row.packed, 'the packed columns of a stored tensor', 'store.corrupt'),
  root: row.root,
  certificate: row.certificate === null ? null : parseJsonAs(rootsSchema, row.certificate, 'a stored key certificate', 'store.corrupt'),
})

// Column names are the user's; the cells' tables are named by number, so that no name reaches the SQL.
const tableOf = (id: number, kind: TensorKind): string => `cells_${id}_${kind}`

export const createDatasetStore = (database: ProfileDatabase): DatasetStore => ({
  insert: ({ name, rows, columns, report, createdAt }) => Number(database
    .prepare('INSERT INTO datasets (name, rows, columns, report, created_at) VALUES (?, ?, ?, ?, ?)')
    .run(name, rows, JSON.stringify(columns), JSON.stringify(report), createdAt).lastInsertRowid),

  list: () => database.prepare<[], DatasetRow>('SELECT * FROM datasets ORDER BY name').all().map(toDataset),

  find: (name) => {
    const row = database.prepare<[string], DatasetRow>('SELECT * FROM datasets WHERE name = ?').get(name)
    return row === undefined ? null : toDataset(row)
  },

  rename: (id, name) => { database.prepare('UPDATE datasets SET name = ? WHERE id = ?').run(name, id) },

  setTestRows: (id, rows) => { database.prepare('UPDATE datasets SET test_rows = ? WHERE id = ?').run(rows, id) },

  replaceColumns: (id, columns, report) => {
    database.prepare('UPDATE datasets SET columns = ?, report = ? WHERE id = ?').run(JSON.stringify(columns), JSON.stringify(report), id)
    for (const kind of ['data', 'test'] as const) database.exec(`DROP TABLE IF EXISTS ${tableOf(id, kind)}`)
  },

  insertCells: (id, kind, columns, rows) => {
    const names = Array.from({ length: columns }, (_, at) => `c${at}`)
    database.exec(`CREATE TABLE ${tableOf(id, kind)} (row INTEGER PRIMARY KEY, ${names.map((name) => `${name} REAL NOT NULL`).join(', ')}) STRICT`)
    const insert = database.prepare(`INSERT INTO ${tableOf(id, kind)} VALUES (?, ${names.map(() => '?').join(', ')})`)
    let row = 0
    for (const cells of rows) {
      insert.run(row, ...cells)
      row += 1
    }
  },

  hasCells: (id, kind) => database
    .prepare<[string], { found: number }>("SELECT 1 AS found FROM sqlite_schema WHERE type = 'table' AND name = ?").get(tableOf(id, kind)) !== undefined,

  dropCells: (id, kind) => {
    const before = Number(database.pragma('secure_delete', { simple: true }))
    database.pragma('secure_delete = ON')
    try {
      database.exec(`DROP TABLE ${tableOf(id, kind)}`)
      // The log still holds the pages as they were filled; emptied, it holds nothing.
      database.pragma('wal_checkpoint(TRUNCATE)')
    } finally {
      database.pragma(`secure_delete = ${before}`)
    }
  },

  readCells: (id, kind, start, count) => database
    .prepare<[number, number], number[]>(`SELECT * FROM ${tableOf(id, kind)} WHERE row >= ? AND row < ? ORDER BY row`).raw()
    .all(start, start + count).map(([, ...cells]) => cells),

  insertTensor: (id, kind, { rows, chunkRows, schemaHash, keyBits, n, sealedKey, packed }) => {
    database
      .prepare(`INSERT INTO tensors (dataset, kind, rows, chunk_rows, schema_hash, key_bits, n, sealed_key, packed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (dataset, kind) DO NOTHING`)
      .run(id, kind, rows, chunkRows, schemaHash, keyBits, n, sealedKey, packed === null ? null : JSON.stringify(packed))
  },

  findTensor: (id, kind) => {
    const row = database.prepare<[number, string], TensorRow>('SELECT * FROM tensors WHERE dataset = ? AND kind = ?').get(id, kind)
    return row === undefined ? null : toTensor(row)
  },

  insertLeaf: (id, kind, chunk, leaf) => database
    .prepare('INSERT INTO tensor_leaves (dataset, kind, chunk, leaf) VALUES (?, ?, ?, ?) ON CONFLICT (dataset, kind, chunk) DO NOTHING')
    .run(id, kind, chunk, leaf).changes === 1,

  readLeaves: (id, kind) => database
    .prepare<[number, string], { chunk: number; leaf: string }>('SELECT chunk, leaf FROM tensor_leaves WHERE dataset = ? AND kind = ? ORDER BY chunk').all(id, kind),

  setCertificate: (id, kind, roots) => {
    database.prepare('UPDATE tensors SET certificate = ? WHERE dataset = ? AND kind = ?').run(JSON.stringify(roots), id, kind)
  },

  setRoot: (id, kind, root) => { database.prepare('UPDATE tensors SET root = ? WHERE dataset = ? AND kind = ?').run(root, id, kind) },

  remove: (id) => {
    for (const table of ['tensor_leaves', 'tensors']) database.prepare(`DELETE FROM ${table} WHERE dataset = ?`).run(id)
    for (const kind of ['data', 'test'] as const) database.exec(`DROP TABLE IF EXISTS ${tableOf(id, kind)}`)
    database.prepare('DELETE FROM datasets WHERE id = ?').run(id)
  },
})
