import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Partition } from '../../policy/partition.ts'
import { AppError, isAppError } from '../../shared/errors.ts'
import type { DatasetService } from '../datasets/dataset-service.ts'
import type { Residues } from '../datasets/residue-algebra.ts'
import type { Judges } from '../judging/judges.ts'
import { findCorrections, type Correction } from './corrections.ts'
import { isPartial, limitBeside, refuseBeside, type UnreadColumns, type VersionsVerdict, type VersionTable } from './judge-versions.ts'
import { createResidueOf } from './residues.ts'
import type { SourceOffer, SourceStore } from './source-store.ts'

/**
 * What the listings of one source tell together (docs/adr/0402, "Corrected rows"; docs/adr/0201). A row that was corrected between two
 * published tables is the difference of their sums, though neither answer tells it from another row.
 */
export interface Versions {
  /**
   * Whether a listing of the dataset may stand beside those that are published; judged in a thread, as a million rows take seconds. Gives
   * what it stands beside: as long as `nameBeside` gives the same, nothing of it has changed. Throws `policy.source-corrected`: in a column
   * fewer rows than either listing's minimum differ, or differ otherwise than all others do; sums of several columns, there and here, could
   * be of as few rows together; a column is one that is sold, in other units and corrected; or some differ, and groups of rows were
   * answered.
   */
  assertListable(subject: VersionSubject, source: number, readKnown: () => Partition): Promise<string>
  /**
   * Judges a table that an earlier version of this program published beside those that were listed before it, once for each state of
   * these, so that `assertAnswerable` knows. In a thread, as `assertListable`.
   */
  prepare(subject: VersionSubject, source: number): Promise<void>
  /** The published listings of the source, and whether groups of its rows were answered, in few words. */
  nameBeside(subject: VersionSubject, source: number, readKnown: () => Partition): string
  /**
   * Whether the source may answer what leaves it known as `readRefined` gives. Throws `policy.source-corrected` for a table that was
   * published beside others with which its sums are of few rows, or that was not judged by `prepare` and should be, and
   * `policy.second-moments-whole` or `policy.corrected-whole` for groups of rows where listings together would tell single ones.
   */
  assertAnswerable(subject: VersionSubject, source: number, readRefined: () => Partition): void
}

export interface VersionSubject {
  readonly dataset: string
  readonly datasetId: number
  readonly minRows: number
}

export interface VersionDependencies {
  readonly store: Pick<SourceStore, 'listOffers' | 'readMarks'>
  readonly datasets: Pick<DatasetService, 'readColumns' | 'readRows'>
  readonly judges: Pick<Judges, 'run'>
}

/** Read at once, between which others are served. */
const rowsAtOnce = 5000

/** The first row of a group that is told apart other than by where a listed table ends. */
const findGroup = ({ starts }: Partition, offers: readonly SourceOffer[]): number | undefined => {
  const lengths = new Set(offers.map(({ rows }) => rows))
  return starts.find((start) => start > 0 && !lengths.has(start))
}

interface Beside {
  readonly offers: readonly SourceOffer[]
  readonly hasGroups: boolean
}

/** Marks never change, and neither does what was listed; but names may, by which rows are read. */
const nameOf = ({ dataset, datasetId, minRows }: VersionSubject, { offers, hasGroups }: Beside): string =>
  JSON.stringify([dataset, datasetId, minRows, hasGroups, ...offers.map((offer) => [offer.id, offer.dataset, offer.name])])

export const createVersions = ({ store, datasets, judges }: VersionDependencies): Versions => {
  /** By their datasets: marks never change. */
  const compared = new Map<string, readonly Correction[]>()
  const nameOfPair = (known: number, asked: number): string => `${known}/${asked}`
  const compare = (known: number, asked: number): readonly Correction[] => {
    if (known === asked) return []
    const pair = nameOfPair(known, asked)
    const before = compared.get(pair) ?? findCorrections(store.readMarks(known), store.readMarks(asked))
    compared.set(pair, before)
    return before
  }

  /** How many rows were corrected is the owner's to know: a buyer who asks is told that some were. */
  const assertMany = (offer: SourceOffer, subject: VersionSubject): void => {
    const limit = limitBeside(subject, offer)
    if (limit === 1 || compare(offer.dataset, subject.datasetId).every(({ rows }) => rows >= limit)) return
    refuseBeside(offer, 'too few of its rows were corrected since, so that the difference of two answers would be theirs.', {})
  }

  const readBeside = (source: number, readKnown: () => Partition): Beside => {
    const offers = store.listOffers(source)
    const published = offers.filter(({ isPublished }) => isPublished)
    return { offers: published, hasGroups: findGroup(readKnown(), published) !== undefined }
  }

  /** Residues of a table's columns by name, null where there is no such column; or null where its rows are gone. */
  const readResidues = async (dataset: string, names: readonly string[], rows: number): Promise<VersionTable['residues']> => {
    const columns = datasets.readColumns(dataset)
    const positions = names.map((name) => columns.findIndex((column) => column.name === name))
    const readers = positions.map((at) => (at === -1 ? null : { residueOf: createResidueOf(columns, at), residues: new Int32Array(rows) }))
    try {
      for (let start = 0; start < rows; start += rowsAtOnce) {
        const portion = datasets.readRows(dataset, start, rowsAtOnce)
        for (const reader of readers) {
          if (reader !== null) portion.forEach((row, index) => { reader.residues[start + index] = reader.residueOf(row) })
        }
        await nextTurn()
      }
    } catch (error) {
      if (isAppError(error, 'input.plain-dropped')) return null
      throw error
    }
    return new Map<string, Residues | null>(names.map((name, at) => [name, readers[at]?.residues ?? null]))
  }

  /** What a table was found to be beside those listed before it: whether their sums together are of few rows. */
  const verdicts = new Map<string, Promise<boolean>>()
  const isClear = new Map<string, boolean>()
  /** The listings beside which a published table is still to be judged, as it was not when it was published; null where there are none. */
  const findUnjudged = ({ datasetId, minRows }: VersionSubject, published: readonly SourceOffer[]): Beside | null => {
    const own = published.filter((offer) => offer.dataset === datasetId && offer.minRows === minRows)
    if (own.length === 0 || own.some(({ isJudged }) => isJudged)) return null
    const offers = published.slice(0, published.findIndex(({ dataset }) => dataset === datasetId))
    return offers.length === 0 ? null : { offers, hasGroups: false }
  }
  const assertJudged = (subject: VersionSubject, published: readonly SourceOffer[]): void => {
    const beside = findUnjudged(subject, published)
    const last = beside?.offers.at(-1)
    if (beside === null || last === undefined) return
    const clear = isClear.get(nameOf(subject, beside))
    if (clear === true) return
    // Which columns, and how many rows, is data.
    refuseBeside(last, clear === false
      ? 'what was corrected since could make sums of too few rows.'
      : 'what was corrected since has not been looked at yet; ask again.', {})
  }

  const judgeBeside = async (subject: VersionSubject, beside: Beside): Promise<void> => {
    if (beside.offers.every(({ dataset }) => dataset === subject.datasetId)) return
    const offers = beside.offers.map(({ id, dataset, rows, minRows, isPending }) => ({ id, dataset, rows, minRows, isPending }))
    const names = new Map(beside.offers.map(({ dataset, name }) => [dataset, name]))
    names.set(subject.datasetId, subject.dataset)
    const rowsOf = new Map<number, number>()
    const judge = async (residues: ReadonlyMap<number, VersionTable['residues']>): Promise<VersionsVerdict> => {
      const tables: VersionTable[] = []
      for (const dataset of names.keys()) {
        const marks = store.readMarks(dataset)
        rowsOf.set(dataset, marks[0]?.marks.length ?? 0)
        const known = residues.get(dataset)
        tables.push({ dataset, marks, residues: known === undefined ? new Map() : known })
        await nextTurn()
      }
      const { datasetId, minRows } = subject
      return judges.run({ kind: 'versions', question: { subject: { datasetId, minRows }, offers, hasGroups: beside.hasGroups, tables } })
    }
    const read = async (unread: UnreadColumns): Promise<ReadonlyMap<number, VersionTable['residues']>> => {
      const residues = new Map<number, VersionTable['residues']>()
      for (const { dataset, columns } of unread) {
        residues.set(dataset, await readResidues(names.get(dataset) ?? '', columns, rowsOf.get(dataset) ?? 0))
      }
      return residues
    }
    const first = await judge(new Map())
    const { corrections } = first.unread.length === 0 ? first : await judge(await read(first.unread))
    for (const [dataset, found] of corrections) compared.set(nameOfPair(dataset, subject.datasetId), found)
  }

  const judgeClear = async (subject: VersionSubject, beside: Beside): Promise<boolean> => {
    try {
      await judgeBeside(subject, beside)
      return true
    } catch (error) {
      if (isAppError(error, 'policy.source-corrected')) return false
      throw error
    }
  }

  return {
    prepare: async (subject, source) => {
      const beside = findUnjudged(subject, store.listOffers(source).filter(({ isPublished }) => isPublished))
      if (beside === null) return
      const name = nameOf(subject, beside)
      const verdict = verdicts.get(name) ?? judgeClear(subject, beside)
      verdicts.set(name, verdict)
      try {
        isClear.set(name, await verdict)
      } catch (error) {
        verdicts.delete(name)
        throw error
      }
    },

    nameBeside: (subject, source, readKnown) => nameOf(subject, readBeside(source, readKnown)),

    assertListable: async (subject, source, readKnown) => {
      const beside = readBeside(source, readKnown)
      await judgeBeside(subject, beside)
      return nameOf(subject, beside)
    },

    assertAnswerable: (subject, source, readRefined) => {
      const offers = store.listOffers(source)
      const published = offers.filter(({ isPublished }) => isPublished)
      const own = published.findIndex(({ dataset }) => dataset === subject.datasetId)
      // Published together by an earlier version of this program: the table that was listed first is answered.
      // A draft is judged as if it were published last.
      for (const earlier of published.slice(0, own === -1 ? published.length : own)) assertMany(earlier, subject)
      assertJudged(subject, published)
      const hasMoments = published.some(({ moments }) => moments.length > 0)
      const tables = [...new Set([...published.map(({ dataset }) => dataset), subject.datasetId])]
      if (subject.minRows === 1 || (!hasMoments && tables.length < 2)) return
      // A draft's length is nobody's business: only where tables end that are sold, and its own, answers end too.
      const group = findGroup(readRefined(), offers.filter(({ isPublished, dataset }) => isPublished || dataset === subject.datasetId))
      if (group === undefined) return
      const told = `the answer, or one given before, tells row ${group} from the row before it`
      if (hasMoments) {
        throw new AppError('policy.second-moments-whole', `${told}; a table sold with second moments is answered of all rows together only`, { details: { row: group } })
      }
      if (tables.some((one, at) => tables.slice(at + 1).some((other) => compare(one, other).some(isPartial)))) {
        const message = `${told}; a table of which a corrected version is sold too is answered of all rows together only`
        throw new AppError('policy.corrected-whole', message, { details: { row: group } })
      }
    },
  }
}
