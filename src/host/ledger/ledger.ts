import { assertPrivateCells } from '../../policy/private.ts'
import { createPartition, type Partition } from '../../policy/partition.ts'
import type { Details, DisclosedPolicy, Policy, PolicyMode } from '../../shared/schemas/details.ts'
import type { Program } from '../../shared/schemas/program.ts'
import { AppError, isAppError } from '../../shared/errors.ts'
import type { DatasetService } from '../datasets/dataset-service.ts'
import { encodePartition, judgeProgram, parsePartition, type Judgement } from '../judging/judgement.ts'
import type { JudgeJob, JudgeResults } from '../judging/judge-jobs.ts'
import { judgeHere, type Judges } from '../judging/judges.ts'
import type { Vault } from '../secrets/types.ts'
import type { ProfileDatabase } from '../storage/database.ts'
import { describeDataset } from '../trade/details-document.ts'
import { createHelpStore, type Help } from './help-store.ts'
import { createNeighbourhood } from './neighbourhood.ts'
import { readRestorations, type Restoration } from './restorations.ts'
import type { SourceTable } from './row-marks.ts'
import { createVersions, type VersionSubject } from './versions.ts'
import { createSourceStore, type Asker, type LedgerEntry, type Sale, type Source, type SourceOffer } from './source-store.ts'

/** Whose table a program is about, and under which terms. */
export interface LedgerSubject {
  /** The dataset's name in this profile. */
  readonly dataset: string
  readonly details: Details
}

/** A program, put to a listing. */
export interface LedgerQuestion {
  readonly program: Program
  readonly subject: LedgerSubject
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
  /** From when to when the profile forgot what it did, for each time that it was put back from a backup. */
  readRestorations(): readonly Restoration[]
  /** Whether it knows an answer given for this purchase, or, where named, for this request before another took its number over. */
  knows(sale: Sale, requestHash?: string): boolean
  /** Whether the dataset's source has answered anything yet. */
  hasAnswered(dataset: string): boolean
  /**
   * How many of these questions, put one after the other to listings of one source or of several, would be answered before the first
   * refusal; in a transaction that is taken back, so that nothing is counted.
   */
  rehearse(questions: readonly LedgerQuestion[]): { readonly answered: number; readonly refusal: AppError | null }
  /** The listings of the dataset's source in `disclosed` mode. */
  listOffers(dataset: string): readonly SourceOffer[]
  /** How many cells the dataset's source has answered. */
  countCells(dataset: string): number
  /**
   * Has what came for the listing judged elsewhere, in view of all that the source has told, and gives it to `act`, which says whether the
   * source has told no more since. Where it has, it is judged again; after so many times, here, so that nothing comes in between. What is
   * refused stays refused: a source only ever tells more. A table that an earlier version of this program published is first judged
   * beside those listed before it. With `earlier`, that is tried first. Gives what was acted on. Throws as `runJudgeJob` and `act`.
   */
  settle<K extends JudgedKind>(
    job: JudgedText<K>, subject: LedgerSubject, act: (judged: JudgeResults[K]) => boolean, earlier?: JudgeResults[K],
  ): Promise<JudgeResults[K]>
  /**
   * Whether a program would be answered now; counts nothing. Gives false where the source has told more than the judgement knows.
   * Throws `policy.source-corrected`, `policy.second-moments-whole`, `policy.corrected-whole`, `policy.budget-spent`.
   */
  assertPermitted(judgement: Judgement, subject: LedgerSubject): boolean
  /**
   * Writes the answer down for good, in one durable step, before anything is decrypted, where it is permitted as `assertPermitted` says;
   * else changes nothing. For a purchase that was debited before, by a run that was interrupted, it changes nothing either: a debit is
   * never given back and never made twice.
   */
  debit(entry: LedgerEntry, judgement: Judgement, subject: LedgerSubject): boolean
  /**
   * The same two for an answer in `private` mode, of which only the number of its cells is known. Throws `policy.answer-cells`,
   * `policy.budget-spent`.
   */
  assertCellsPermitted(cells: number, subject: LedgerSubject): void
  debitCells(entry: LedgerEntry, cells: number, subject: LedgerSubject): void
  /**
   * A reorganisation gave a purchase's number, which had the request `from`, to another purchase with the request `to`. What was debited
   * for the one stays debited, and is no debit for the other.
   */
  displace(sale: Sale, from: string, to: string): void
  /** Whether this very answer was debited before. */
  hasDebited(entry: LedgerEntry): boolean
  /** One source is never sold in both modes: what is answered unseen would defeat the ledger. Throws `policy.source-mode`. */
  assertMode(dataset: string, mode: PolicyMode): void
  /**
   * What is sold of a table counts towards what is sold of the same rows in another order, and where they stand there must not be told:
   * an order is data (docs/adr/0402). So rows are sold in one order. Compares elsewhere, for it takes long. Throws `policy.source-rows`
   * where another published table holds them.
   */
  assertApart(dataset: string): Promise<void>
  /**
   * Whether the dataset may be sold beside the tables of its source that are: what was corrected in between would be the difference of two
   * answers (docs/adr/0402). Judged elsewhere, for it takes long. Throws `policy.source-corrected`.
   */
  assertListable(dataset: string, policy: Policy): Promise<void>
  /**
   * Notes for good that the dataset's source is sold in the policy's mode, and what `claim` writes, in one step with seeing that what it
   * was judged beside still stands: whatever another process publishes at the same moment is judged beside this, or this beside that.
   * Gives what `claim` gives; where that is false, nothing is noted. Throws as `assertListable`, `assertMode` and `assertApart`.
   */
  claimMode(dataset: string, policy: Policy, claim: () => boolean): Promise<boolean>
  /**
   * Counts what a purchase asks of the key holder, judged as a program of comparisons alone, where its source was never asked it before, in
   * one durable step before anything is decrypted. Asked again, it changes nothing. Gives false and throws as `assertPermitted`.
   */
  debitComparisons(asker: Asker, judgement: Judgement, subject: LedgerSubject): boolean
  /**
   * Counts what a purchase asks blinded, in `private` mode, in one durable step before anything is decrypted; the same bytes asked again
   * by the same purchase change nothing. Throws `policy.program-expected`, `policy.comparisons-not-sold`,
   * `policy.products-not-sold`, `policy.budget-spent`.
   */
  debitHelp(asker: Asker, help: Help, subject: LedgerSubject): void
  /** How many comparisons and products a purchase was helped with, whichever script asked. */
  countHelp(asker: Asker): number
  /** How many of either kind the dataset's source has helped with. */
  countHelped(dataset: string, kind: Help['kind']): number
  /** Throws `policy.comparison-unasked` where a program names comparisons that its purchase has not asked. */
  assertAsked(asker: Asker, { comparisons }: Pick<Judgement, 'comparisons'>): void
}

export interface LedgerDependencies {
  readonly database: ProfileDatabase
  readonly vault: Vault
  readonly datasets: Pick<DatasetService, 'readColumns' | 'readRows'>
  readonly judges: Pick<Judges, 'run'>
  readonly now: () => Date
}

/** The jobs whose outcome holds as long as the source tells no more. */
export type JudgedKind = 'check' | 'program' | 'questions'
export interface JudgedText<K extends JudgedKind> {
  readonly kind: K
  readonly text: string
}
type JudgedJob = JudgeJob & { readonly kind: JudgedKind }

/** So often what was judged elsewhere may come too late; then it is judged here. */
const mostTries = 3

const notSold = { comparisons: 'policy.comparisons-not-sold', products: 'policy.products-not-sold' } as const

export const createLedger = ({ database, vault, datasets, judges, now }: LedgerDependencies): Ledger => {
  const store = createSourceStore(database, vault)
  const helped = createHelpStore(database)
  const versions = createVersions({ store, datasets, judges })

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
      ?? store.create(encodePartition(createPartition(table[0]?.values.length ?? 1)), now().toISOString())
    store.link(source, id)
    store.insertMarks(id, marked)
    const linked = store.findOf(id)
    if (linked === null) throw new AppError('bug.unexpected', `The source of dataset ${dataset} was written and is not there.`)
    return linked
  }).immediate()

  const { whenApart } = createNeighbourhood({
    database, store, judges,
    findSource: (dataset) => requireSource(dataset).id,
    markAll: () => { for (const name of store.listUnmarked()) markRows(store.findDatasetId(name) ?? 0, name) },
  })

  const versionOf = (dataset: string, { minRows }: DisclosedPolicy): VersionSubject =>
    ({ dataset, datasetId: store.findDatasetId(dataset) ?? 0, minRows })

  type VersionsTake<Outcome> = (subject: VersionSubject, source: number, readKnown: () => Partition) => Outcome
  /** In private mode nothing is judged by its rows, and nothing can change. */
  const beside = <Outcome>(dataset: string, policy: Policy, act: VersionsTake<Outcome>, none: Outcome): Outcome => {
    if (policy.mode === 'private') return none
    const { id, partition } = requireSource(dataset)
    return act(versionOf(dataset, policy), id, () => parsePartition(partition))
  }
  const judgeBeside = (dataset: string, policy: Policy): Promise<string> =>
    beside(dataset, policy, versions.assertListable, Promise.resolve(''))
  const nameBeside = (dataset: string, policy: Policy): string => beside(dataset, policy, versions.nameBeside, '')

  /** Whether the judgement still holds, and if so, whether what was sold and answered beside it permits the answer. */
  const assertWithin = (
    { id, partition }: Source, { known, refined, cells, comparisons }: Judgement, { dataset, details }: LedgerSubject,
  ): boolean => {
    if (partition !== known) return false
    if (details.policy.mode === 'disclosed') versions.assertAnswerable(versionOf(dataset, details.policy), id, () => parsePartition(refined))
    const { totalCells } = details.budgets
    const spent = store.countCells(id)
    const asked = store.countNewCells(id, cells)
    if (asked > 0 && spent + asked > totalCells) {
      const message = `this table has answered ${spent} different numbers of the ${totalCells} it will ever answer; the program asks for ${asked} that it has not answered yet`
      throw new AppError('policy.budget-spent', message, { details: { spent, asked, limit: totalCells } })
    }
    const comparing = store.countNewComparisons(id, comparisons)
    const compared = comparing === 0 ? 0 : store.countComparisons(id)
    if (compared + comparing > details.budgets.comparisons) {
      const limit = details.budgets.comparisons
      const message = `this table has answered ${compared} different comparisons of the ${limit} it will ever answer; the script asks ${comparing} that it has not answered yet`
      throw new AppError('policy.budget-spent', message, { details: { spent: compared, asked: comparing, limit } })
    }
    return true
  }

  /** What an answer leaves known, where it is permitted as `assertWithin` says. */
  const writeJudged = (source: Source, judgement: Judgement, subject: LedgerSubject): boolean => {
    if (!assertWithin(source, judgement, subject)) return false
    store.setPartition(source.id, judgement.refined)
    store.insertCells(source.id, judgement.cells)
    return true
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

  /** One durable step; a purchase that was debited before is left as it is. Gives what `write` does. */
  const debitOnce = (entry: LedgerEntry, subject: LedgerSubject, write: (source: Source) => boolean): boolean =>
    database.transaction((): boolean => {
      const earlier = store.findEntry(entry)
      if (earlier?.programHash === entry.programHash) return true
      if (earlier !== null) throw new AppError('escrow.second-request', 'This purchase has already had its one answer.')
      return write(requireSource(subject.dataset))
    }).immediate()

  const settle: Ledger['settle'] = async (job, subject, act, earlier) => {
    const { dataset, details } = subject
    const prepare = async (): Promise<void> => {
      if (details.policy.mode === 'disclosed') await versions.prepare(versionOf(dataset, details.policy), requireSource(dataset).id)
    }
    await prepare()
    if (earlier !== undefined && act(earlier)) return earlier
    const createJob = (): JudgedJob & typeof job => ({ ...job, details, known: requireSource(dataset).partition })
    for (let tries = 0; tries < mostTries; tries += 1) {
      const judged = await judges.run(createJob())
      await prepare()
      if (act(judged)) return judged
    }
    return database.transaction(() => {
      const judged = judgeHere(createJob())
      act(judged)
      return judged
    }).immediate()
  }

  return {
    register: (dataset) => {
      database.transaction(() => {
        requireSource(dataset)
        markRows(store.findDatasetId(dataset) ?? 0, dataset)
      }).immediate()
    },
    readPartition: (dataset) => parsePartition(requireSource(dataset).partition),
    areOfOneSource: (one, other) => requireSource(one).id === requireSource(other).id,
    mayBeBehind: () => readRestorations(database).length > 0,
    readRestorations: () => readRestorations(database),
    knows: (sale, requestHash) => store.findEntry(sale, requestHash) !== null || store.findEntry(sale) !== null,
    listOffers: (dataset) => store.listOffers(requireSource(dataset).id),
    hasAnswered: (dataset) => store.countCells(requireSource(dataset).id) > 0,
    countCells: (dataset) => store.countCells(requireSource(dataset).id),

    settle,
    assertPermitted: (judgement, subject) => assertWithin(requireSource(subject.dataset), judgement, subject),

    rehearse: (questions) => {
      let answered = 0
      let refusal: AppError | null = null
      const takenBack = new Error('a rehearsal is taken back')
      try {
        database.transaction(() => {
          for (const { program, subject } of questions) {
            const source = requireSource(subject.dataset)
            writeJudged(source, judgeProgram(program, subject.details, source.partition), subject)
            answered += 1
          }
          throw takenBack
        }).immediate()
      } catch (error) {
        if (isAppError(error)) refusal = error
        else if (error !== takenBack) throw error
      }
      return { answered, refusal }
    },

    debit: (entry, judgement, subject) => debitOnce(entry, subject, (source) => {
      if (!writeJudged(source, judgement, subject)) return false
      store.insertEntry(source.id, entry, now().toISOString())
      return true
    }),

    assertCellsPermitted: (cells, subject) => { judgeCells(requireSource(subject.dataset), cells, subject) },

    debitCells: (entry, cells, subject) => {
      debitOnce(entry, subject, (source) => {
        store.insertEntry(source.id, entry, now().toISOString(), { cells, bits: judgeCells(source, cells, subject) })
        return true
      })
    },

    displace: (sale, from, to) => { database.transaction(() => { store.displaceEntry(sale, from, to) }).immediate() },

    hasDebited: (entry) => store.findEntry(entry)?.programHash === entry.programHash,

    assertMode,
    assertApart: (dataset) => whenApart(dataset, () => undefined),
    assertListable: async (dataset, policy) => { await judgeBeside(dataset, policy) },
    claimMode: async (dataset, policy, claim) => {
      for (;;) {
        const judged = await judgeBeside(dataset, policy)
        const isClaimed = await whenApart(dataset, () => {
          if (nameBeside(dataset, policy) !== judged) return null
          const { id } = assertMode(dataset, policy.mode)
          if (!claim()) return false
          store.setMode(id, policy.mode)
          return true
        })
        if (isClaimed !== null) return isClaimed
      }
    },

    debitComparisons: (asker, judgement, subject) => database.transaction((): boolean => {
      const source = requireSource(subject.dataset)
      if (!assertWithin(source, judgement, subject)) return false
      store.setPartition(source.id, judgement.refined)
      store.insertComparisons(source.id, asker, judgement.comparisons, now().toISOString())
      return true
    }).immediate(),

    debitHelp: (asker, help, subject) => {
      database.transaction(() => {
        const source = requireSource(subject.dataset)
        if (helped.has(source.id, asker, help)) return
        judgeHelp(source, help, subject)
        helped.insert(source.id, asker, help, now().toISOString())
      }).immediate()
    },
    countHelp: (asker) => helped.countOf(asker) + store.countAsked(asker),
    countHelped: (dataset, kind) => helped.count(requireSource(dataset).id, kind),

    assertAsked: (asker, { comparisons }) => {
      if (store.hasAsked(asker, comparisons)) return
      throw new AppError('policy.comparison-unasked', 'The program names comparisons that were not asked under this purchase.')
    },
  }
}
