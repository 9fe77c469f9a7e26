import { encodeCell, encodeInequality } from '../../compute/canonical.ts'
import { assertPolicy } from '../../policy/policy.ts'
import { assertPrivateCells } from '../../policy/private.ts'
import { createPartition, type Partition } from '../../policy/partition.ts'
import type { Details, DisclosedPolicy, Policy, PolicyMode } from '../../shared/schemas/details.ts'
import type { Program } from '../../shared/schemas/program.ts'
import { AppError, isAppError } from '../../shared/errors.ts'
import type { DatasetService } from '../datasets/dataset-service.ts'
import type { Vault } from '../secrets/types.ts'
import type { ProfileDatabase } from '../storage/database.ts'
import { describeDataset } from '../trade/details-document.ts'
import { sha256Hex } from '../trade/hash.ts'
import { createHelpStore, type Help } from './help-store.ts'
import type { SourceTable } from './row-marks.ts'
import { findSharedRows } from './same-rows.ts'
import { createVersions, type VersionSubject } from './versions.ts'
import { createSourceStore, type LedgerEntry, type Sale, type Source, type SourceOffer } from './source-store.ts'

/** Whose table a program is about, and under which terms. */
export interface LedgerSubject {
  /** The dataset's name in this profile. */
  readonly dataset: string
  readonly details: Details
}

/**
 * The differencing ledger (compute.md, "Policies"; S4): what all answers from one source together tell apart. It follows the source:
 * encrypted again, imported again with rows added at its end, or listed twice, it is the same. Its rows in another order are not sold.
 */
export interface Ledger {
  /** Finds or makes the source of a dataset, while its plain table is there. */
  register(dataset: string): void
  /** What all answers from the dataset's source tell apart by now. */
  readPartition(dataset: string): Partition
  /** Whether two datasets are of one source. */
  areOfOneSource(one: string, other: string): boolean
  /** Whether this profile was put back from a backup, and the ledger may miss what was answered after it was made. */
  mayBeBehind(): boolean
  /** Whether it knows an answer given for this purchase. */
  knows(entry: Pick<LedgerEntry, 'chainId' | 'contract' | 'purchase'>): boolean
  /** Whether the dataset's source has answered anything yet. */
  hasAnswered(dataset: string): boolean
  /** The listings of the dataset's source in `disclosed` mode. */
  listOffers(dataset: string): readonly SourceOffer[]
  /** How many cells the dataset's source has answered. */
  countCells(dataset: string): number
  /**
   * Whether a program would be answered now, in view of all answers so far; counts nothing. Throws what `assertPolicy` does, and
   * `policy.budget-spent`.
   */
  assertPermitted(program: Program, subject: LedgerSubject): void
  /**
   * Judges once more and writes the answer down for good, in one durable step, before anything is decrypted. For a purchase that
   * was debited before, by a run that was interrupted, it changes nothing: a debit is never given back and never made twice.
   */
  debit(entry: LedgerEntry, program: Program, subject: LedgerSubject): void
  /**
   * The same two for an answer in `private` mode, of which only the number of its cells is known. Throws `policy.answer-cells`,
   * `policy.budget-spent`.
   */
  assertCellsPermitted(cells: number, subject: LedgerSubject): void
  debitCells(entry: LedgerEntry, cells: number, subject: LedgerSubject): void
  /** Whether this very answer was debited before. */
  hasDebited(entry: LedgerEntry): boolean
  /** One source is never sold in both modes: what is answered unseen would defeat the ledger. Throws `policy.source-mode`. */
  assertMode(dataset: string, mode: PolicyMode): void
  /**
   * What is sold of a table counts towards what is sold of the same rows in another order, and where they stand there must not be told:
   * an order is data (docs/adr/0402). So rows are sold in one order. Throws `policy.source-rows` where another published table holds them.
   */
  assertApart(dataset: string): void
  /**
   * Whether the dataset may be sold beside the tables of its source that are: what was corrected in between would be the difference of two
   * answers (docs/adr/0402). Throws `policy.source-corrected`.
   */
  assertListable(dataset: string, policy: Policy): void
  /** Notes for good that the dataset's source is sold in this mode. Throws as `assertMode` and `assertApart`. */
  claimMode(dataset: string, mode: PolicyMode): void
  /**
   * Judges what a purchase asks of the key holder, a program of comparisons alone, as an answer's cells are judged, and counts what its
   * source was never asked before, in one durable step before anything is decrypted. Asked again, it changes nothing. Throws as
   * `assertPermitted`.
   */
  debitComparisons(sale: Sale, questions: Program, subject: LedgerSubject): void
  /**
   * Counts what a purchase asks blinded, in `private` mode, in one durable step before anything is decrypted; the same bytes asked again
   * by the same purchase change nothing. Throws `policy.program-expected`, `policy.comparisons-not-sold`,
   * `policy.products-not-sold`, `policy.budget-spent`.
   */
  debitHelp(sale: Sale, help: Help, subject: LedgerSubject): void
  /** How many blinded questions and products a purchase was helped with. */
  countHelp(sale: Sale): number
  /** How many of either kind the dataset's source has helped with. */
  countHelped(dataset: string, kind: Help['kind']): number
  /** Throws `policy.comparison-unasked` where a program names comparisons that its purchase has not asked. */
  assertAsked(sale: Sale, program: Program): void
}

export interface LedgerDependencies {
  readonly database: ProfileDatabase
  readonly vault: Vault
  readonly datasets: Pick<DatasetService, 'readColumns' | 'readRows'>
  readonly now: () => Date
}

/** A cell's text among all cells of one source: tables of another length number their cells otherwise. Constants tell nothing. */
const hashCells = ({ rows, cells }: Program): string[] =>
  cells.filter(({ terms }) => terms.length > 0).map((cell) => sha256Hex(`${rows}/${encodeCell(cell)}`))

const hashComparisons = ({ rows, comparisons = [] }: Program): string[] =>
  comparisons.map((comparison) => sha256Hex(`${rows}/${encodeInequality(comparison)}`))

const notSold = { comparisons: 'policy.comparisons-not-sold', products: 'policy.products-not-sold' } as const

export const createLedger = ({ database, vault, datasets, now }: LedgerDependencies): Ledger => {
  const store = createSourceStore(database, vault)
  const helped = createHelpStore(database)
  const versions = createVersions({ store, datasets })

  const readTable = (dataset: string): SourceTable => {
    const rows = datasets.readRows(dataset)
    return datasets.readColumns(dataset).map(({ name }, column) =>
      ({ name, values: Float64Array.from(rows, (row) => row[column] ?? Number.NaN) }))
  }

  /** Tables that were listed before rows were marked are marked when next looked at, unless their rows are gone by now. */
  const markRows = (id: number, dataset: string): void => {
    if (store.hasMarks(id)) return
    try {
      store.insertMarks(id, store.mark(readTable(dataset)))
    } catch (error) {
      if (!isAppError(error, 'input.plain-dropped')) throw error
    }
  }

  const requireSource = (dataset: string): Source => database.transaction((): Source => {
    const id = store.findDatasetId(dataset)
    if (id === null) throw new AppError('input.not-found', `There is no dataset “${dataset.slice(0, 100)}”.`, { details: { dataset: dataset.slice(0, 100) } })
    const known = store.findOf(id)
    if (known !== null) return known
    const table = readTable(dataset)
    const marked = store.mark(table)
    const source = store.findOfVersions(dataset) ?? store.findSimilar(table, marked)
      ?? store.create(createPartition(table[0]?.values.length ?? 1), now().toISOString())
    store.link(source, id)
    store.insertMarks(id, marked)
    const linked = store.findOf(id)
    if (linked === null) throw new AppError('bug.unexpected', `The source of dataset ${dataset} was written and is not there.`)
    return linked
  }).immediate()

  const assertApart = (dataset: string): void => database.transaction((): void => {
    const source = requireSource(dataset)
    for (const name of store.listUnmarked()) markRows(store.findDatasetId(name) ?? 0, name)
    const id = store.findDatasetId(dataset)
    const others = store.listMarked().filter((other) => other.isSold && other.dataset !== id)
    if (id === null || others.length === 0) return
    const marked = store.readMarks(id)
    for (const other of others) {
      const shared = findSharedRows(store.readMarks(other.dataset), marked, other.source === source.id)
      if (shared === null) continue
      const { columns, rows } = shared
      const where = other.name === null ? 'a table that was sold here and is removed' : `the table of dataset ${other.name}, which is sold already`
      const message = `Dataset ${dataset} holds ${rows} rows of ${where}, in other places; they are alike in ${columns.join(', ')}.`
      throw new AppError('policy.source-rows', message, { details: { dataset, other: other.name, rows, columns: [...columns] } })
    }
  }).immediate()

  const versionOf = (dataset: string, { minRows }: DisclosedPolicy): VersionSubject =>
    ({ dataset, datasetId: store.findDatasetId(dataset) ?? 0, minRows })

  const judge = ({ id, partition }: Source, program: Program, { dataset, details }: LedgerSubject): Partition => {
    if (details.policy.mode !== 'disclosed') {
      throw new AppError('policy.program-unexpected', 'This listing is in private mode: it must not see a program.')
    }
    const refined = assertPolicy(program, details.policy, describeDataset(details), partition)
    versions.assertAnswerable(versionOf(dataset, details.policy), id, refined)
    const { totalCells } = details.budgets
    const spent = store.countCells(id)
    const asked = store.countNewCells(id, hashCells(program))
    if (asked > 0 && spent + asked > totalCells) {
      const message = `this table has answered ${spent} different numbers of the ${totalCells} it will ever answer; the program asks for ${asked} that it has not answered yet`
      throw new AppError('policy.budget-spent', message, { details: { spent, asked, limit: totalCells } })
    }
    const comparing = store.countNewComparisons(id, hashComparisons(program))
    const compared = comparing === 0 ? 0 : store.countComparisons(id)
    if (compared + comparing > details.budgets.comparisons) {
      const limit = details.budgets.comparisons
      const message = `this table has answered ${compared} different comparisons of the ${limit} it will ever answer; the script asks ${comparing} that it has not answered yet`
      throw new AppError('policy.budget-spent', message, { details: { spent: compared, asked: comparing, limit } })
    }
    return refined
  }

  const judgeCells = ({ id }: Source, cells: number, { details }: LedgerSubject): number => {
    const { policy, budgets: { totalCells } } = details
    if (policy.mode !== 'private') {
      throw new AppError('policy.program-expected', 'This listing is in disclosed mode: it answers a program that it sees, or nothing.')
    }
    assertPrivateCells(cells, policy, describeDataset(details))
    const spent = store.countCells(id)
    if (spent + cells > totalCells) {
      const message = `this table has decrypted ${spent} cells of the ${totalCells} it will ever decrypt; this answer would take ${cells} more`
      throw new AppError('policy.budget-spent', message, { details: { spent, asked: cells, limit: totalCells } })
    }
    return cells * policy.maxAnswerBits
  }

  const judgeHelp = ({ id }: Source, { kind, count }: Help, { details: { policy, budgets } }: LedgerSubject): void => {
    if (policy.mode !== 'private') {
      throw new AppError('policy.program-expected', 'This listing is in disclosed mode: it compares what it is asked openly, and multiplies nothing.')
    }
    const limit = budgets[kind]
    if (limit === 0) throw new AppError(notSold[kind], `This listing sells no ${kind}.`)
    const spent = helped.count(id, kind)
    if (spent + count <= limit) return
    const message = `this table has answered ${spent} ${kind} of the ${limit} it will ever answer; this request asks ${count} more`
    throw new AppError('policy.budget-spent', message, { details: { spent, asked: count, limit } })
  }

  const assertMode = (dataset: string, mode: PolicyMode): Source => {
    const source = requireSource(dataset)
    if (source.mode !== null && source.mode !== mode) {
      const message = `The table of dataset ${dataset} has been listed in ${source.mode} mode before: it is sold in that mode or not at all.`
      throw new AppError('policy.source-mode', message, { details: { dataset, mode: source.mode } })
    }
    return source
  }

  /** One durable step; a purchase that was debited before is left as it is. */
  const debitOnce = (entry: LedgerEntry, subject: LedgerSubject, write: (source: Source) => void): void => {
    database.transaction(() => {
      const earlier = store.findEntry(entry)
      if (earlier?.programHash === entry.programHash) return
      if (earlier !== null) throw new AppError('escrow.second-request', 'This purchase has already had its one answer.')
      write(requireSource(subject.dataset))
    }).immediate()
  }

  return {
    register: (dataset) => {
      database.transaction(() => {
        requireSource(dataset)
        markRows(store.findDatasetId(dataset) ?? 0, dataset)
      }).immediate()
    },
    readPartition: (dataset) => requireSource(dataset).partition,
    areOfOneSource: (one, other) => requireSource(one).id === requireSource(other).id,
    mayBeBehind: () => database.prepare('SELECT 1 FROM restorations LIMIT 1').get() !== undefined,
    knows: (entry) => store.findEntry(entry) !== null,
    listOffers: (dataset) => store.listOffers(requireSource(dataset).id),
    hasAnswered: (dataset) => store.countCells(requireSource(dataset).id) > 0,
    countCells: (dataset) => store.countCells(requireSource(dataset).id),

    assertPermitted: (program, subject) => { judge(requireSource(subject.dataset), program, subject) },

    debit: (entry, program, subject) => {
      debitOnce(entry, subject, (source) => {
        store.setPartition(source.id, judge(source, program, subject))
        store.insertCells(source.id, hashCells(program))
        store.insertEntry(source.id, entry, now().toISOString())
      })
    },

    assertCellsPermitted: (cells, subject) => { judgeCells(requireSource(subject.dataset), cells, subject) },

    debitCells: (entry, cells, subject) => {
      debitOnce(entry, subject, (source) => {
        store.insertEntry(source.id, entry, now().toISOString(), { cells, bits: judgeCells(source, cells, subject) })
      })
    },

    hasDebited: (entry) => store.findEntry(entry)?.programHash === entry.programHash,

    assertMode,
    assertApart,
    assertListable: (dataset, policy) => {
      if (policy.mode === 'private') return
      const { id, partition } = requireSource(dataset)
      versions.assertListable(versionOf(dataset, policy), id, partition)
    },
    claimMode: (dataset, mode) => {
      database.transaction(() => {
        assertApart(dataset)
        store.setMode(assertMode(dataset, mode).id, mode)
      }).immediate()
    },

    debitComparisons: (sale, questions, subject) => {
      database.transaction(() => {
        const source = requireSource(subject.dataset)
        store.setPartition(source.id, judge(source, questions, subject))
        store.insertComparisons(source.id, sale, hashComparisons(questions), now().toISOString())
      }).immediate()
    },

    debitHelp: (sale, help, subject) => {
      database.transaction(() => {
        const source = requireSource(subject.dataset)
        if (helped.has(source.id, sale, help)) return
        judgeHelp(source, help, subject)
        helped.insert(source.id, sale, help, now().toISOString())
      }).immediate()
    },
    countHelp: (sale) => helped.countOf(sale),
    countHelped: (dataset, kind) => helped.count(requireSource(dataset).id, kind),

    assertAsked: (sale, program) => {
      if (store.hasAsked(sale, hashComparisons(program))) return
      throw new AppError('policy.comparison-unasked', 'The program names comparisons that were not asked under this purchase.')
    },
  }
}
