import type { PaillierKeyPair } from '../../crypto/types.ts'
import type { Engine } from '../../engine/engine.ts'
import { isDatasetName } from '../../shared/dataset-names.ts'
import { AppError } from '../../shared/errors.ts'
import type { Column } from '../../shared/schemas/details.ts'
import type { Vault } from '../secrets/types.ts'
import type { ProfileDatabase } from '../storage/database.ts'
import type { ChunkDatabase } from './chunk-database.ts'
import { cleanTable, type CleanOptions, type CleanTable } from './clean.ts'
import { dataPackageName, findColumnNotes } from './data-package.ts'
import { createDatasetStore, type StoredDataset, type TensorKind } from './dataset-store.ts'
import { createDatasetTensors, type EncryptionState, type EncryptOptions, type StoredTensor } from './dataset-tensors.ts'
import type { ImportReport, SecondMoments } from './import-report.ts'
import { loadTable, type TableSource } from './load-table.ts'
import type { CsvOptions } from './parse-csv.ts'
import { appendMoments, planSecondMoments, recogniseProducts, type SecondMomentOptions, type SecondMomentPlan } from './offer-second-moments.ts'
import { createTestRows } from './test-data.ts'

export type { TensorKind } from './dataset-store.ts'
export type { EncryptionState, EncryptOptions, StoredTensor } from './dataset-tensors.ts'

export interface DatasetSummary {
  readonly name: string
  readonly rows: number
  readonly columns: number
  readonly createdAt: string
  /** Rows of test data; null where none was made. */
  readonly testRows: number | null
  /** Whether the imported rows themselves are still here; only the ciphertexts are after `dropPlain`. */
  readonly hasPlain: boolean
  readonly data: EncryptionState | null
  readonly test: EncryptionState | null
}

export interface DatasetDetails extends DatasetSummary {
  readonly report: ImportReport
}

export interface ImportRequest extends Omit<TableSource, 'exclude'> {
  readonly name: string
  /** Where there is a dataset of this name, make this its next version; listings keep the one they stand on (docs/adr/0401). */
  readonly newVersion?: boolean
  readonly options?: CleanOptions & CsvOptions
}

export interface TestDataOptions {
  /** By default twice the minimum number of rows, and at least 50. */
  readonly rows?: number
  readonly minRows?: number
}

/** The seller's tables: imported, encrypted, and read again. A name that is unknown throws `input.not-found` everywhere. */
export interface DatasetService {
  /** All or nothing. Throws `input.dataset-name-invalid`, `input.dataset-exists`, what findColumnNotes, loadTable and cleanTable throw. */
  importTable(request: ImportRequest): Promise<DatasetDetails>
  list(): readonly DatasetSummary[]
  show(name: string): DatasetDetails
  /** Forgets table, ciphertexts and keys. Throws `input.dataset-in-use` while a listing stands on it, `input.dataset-busy`. */
  remove(name: string): Promise<void>
  /**
   * Deletes the imported rows once they are encrypted (S30). Selling, serving and answering go on: they use ciphertexts and key. What
   * needs the rows throws `input.plain-dropped` from then on: looking at them, rehearsing attacks on them, an answer to compare with.
   * Throws `input.dataset-not-encrypted`, `input.dataset-busy`, `input.plain-dropped`.
   */
  dropPlain(name: string): void
  /**
   * Puts the products of columns beside them, where the rule lets each be offered (docs/adr/0201), in test data too. A dataset whose
   * encryption was begun gets a next version. Throws `input.second-moments-made` where there are some, `input.second-moments-none`,
   * `input.csv-unknown-column`, `input.plain-dropped`, `input.dataset-busy`.
   */
  addSecondMoments(name: string, options?: SecondMomentOptions): SecondMoments
  /** Makes test data; made before with as many rows, it stays. Throws `input.test-data-exists`, `input.test-rows-invalid`. */
  createTestData(name: string, options?: TestDataOptions): void
  /**
   * Encrypts the table under a key pair of its own, or goes on where an earlier run stopped, under the same key; does nothing
   * once done. Throws `input.dataset-encrypted` for another key length or form, `input.packing-none`, `input.dataset-busy`,
   * `runtime.cancelled`, and before it begins `policy.source-rows` for a table that could not be sold.
   */
  encrypt(name: string, options?: EncryptOptions): Promise<void>
  /** The same for the test data, under another key pair (S6). Throws `input.test-data-missing` besides. */
  encryptTestData(name: string, options?: EncryptOptions): Promise<void>
  /** Throws `input.dataset-not-encrypted` until the last chunk is done. */
  readTensor(name: string, kind: TensorKind): StoredTensor
  /** Throws `input.dataset-not-encrypted`, `crypto.unsealing-failed`. */
  readKeyPair(name: string, kind: TensorKind): PaillierKeyPair
  /** Makes the certificates of both keys, once: a buyer pays under no key without one. Throws `input.dataset-not-encrypted`. */
  certify(name: string): Promise<void>
  readColumns(name: string): readonly Column[]
  /** The public made-up rows. Throws `input.test-data-missing`. */
  readTestRows(name: string): number[][]
  /** The imported rows themselves, all or `count` from row `start` on: never for anyone but the seller. Throws `input.plain-dropped`. */
  readRows(name: string, start?: number, count?: number): number[][]
}

export interface DatasetServiceDependencies {
  readonly database: ProfileDatabase
  readonly vault: Vault
  readonly engine: () => Promise<Engine>
  /** Shares encryption with workers elsewhere; by default nobody does. */
  readonly sharedEngine?: () => Promise<Engine>
  /** Where encrypted tables go instead of the profile. */
  readonly chunkDatabase?: ChunkDatabase | null
  /** What stands on a dataset (a listing's id), or null. */
  readonly findUse?: (name: string) => string | null
  /** Told before a table's encryption begins. What it throws keeps it from beginning: hours may go into it. */
  readonly beforeEncrypt?: (name: string) => Promise<void>
  /** Told before a dataset's rows are deleted, so that whoever must have seen them sees them now. What it throws keeps them. */
  readonly beforeDrop?: (name: string) => void
  /** Lets what stands on a dataset follow it to another name. */
  readonly renameUse?: (from: string, to: string) => void
  readonly now?: () => Date
}

const defaultMinRows = 10
const leastTestRows = 50
const mostTestRows = 10_000

const assertName = (name: string): void => {
  if (!isDatasetName(name)) {
    throw new AppError('input.dataset-name-invalid', `“${name.slice(0, 100)}” cannot be the name of a dataset.`, { details: { name: name.slice(0, 100) } })
  }
}

/** The table as it will be kept; what its data package says of a column yields to what the seller says. */
const importClean = async (request: ImportRequest, options: CleanOptions & CsvOptions): Promise<CleanTable> => {
  const described = request.path === undefined ? null : findColumnNotes(request.path)
  const source = await loadTable({ ...request, exclude: options.exclude ?? [] }, options)
  if (described === null) return cleanTable(source, options)
  const { columns: notes = {} } = options
  const columns = Object.fromEntries([...new Set([...source.header.filter((name) => described.has(name)), ...Object.keys(notes)])]
    .map((name) => [name, { ...described.get(name), ...notes[name] }]))
  const table = cleanTable(source, { ...options, columns })
  return { ...table, report: { ...table.report, describedBy: dataPackageName } }
}

/** The name an earlier version is kept under, NAME@1, NAME@2 …: nobody can give such a name. */
const createVersionName = (name: string, taken: readonly string[]): string => {
  const numbers = taken.filter((other) => other.startsWith(`${name}@`)).map((other) => Number(other.slice(name.length + 1)))
  return `${name}@${Math.max(0, ...numbers) + 1}`
}

function* rowsOf({ rows, columns }: CleanTable): Generator<number[]> {
  for (let row = 0; row < rows; row += 1) yield columns.map(({ values }) => values[row] ?? Number.NaN)
}

export const createDatasetService = (dependencies: DatasetServiceDependencies): DatasetService => {
  const { database, vault, engine, now = () => new Date() } = dependencies
  const { sharedEngine = engine, chunkDatabase = null } = dependencies
  const { findUse = () => null, renameUse = () => undefined } = dependencies
  const { beforeDrop = () => undefined, beforeEncrypt = () => Promise.resolve() } = dependencies
  const store = createDatasetStore(database)
  const tensors = createDatasetTensors({ database, store, vault, engine, sharedEngine, chunkDatabase })

  const requireDataset = (name: string): StoredDataset => {
    const dataset = store.find(name)
    if (dataset === null) throw new AppError('input.not-found', `There is no dataset “${name.slice(0, 100)}”.`, { details: { dataset: name.slice(0, 100) } })
    return dataset
  }

  const summarise = (dataset: StoredDataset): DatasetSummary => ({
    name: dataset.name,
    rows: dataset.rows,
    columns: dataset.columns.length,
    createdAt: dataset.createdAt,
    testRows: dataset.testRows,
    hasPlain: store.hasCells(dataset.id, 'data'),
    data: tensors.describe(dataset, 'data'),
    test: tensors.describe(dataset, 'test'),
  })

  const show = (name: string): DatasetDetails => {
    const dataset = requireDataset(name)
    return { ...summarise(dataset), report: dataset.report }
  }

  /** The dataset of this name becomes an earlier version of itself, and what stands on it follows in the same transaction. */
  const makeRoom = (name: string, newVersion: boolean): void => {
    const dataset = store.find(name)
    if (dataset === null) return
    if (!newVersion) throw new AppError('input.dataset-exists', `There is a dataset ${name} already.`, { details: { dataset: name } })
    const earlier = createVersionName(name, store.list().map((stored) => stored.name))
    store.rename(dataset.id, earlier)
    renameUse(name, earlier)
  }

  /** Where the planned columns go: into the dataset itself, or, once it is being encrypted, into its next version. */
  const prepareColumns = (dataset: StoredDataset, { columns, secondMoments }: SecondMomentPlan): number => {
    const { id, name, rows } = dataset
    const report = { ...dataset.report, secondMoments }
    if (tensors.describe(dataset, 'data') === null && tensors.describe(dataset, 'test') === null) {
      store.replaceColumns(id, columns, report)
      return id
    }
    makeRoom(name, true)
    return store.insert({ name, rows, columns, report, createdAt: now().toISOString() })
  }

  const assertPlain = ({ id, name }: StoredDataset): void => {
    if (!store.hasCells(id, 'data')) throw new AppError('input.plain-dropped', `The rows of dataset ${name} were deleted after it was encrypted.`, { details: { dataset: name } })
  }

  const requireTestRows = ({ name, testRows }: StoredDataset): number => {
    if (testRows === null) throw new AppError('input.test-data-missing', `Dataset ${name} has no test data yet.`, { details: { dataset: name } })
    return testRows
  }

  return {
    importTable: async (request) => {
      const { name, options = {}, newVersion = false } = request
      assertName(name)
      const table = recogniseProducts(await importClean(request, options))
      database.transaction(() => {
        makeRoom(name, newVersion)
        const columns = table.columns.map(({ column }) => column)
        const id = store.insert({ name, rows: table.rows, columns, report: table.report, createdAt: now().toISOString() })
        store.insertCells(id, 'data', columns.length, rowsOf(table))
      }).immediate()
      return show(name)
    },

    list: () => store.list().map(summarise),
    show,

    remove: async (name) => {
      const dataset = requireDataset(name)
      tensors.assertFree(dataset)
      const use = findUse(name)
      if (use !== null) throw new AppError('input.dataset-in-use', `Dataset ${name} is what listing ${use} sells answers from.`, { details: { dataset: name, listing: use } })
      const forgetRest = database.transaction(() => {
        const forget = tensors.removeChunks(dataset)
        store.remove(dataset.id)
        return forget
      }).immediate()
      await forgetRest()
    },

    dropPlain: (name) => {
      const dataset = requireDataset(name)
      tensors.assertFree(dataset)
      assertPlain(dataset)
      tensors.read(dataset, 'data')
      beforeDrop(name)
      store.dropCells(dataset.id, 'data')
    },

    addSecondMoments: (name, options = {}) => {
      const dataset = requireDataset(name)
      const { id, columns, report, testRows } = dataset
      tensors.assertFree(dataset)
      assertPlain(dataset)
      if (report.secondMoments !== null) throw new AppError('input.second-moments-made', `Dataset ${name} has its second moments already.`, { details: { dataset: name } })
      const cells = { data: store.readCells(id, 'data', 0, dataset.rows), test: testRows === null ? null : store.readCells(id, 'test', 0, testRows) }
      const plan = planSecondMoments(columns, cells.data, options)
      database.transaction(() => {
        const target = prepareColumns(dataset, plan)
        for (const kind of ['data', 'test'] as const) {
          const rows = cells[kind]
          if (rows !== null) store.insertCells(target, kind, plan.columns.length, appendMoments(rows, plan.columns, columns.length))
        }
        if (testRows !== null) store.setTestRows(target, testRows)
      }).immediate()
      return plan.secondMoments
    },

    createTestData: (name, { rows, minRows = defaultMinRows } = {}) => {
      const dataset = requireDataset(name)
      if (dataset.testRows !== null && (rows ?? dataset.testRows) === dataset.testRows) return
      if (dataset.testRows !== null) {
        throw new AppError('input.test-data-exists', `Dataset ${name} has ${dataset.testRows} rows of test data already.`, { details: { dataset: name, rows: dataset.testRows } })
      }
      const count = rows ?? Math.max(2 * minRows, leastTestRows)
      if (!Number.isInteger(count) || count < 1 || count > mostTestRows) {
        throw new AppError('input.test-rows-invalid', `Test data have 1 to ${mostTestRows} rows, not ${count}.`, { details: { rows: count } })
      }
      database.transaction(() => {
        store.insertCells(dataset.id, 'test', dataset.columns.length, createTestRows(dataset.columns, count))
        store.setTestRows(dataset.id, count)
      }).immediate()
    },

    encrypt: async (name, options = {}) => {
      const dataset = requireDataset(name)
      const isNew = tensors.describe(dataset, 'data') === null
      await tensors.encrypt(dataset, 'data', dataset.rows, options, isNew ? () => beforeEncrypt(name) : undefined)
    },

    encryptTestData: async (name, options = {}) => {
      const dataset = requireDataset(name)
      await tensors.encrypt(dataset, 'test', requireTestRows(dataset), options)
    },

    readTensor: (name, kind) => tensors.read(requireDataset(name), kind),
    readKeyPair: (name, kind) => tensors.readKeyPair(requireDataset(name), kind),
    certify: async (name) => {
      const dataset = requireDataset(name)
      for (const kind of ['data', 'test'] as const) await tensors.certify(dataset, kind)
    },
    readColumns: (name) => requireDataset(name).columns,
    readTestRows: (name) => {
      const dataset = requireDataset(name)
      return store.readCells(dataset.id, 'test', 0, requireTestRows(dataset))
    },
    readRows: (name, start = 0, count) => {
      const dataset = requireDataset(name)
      assertPlain(dataset)
      return store.readCells(dataset.id, 'data', start, count ?? dataset.rows)
    },
  }
}
