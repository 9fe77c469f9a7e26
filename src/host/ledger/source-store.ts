import { createHash, randomBytes } from 'node:crypto'
import type { PolicyMode } from '../../shared/schemas/details.ts'
import { AppError } from '../../shared/errors.ts'
import { findFactors } from '../../compute/products.ts'
import { parseDetails } from '../trade/details-document.ts'
import type { Vault } from '../secrets/types.ts'
import type { ProfileDatabase } from '../storage/database.ts'
import { judgeRules } from './judge-rules.ts'
import { createRowMarker, type MarkedColumn, type MarkedTable, type RowMarker, type SourceTable } from './row-marks.ts'

export interface Source {
  readonly id: number
  /** What all answers so far tell apart, as it is written down: it may be long, and is seldom needed but to see whether it is the same. */
  readonly partition: string
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

/** Who asks the key holder: a purchase with its buyer, for a reorganisation may give the number to another. */
export interface Asker extends Sale {
  readonly buyer: string
}

/** How an asker's rows name their purchase. Rows written before there were names hold the number alone, and count for whoever bears it. */
export const nameAsker = ({ purchase, buyer }: Pick<Asker, 'purchase' | 'buyer'>): string => `${purchase}@${buyer.toLowerCase()}`

/** A dataset's marked rows, whether it is still there or not. */
export interface MarkedDataset {
  readonly dataset: number
  /** null once it was removed. */
  readonly name: string | null
  readonly source: number
  /** Whether its source was ever published. */
  readonly isSold: boolean
}

/** A listing in `disclosed` mode of a table of the source, draft or not: what it could answer counts, whether it has yet or not. */
export interface SourceOffer {
  /** The listing's own name. */
  readonly id: string
  /** Its dataset, by number and by name. */
  readonly dataset: number
  readonly name: string
  readonly rows: number
  readonly minRows: number
  /** The names of its second moments, where answers of it are about groups of rows at all; of single rows none need be kept apart. */
  readonly moments: readonly string[]
  /** Whether it is published, or its publication has begun. */
  readonly isPublished: boolean
  /** Whether its publication has begun and is not noted as done: under way, or interrupted. */
  readonly isPending: boolean
  /** Whether it was judged, by the rules of this version of the program, to stand beside those that were published before it. */
  readonly isJudged: boolean
}

/** The SQL of sources and their ledger; callers group it into transactions. */
export interface SourceStore {
  mark(table: SourceTable): MarkedTable
  findDatasetId(name: string): number | null
  findOf(dataset: number): Source | null
  /** The source that this table was imported from before, with its rows in their places: shorter, longer or the same; or null. */
  findSimilar(table: SourceTable, marked: MarkedTable): number | null
  /** The source of another version of this dataset (ADR 0401), or null: a corrected table is the same table. */
  findOfVersions(name: string): number | null
  create(partition: string, createdAt: string): number
  /** Notes that the dataset comes from the source. */
  link(source: number, dataset: number): void
  /** Notes a dataset's rows for good, to know them again by. */
  insertMarks(dataset: number, marked: MarkedTable): void
  hasMarks(dataset: number): boolean
  readMarks(dataset: number): MarkedTable
  listMarked(): readonly MarkedDataset[]
  /** The names of datasets that have a source and no marks, as those have that were listed before there were marks. */
  listUnmarked(): readonly string[]
  /** Whatever became of them: what was published once may have been answered. None is missing, as listed datasets cannot be removed. */
  listOffers(source: number): readonly SourceOffer[]
  setPartition(source: number, partition: string): void
  /** With `displacedRequest`, the entry that the number had for that request before it was given to another purchase. */
  findEntry(entry: Sale, displacedRequest?: string): { readonly source: number; readonly programHash: string } | null
  /** Gives the number's entry up to the request `from`, and takes that of the request `to`, where there is one. */
  displaceEntry(entry: Sale, from: string, to: string): void
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
  insertComparisons(source: number, asker: Asker, comparisons: readonly string[], askedAt: string): void
  /** How many comparisons a purchase has asked openly. */
  countAsked(asker: Asker): number
  /** Whether a purchase has asked all of these. */
  hasAsked(asker: Asker, comparisons: readonly string[]): boolean
}

const rowsOf = (table: SourceTable): number => table[0]?.values.length ?? 0

/** SHA-256 over the first `rows` values. */
const digestOf = (values: Float64Array, rows: number): Buffer =>
  createHash('sha256').update(new Uint8Array(values.buffer, values.byteOffset, rows * Float64Array.BYTES_PER_ELEMENT)).digest()

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

/** So many rows at least, or half the longer table: fewer rows in common at the beginning of two tables may be chance. */
const fewestSharedRows = 10

/** Whether two tables have the same rows in the same places, as far as the shorter one goes, in all columns of both that tell rows. */
const beginAlike = (known: MarkedTable, asked: MarkedTable): boolean => {
  const [knownRows, askedRows] = [known, asked].map((table) => table[0]?.marks.length ?? 0) as [number, number]
  const length = Math.min(knownRows, askedRows)
  if (length < 2 || (2 * length < askedRows && length < fewestSharedRows)) return false
  const telling = asked.flatMap(({ name, marks }) => {
    const partner = known.find((column) => column.name === name)
    return partner === undefined || isConstant(marks, length) ? [] : [{ marks, partner: partner.marks }]
  })
  return telling.length > 0 && telling.every(({ marks, partner }) => marks.subarray(0, length).every((mark, row) => mark === partner[row]))
}

const secretBytes = 32
const secretPurpose = 'ledger-secret'
const marksPurpose = (dataset: number, name: string): string => `source-rows/${dataset}/${name}`

export const createSourceStore = (database: ProfileDatabase, vault: Vault): SourceStore => {
  const findColumns = (where: string): readonly ColumnRow[] => database.prepare<[], ColumnRow>(`SELECT * FROM source_columns ${where}`).all()

  /** Digests that were noted before there was a secret could be tried out; from now on none can. */
  const coverDigests = ({ cover }: RowMarker): void => {
    const update = database.prepare('UPDATE source_columns SET digest = ?, covered = 1 WHERE source = ? AND rows = ? AND name = ?')
    for (const { source, rows, name, digest } of findColumns('WHERE covered = 0')) update.run(cover(digest), source, rows, name)
  }

  /** Not kept between calls: what made the secret may be rolled back. */
  const openMarker = (): RowMarker => {
    const find = database.prepare<[], { sealed: Buffer }>('SELECT sealed FROM ledger_secret')
    if (find.get() === undefined) database.prepare('INSERT INTO ledger_secret (id, sealed) VALUES (1, ?)').run(vault.seal(secretPurpose, randomBytes(secretBytes)))
    const sealed = find.get()?.sealed
    if (sealed === undefined) throw new AppError('bug.unexpected', 'The secret of the ledger was written and is not there.')
    const marker = createRowMarker(vault.open(secretPurpose, sealed))
    coverDigests(marker)
    return marker
  }

  const readMarks = (dataset: number): MarkedTable => database
    .prepare<[number], { name: string; ordered: number; sealed: Buffer }>('SELECT name, ordered, sealed FROM source_rows WHERE dataset = ? ORDER BY position').all(dataset)
    .map(({ name, ordered, sealed }): MarkedColumn => {
      const bytes = vault.open(marksPurpose(dataset, name), sealed)
      return { name, isOrdered: ordered === 1, marks: new Float64Array(Uint8Array.from(bytes).buffer) }
    })

  type MarkedRow = Omit<MarkedDataset, 'isSold'> & { readonly mode: PolicyMode | null }
  const listMarked = (): MarkedDataset[] => database.prepare<[], MarkedRow>(
    `SELECT dataset, datasets.name, source, mode FROM dataset_sources JOIN sources ON sources.id = source LEFT JOIN datasets ON datasets.id = dataset
      WHERE EXISTS (SELECT 1 FROM source_rows WHERE source_rows.dataset = dataset_sources.dataset) ORDER BY dataset`,
  ).all().map(({ mode, ...rest }) => ({ ...rest, isSold: mode !== null }))

  /** Sources of tables that are gone, and were noted before there were marks, are known by the digests of their columns. */
  const findByDigests = (table: SourceTable): number | null => {
    const rows = rowsOf(table)
    const { cover } = openMarker()
    const known = groupColumns(findColumns('ORDER BY source, rows DESC').filter((column) => column.rows <= rows))
    const found = known.find(({ rows: length, digests }) => {
      const telling = table.filter(({ name, values }) => digests.has(name) && !isConstant(values, length))
      // A single value, or columns that never change, say nothing about where a table is from.
      return length > 1 && telling.length > 0 && 2 * length >= rows
        && telling.every(({ name, values }) => cover(digestOf(values, length)).toString('hex') === digests.get(name))
    })
    return found?.source ?? null
  }

  return {
    mark: (table) => openMarker().mark(table),

    findDatasetId: (name) => database.prepare<[string], { id: number }>('SELECT id FROM datasets WHERE name = ?').get(name)?.id ?? null,

    findOf: (dataset) => database.prepare<[number], Source>(
      'SELECT sources.id, partition, mode FROM sources JOIN dataset_sources ON source = sources.id WHERE dataset = ?',
    ).get(dataset) ?? null,

    findSimilar: (table, marked) =>
      listMarked().find(({ dataset }) => beginAlike(readMarks(dataset), marked))?.source ?? findByDigests(table),

    findOfVersions: (name) => {
      const [base = ''] = name.split('@')
      return database.prepare<[string, string, string], { source: number }>(
        'SELECT source FROM dataset_sources JOIN datasets ON datasets.id = dataset WHERE name = ? OR substr(name, 1, length(?)) = ? ORDER BY source',
      ).get(base, `${base}@`, `${base}@`)?.source ?? null
    },

    create: (partition, createdAt) => Number(database
      .prepare('INSERT INTO sources (partition, created_at) VALUES (?, ?)').run(partition, createdAt).lastInsertRowid),

    link: (source, dataset) => { database.prepare('INSERT INTO dataset_sources (dataset, source) VALUES (?, ?)').run(dataset, source) },

    insertMarks: (dataset, marked) => {
      const insert = database.prepare('INSERT INTO source_rows (dataset, position, name, ordered, sealed) VALUES (?, ?, ?, ?, ?)')
      marked.forEach(({ name, marks, isOrdered }, position) => {
        const bytes = new Uint8Array(marks.buffer, marks.byteOffset, marks.byteLength)
        insert.run(dataset, position, name, isOrdered ? 1 : 0, vault.seal(marksPurpose(dataset, name), bytes))
      })
    },

    hasMarks: (dataset) => database.prepare('SELECT 1 FROM source_rows WHERE dataset = ?').get(dataset) !== undefined,
    readMarks,
    listMarked,
    listUnmarked: () => database.prepare<[], { name: string }>(
      `SELECT name FROM datasets JOIN dataset_sources ON dataset = datasets.id
        WHERE NOT EXISTS (SELECT 1 FROM source_rows WHERE source_rows.dataset = datasets.id) ORDER BY name`,
    ).all().map(({ name }) => name),

    listOffers: (source) => database.prepare<[number], Pick<SourceOffer, 'id' | 'dataset' | 'name'> & { details: string; number: string | null; judgedBy: number | null }>(
      `SELECT listings.id, datasets.id AS dataset, datasets.name, details, number, judged_by AS judgedBy FROM listings JOIN datasets ON datasets.name = listings.dataset
        JOIN dataset_sources ON dataset_sources.dataset = datasets.id WHERE source = ? ORDER BY listings.created_at, listings.id`,
    ).all(source).flatMap(({ details, number, judgedBy, ...rest }) => {
      const { policy, columns, num_rows: [rows] } = parseDetails(details)
      if (policy.mode !== 'disclosed') return []
      const moments = findFactors(columns).flatMap((factors, at) => (factors === null ? [] : [columns[at]?.name ?? '']))
      return [{
        ...rest,
        rows,
        minRows: policy.minRows,
        moments: policy.minRows > 1 ? moments : [],
        isPublished: number !== null || judgedBy !== null,
        isPending: number === null && judgedBy !== null,
        isJudged: judgedBy === judgeRules,
      }]
    }),

    setPartition: (source, partition) => {
      database.prepare('UPDATE sources SET partition = ? WHERE id = ?').run(partition, source)
    },

    findEntry: ({ chainId, contract, purchase }, displacedRequest) =>
      database.prepare<[number, string, string], { source: number; programHash: string }>(
      'SELECT source, program_hash AS programHash FROM ledger WHERE chain_id = ? AND contract = ? AND purchase = ?',
    ).get(chainId, contract, displacedRequest === undefined ? purchase.toString() : `${purchase}@${displacedRequest}`) ?? null,

    displaceEntry: ({ chainId, contract, purchase }, from, to) => {
      // Where the name is taken, a run that was stopped has renamed it before.
      const rename = database.prepare('UPDATE OR IGNORE ledger SET purchase = ? WHERE chain_id = ? AND contract = ? AND purchase = ?')
      rename.run(`${purchase}@${from}`, chainId, contract, purchase.toString())
      rename.run(purchase.toString(), chainId, contract, `${purchase}@${to}`)
    },

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

    insertComparisons: (source, asker, comparisons, askedAt) => {
      const count = database.prepare('INSERT INTO ledger_comparisons (source, comparison) VALUES (?, ?) ON CONFLICT DO NOTHING')
      const note = database.prepare(`INSERT INTO sale_comparisons (chain_id, contract, purchase, comparison, asked_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING`)
      for (const comparison of comparisons) {
        count.run(source, comparison)
        note.run(asker.chainId, asker.contract, nameAsker(asker), comparison, askedAt)
      }
    },

    countAsked: (asker) => database.prepare<[number, string, string, string], { count: number }>(
      'SELECT count(DISTINCT comparison) AS count FROM sale_comparisons WHERE chain_id = ? AND contract = ? AND purchase IN (?, ?)',
    ).get(asker.chainId, asker.contract, asker.purchase.toString(), nameAsker(asker))?.count ?? 0,

    hasAsked: (asker, comparisons) => {
      const find = database.prepare<[number, string, string, string, string]>(
        'SELECT 1 FROM sale_comparisons WHERE chain_id = ? AND contract = ? AND purchase IN (?, ?) AND comparison = ?',
      )
      return comparisons.every((comparison) =>
        find.get(asker.chainId, asker.contract, asker.purchase.toString(), nameAsker(asker), comparison) !== undefined)
    },
  }
}
