import { createCellEncoder } from '../../compute/products.ts'
import type { Partition } from '../../policy/partition.ts'
import { AppError, isAppError, type ErrorDetails } from '../../shared/errors.ts'
import type { DatasetService } from '../datasets/dataset-service.ts'
import { hasNarrowCombination } from '../datasets/narrow-combination.ts'
import { createIntegerTable, toResidue, type IntegerTable } from '../datasets/second-moments.ts'
import { findCorrections, type Correction } from './corrections.ts'
import { findJointFault, type JointFault, type JudgedColumn } from './recodings.ts'
import type { SourceOffer, SourceStore } from './source-store.ts'

/**
 * What the listings of one source tell together (docs/adr/0402, "Corrected rows"; docs/adr/0201). A row that was corrected between two
 * published tables is the difference of their sums, though neither answer tells it from another row.
 */
export interface Versions {
  /**
   * Whether a listing of the dataset may stand beside those that are published. Throws `policy.source-corrected`: in a column fewer rows
   * than either listing's minimum differ, or differ otherwise than all others do; sums of several columns, there and here, could be of
   * as few rows together; a column is one that is sold, in other units and corrected; or some differ, and groups of rows were answered.
   */
  assertListable(subject: VersionSubject, source: number, known: Partition): void
  /**
   * Whether the source may answer what leaves it known as `readRefined` gives. Throws `policy.source-corrected` for a table that was
   * published beside one from which few rows differ, and `policy.second-moments-whole` or `policy.corrected-whole` for groups of
   * rows where listings together would tell single ones.
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
}

/** The first row of a group that is told apart other than by where a listed table ends. */
const findGroup = ({ starts }: Partition, offers: readonly SourceOffer[]): number | undefined => {
  const lengths = new Set(offers.map(({ rows }) => rows))
  return starts.find((start) => start > 0 && !lengths.has(start))
}

/** Some rows differ and others do not: a group of rows can then hold a single one that differs. */
const isPartial = ({ rows, common }: Correction): boolean => rows < common

const describeFault = ({ reason, columns }: JointFault, limit: number): string => {
  const names = [...new Set(columns)].join(', ')
  return {
    recoded: `${names} is one column in other units, which was corrected too. Keep its name and unit, so that all rows not corrected stay as they are; or recode every row alike.`,
    together: `the sums of ${names}, and of columns sold before, could together be of fewer rows than the minimum of ${limit}. Correct all columns in the same rows and by amounts that agree, or in at least ${limit} rows more; or leave a column out.`,
    unreadable: `what changed in ${names} cannot be judged without the plain rows of both tables. Import the one whose rows were deleted again; or leave these columns as they were.`,
  }[reason]
}

export const createVersions = ({ store, datasets }: VersionDependencies): Versions => {
  /** By their datasets: marks never change. */
  const compared = new Map<string, readonly Correction[]>()
  const compare = (known: number, asked: number): readonly Correction[] => {
    if (known === asked) return []
    const pair = `${known}/${asked}`
    const before = compared.get(pair) ?? findCorrections(store.readMarks(known), store.readMarks(asked))
    compared.set(pair, before)
    return before
  }

  const refuse = (offer: SourceOffer, what: string, details: ErrorDetails): never => {
    throw new AppError('policy.source-corrected', `Listing ${offer.id} of the same table is published: ${what}`, { details: { listing: offer.id, ...details } })
  }

  /** How many rows were corrected is the owner's to know: a buyer who asks is told that some were. */
  const assertFew = (offer: SourceOffer, { datasetId, minRows }: VersionSubject, asks: 'owner' | 'buyer'): readonly Correction[] => {
    const limit = Math.max(minRows, offer.minRows)
    if (limit === 1) return []
    const corrections = compare(offer.dataset, datasetId)
    const few = corrections.find(({ rows }) => rows < limit)
    if (few === undefined) return corrections
    if (asks === 'buyer') return refuse(offer, 'too few of its rows were corrected since, so that the difference of two answers would be theirs.', {})
    const { column, rows } = few
    return refuse(offer, `${column} differs from it in ${rows} of the rows, fewer than the minimum of ${limit}, so that the difference of two answers would be theirs.`, {
      column, rows, limit,
    })
  }

  /** Residues of a column's rows; null where they are gone. A table is read once. */
  const createReader = (): ((dataset: string, column: string, rows: number) => readonly number[] | null) => {
    const tables = new Map<string, IntegerTable>()
    const open = (dataset: string): IntegerTable => {
      const table = tables.get(dataset) ?? createIntegerTable(datasets.readRows(dataset), createCellEncoder(datasets.readColumns(dataset)))
      tables.set(dataset, table)
      return table
    }
    return (dataset, column, rows) => {
      const at = datasets.readColumns(dataset).findIndex(({ name }) => name === column)
      if (at === -1) return null
      try {
        return open(dataset).read(at).slice(0, rows).map(toResidue)
      } catch (error) {
        if (isAppError(error, 'input.plain-dropped')) return null
        throw error
      }
    }
  }

  /** A raise of two percent for all but one is that one's, though every row differs. */
  const assertAlike = (
    offer: SourceOffer, { dataset, minRows }: VersionSubject, { column, common }: Correction, read: ReturnType<typeof createReader>,
  ): void => {
    const [before, after] = [read(offer.name, column, common), read(dataset, column, common)]
    if (before === null || after === null) return
    const limit = Math.max(minRows, offer.minRows)
    if (!hasNarrowCombination([new Array<number>(common).fill(1), before, after], limit)) return
    refuse(offer, `the sums of ${column}, there and here, could together be of fewer rows than the minimum of ${limit}.`, { column, rows: common, limit })
  }

  /** Of all tables that are sold, since a column of each may be what tells a row together. */
  const assertTogether = (
    offers: readonly SourceOffer[], { dataset, datasetId, minRows }: VersionSubject, readCells: ReturnType<typeof createReader>,
  ): void => {
    const open = (id: number, name: string, common: number): JudgedColumn[] => store.readMarks(id).map((column) => {
      let cells: readonly number[] | null | undefined
      return { ...column, read: () => (cells === undefined ? (cells = readCells(name, column.name, common)) : cells) }
    })
    const rows = store.readMarks(datasetId)[0]?.marks.length ?? 0
    const others = offers.filter((offer) => offer.dataset !== datasetId && Math.max(minRows, offer.minRows) > 1)
    for (const common of new Set(others.map((offer) => Math.min(rows, offer.rows)))) {
      const judged = others.filter((offer) => offer.rows >= common)
      const limit = Math.max(minRows, ...judged.map((offer) => offer.minRows))
      const tables = new Map(judged.map((offer) => [offer.dataset, offer.name]))
      const fault = findJointFault({
        known: [...tables].map(([id, name]) => open(id, name, common)), asked: open(datasetId, dataset, common), common, limit,
      })
      const last = judged.at(-1)
      if (fault === null || last === undefined) continue
      refuse(last, describeFault(fault, limit), { reason: fault.reason, columns: fault.columns.join(', '), limit })
    }
  }

  return {
    assertListable: (subject, source, known) => {
      const read = createReader()
      const offers = store.listOffers(source)
      const group = findGroup(known, offers)
      for (const offer of offers.filter(({ isPublished }) => isPublished)) {
        const corrections = assertFew(offer, subject, 'owner')
        for (const correction of corrections) assertAlike(offer, subject, correction, read)
        const partial = corrections.find(isPartial)
        if (partial === undefined || group === undefined || subject.minRows === 1) continue
        refuse(offer, `${partial.column} differs from it in some of the rows, and groups of rows were answered, which could hold one of those.`, {
          column: partial.column, rows: partial.rows,
        })
      }
      assertTogether(offers.filter(({ isPublished }) => isPublished), subject, read)
    },

    assertAnswerable: (subject, source, readRefined) => {
      const offers = store.listOffers(source)
      const published = offers.filter(({ isPublished }) => isPublished)
      const own = published.findIndex(({ dataset }) => dataset === subject.datasetId)
      // Published together by an earlier version of this program: the table that was listed first is answered.
      // A draft is judged as if it were published last.
      for (const earlier of published.slice(0, own === -1 ? published.length : own)) assertFew(earlier, subject, 'buyer')
      const hasMoments = published.some(({ moments }) => moments.length > 0)
      const tables = [...new Set([...published.map(({ dataset }) => dataset), subject.datasetId])]
      if (subject.minRows === 1 || (!hasMoments && tables.length < 2)) return
      const group = findGroup(readRefined(), offers)
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
