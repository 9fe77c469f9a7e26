import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Partition } from '../../policy/partition.ts'
import type { PolicyMode } from '../../shared/schemas/details.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import type { ProfileDatabase } from '../storage/database.ts'

/** A table's columns by name, each with the values of its rows in order. */
export type SourceTable = readonly { readonly name: string; readonly values: Float64Array }[]

export interface Source {
  readonly id: number
  /** What all answers so far tell apart. */
  readonly partition: Partition
  /** How it is sold, for good; null as long as it never was. */
  readonly mode: PolicyMode | null
}

/** One purchase's answer, in the ledger. */
export interface LedgerEntry {
  readonly chainId: number
  readonly contract: string
  readonly purchase: bigint
  readonly programHash: string
}

export interface MaskedCells {
  readonly cells: number
  readonly bits: number
}
/** A purchase as the contract numbers it. */
export type Sale = Omit<LedgerEntry, 'programHash'>

/** The SQL of sources and their ledger; callers group it into transactions. */
export interface SourceStore {
  findDatasetId(name: string): number | null
  findOf(dataset: number): Source | null
  /** The source that this table was imported from before, shorter, longer or the same, or null. */
  findSimilar(table: SourceTable): number | null
  /** The source of another version of this dataset (ADR 0401), or null: a corrected table is the same table. */
  findOfVersions(name: string): number | null
  create(partition: Partition, createdAt: string): number
  /** Notes the table's columns, to know the source again by, and that the dataset comes from it. */
  link(source: number, dataset: number, table: SourceTable): void
  setPartition(source: number, partition: Partition): void
  findEntry(entry: Sale): { readonly source: number; readonly programHash: string } | null
  setMode(source: number, mode: PolicyMode): void
  /** `masked`: how many cells of how many bits in all were decrypted for a program that the seller does not know. */
  insertEntry(source: number, entry: LedgerEntry, debitedAt: string, masked?: MaskedCells): void
  /** Different cells answered, and behind them all masked ones: nobody can tell which of those are alike. */
  countCells(source: number): number
  /** How many of these were never answered. */
  countNewCells(source: number, cells: readonly string[]): number
  insertCells(source: number, cells: readonly string[]): void
  countComparisons(source: number): number
  /** How many of these were never asked. */
  countNewComparisons(source: number, comparisons: readonly string[]): number
  /** Notes what a purchase asks, for its source and for itself. */
  insertComparisons(source: number, sale: Sale, comparisons: readonly string[], askedAt: string): void
  /** Whether a purchase has asked all of these. */
  hasAsked(sale: Sale, comparisons: readonly string[]): boolean
}

const partitionSchema = z.strictObject({ rows: z.int().min(1), starts: z.array(z.int()), classes: z.array(z.int()) })

const rowsOf = (table: SourceTable): number => table[0]?.values.length ?? 0

/** SHA-256 over the first `rows` values. */
const digestOf = (values: Float64Array, rows: number): string =>
  createHash('sha256').update(new Uint8Array(values.buffer, values.byteOffset, rows * Float64Array.BYTES_PER_ELEMENT)).digest('hex')

const isConstant = (values: Float64Array, rows: number): boolean => values.subarray(0, rows).every((value) => value === values[0])

interface ColumnRow {
  readonly source: number
  readonly rows: number
  readonly name: string
  readonly digest: Buffer
}

/** The columns of one source at one length. */
interface KnownTable {
  readonly source: number
  readonly rows: number
  readonly digests: Map<string, string>
}

const groupColumns = (rows: readonly ColumnRow[]): readonly KnownTable[] => {
  const groups = new Map<string, KnownTable>()
  for (const { source, rows: length, name, digest } of rows) {
    const key = `${source}/${length}`
    const group = groups.get(key) ?? { source, rows: length, digests: new Map<string, string>() }
    group.digests.set(name, digest.toString('hex'))
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** Lengths at which a table's columns are noted: its own, and every halving, so that a shorter import of it is known again. */
const lengthsOf = (rows: number): number[] => {
  const lengths: number[] = []
  for (let length = rows; length >= 1; length = Math.floor(length / 2)) lengths.push(length)
  return lengths
}

export const createSourceStore = (database: ProfileDatabase): SourceStore => {
  interface SourceRow {
    readonly id: number
    readonly partition: string
    readonly mode: PolicyMode | null
  }
  const toSource = (row: SourceRow | undefined): Source | null =>
    row === undefined ? null : { id: row.id, mode: row.mode, partition: parseJsonAs(partitionSchema, row.partition, 'a stored partition', 'store.corrupt') }

  return {
    findDatasetId: (name) => database.prepare<[string], { id: number }>('SELECT id FROM datasets WHERE name = ?').get(name)?.id ?? null,

    findOf: (dataset) => toSource(database.prepare<[number], SourceRow>(
      'SELECT sources.id, partition, mode FROM sources JOIN dataset_sources ON source = sources.id WHERE dataset = ?',
    ).get(dataset)),

    findSimilar: (table) => {
      const rows = rowsOf(table)
      const known = groupColumns(database.prepare<[number], ColumnRow>('SELECT * FROM source_columns WHERE rows <= ? ORDER BY source, rows DESC').all(rows))
      const found = known.find(({ rows: length, digests }) => {
        const shared = table.filter(({ name }) => digests.has(name))
        const telling = shared.filter(({ values }) => !isConstant(values, length))
        // A single value, or columns that never change, say nothing about where a table is from.
        return length > 1 && telling.length > 0 && 2 * length >= rows
          && telling.every(({ name, values }) => digestOf(values, length) === digests.get(name))
      })
      return found?.source ?? null
    },

    findOfVersions: (name) => {
      const [base = ''] = name.split('@')
      return database.prepare<[string, string, string], { source: number }>(
        'SELECT source FROM dataset_sources JOIN datasets ON datasets.id = dataset WHERE name = ? OR substr(name, 1, length(?)) = ? ORDER BY source',
      ).get(base, `${base}@`, `${base}@`)?.source ?? null
    },

    create: (partition, createdAt) => Number(database
      .prepare('INSERT INTO sources (partition, created_at) VALUES (?, ?)').run(JSON.stringify(partition), createdAt).lastInsertRowid),

    link: (source, dataset, table) => {
      database.prepare('INSERT INTO dataset_sources (dataset, source) VALUES (?, ?)').run(dataset, source)
      const insert = database.prepare('INSERT INTO source_columns (source, rows, name, digest) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING')
      for (const rows of lengthsOf(rowsOf(table))) {
        for (const { name, values } of table) insert.run(source, rows, name, Buffer.from(digestOf(values, rows), 'hex'))
      }
    },

    setPartition: (source, partition) => {
      database.prepare('UPDATE sources SET partition = ? WHERE id = ?').run(JSON.stringify(partition), source)
    },

    findEntry: ({ chainId, contract, purchase }) => database.prepare<[number, string, string], { source: number; programHash: string }>(
      'SELECT source, program_hash AS programHash FROM ledger WHERE chain_id = ? AND contract = ? AND purchase = ?',
    ).get(chainId, contract, purchase.toString()) ?? null,

    setMode: (source, mode) => { database.prepare('UPDATE sources SET mode = ? WHERE id = ?').run(mode, source) },

    insertEntry: (source, { chainId, contract, purchase, programHash }, debitedAt, masked) => {
      database.prepare('INSERT INTO ledger (source, chain_id, contract, purchase, program_hash, debited_at, cells, bits) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
        .run(source, chainId, contract, purchase.toString(), programHash, debitedAt, masked?.cells ?? null, masked?.bits ?? null)
    },

    countCells: (source) => database.prepare<[number, number], { count: number }>(
      'SELECT (SELECT count(*) FROM ledger_cells WHERE source = ?) + (SELECT coalesce(sum(cells), 0) FROM ledger WHERE source = ?) AS count',
    ).get(source, source)?.count ?? 0,

    countNewCells: (source, cells) => {
      const find = database.prepare<[number, string]>('SELECT 1 FROM ledger_cells WHERE source = ? AND cell = ?')
      return cells.filter((cell) => find.get(source, cell) === undefined).length
    },

    insertCells: (source, cells) => {
      const insert = database.prepare('INSERT INTO ledger_cells (source, cell) VALUES (?, ?) ON CONFLICT DO NOTHING')
      for (const cell of cells) insert.run(source, cell)
    },

    countComparisons: (source) =>
      database.prepare<[number], { count: number }>('SELECT count(*) AS count FROM ledger_comparisons WHERE source = ?').get(source)?.count ?? 0,

    countNewComparisons: (source, comparisons) => {
      const find = database.prepare<[number, string]>('SELECT 1 FROM ledger_comparisons WHERE source = ? AND comparison = ?')
      return comparisons.filter((comparison) => find.get(source, comparison) === undefined).length
    },

    insertComparisons: (source, { chainId, contract, purchase }, comparisons, askedAt) => {
      const count = database.prepare('INSERT INTO ledger_comparisons (source, comparison) VALUES (?, ?) ON CONFLICT DO NOTHING')
      const note = database.prepare(`INSERT INTO sale_comparisons (chain_id, contract, purchase, comparison, asked_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING`)
      for (const comparison of comparisons) {
        count.run(source, comparison)
        note.run(chainId, contract, purchase.toString(), comparison, askedAt)
      }
    },

    hasAsked: ({ chainId, contract, purchase }, comparisons) => {
      const find = database.prepare<[number, string, string, string]>(
        'SELECT 1 FROM sale_comparisons WHERE chain_id = ? AND contract = ? AND purchase = ? AND comparison = ?',
      )
      return comparisons.every((comparison) => find.get(chainId, contract, purchase.toString(), comparison) !== undefined)
    },
  }
}
