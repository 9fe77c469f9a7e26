import { AppError, type ErrorDetails } from '../../shared/errors.ts'
import { hasNarrowCombination, type Residues } from '../datasets/narrow-combination.ts'
import { findCorrections, findFewInPart, type Correction } from './corrections.ts'
import { findJointFault, findTellingColumns, type JointFault, type JudgedColumn, type MarkedTables } from './recodings.ts'
import type { MarkedColumn, MarkedTable } from './row-marks.ts'
import type { SourceOffer } from './source-store.ts'

/** A published listing beside which another one would stand. */
export type PublishedOffer = Pick<SourceOffer, 'id' | 'dataset' | 'rows' | 'minRows' | 'isPending'>

/** A table of the source, with what of its plain rows was read. */
export interface VersionTable {
  readonly dataset: number
  readonly marks: MarkedTable
  /** By the names of columns; null where its plain rows are gone. Of those that it has not, residues were not read, or there are none. */
  readonly residues: ReadonlyMap<string, Residues | null> | null
}

/** Whether a table may be listed beside others of its source. */
export interface VersionsQuestion {
  readonly subject: { readonly datasetId: number; readonly minRows: number }
  /** In the order in which they were listed. */
  readonly offers: readonly PublishedOffer[]
  /** Whether groups of rows were answered. */
  readonly hasGroups: boolean
  /** Of each dataset that is named here, one. */
  readonly tables: readonly VersionTable[]
}

/** Columns, by name, of which the plain rows are needed. */
export type UnreadColumns = readonly { readonly dataset: number; readonly columns: readonly string[] }[]

/** What must be read before it can be judged, and if that is nothing: it may be listed. */
export interface VersionsVerdict {
  readonly unread: UnreadColumns
  /** What was corrected between each published dataset and this one. */
  readonly corrections: ReadonlyMap<number, readonly Correction[]>
}

export const limitBeside = ({ minRows }: { readonly minRows: number }, offer: Pick<SourceOffer, 'minRows'>): number => Math.max(minRows, offer.minRows)

export const refuseBeside = ({ id, isPending }: Pick<SourceOffer, 'id' | 'isPending'>, what: string, details: ErrorDetails): never => {
  const stands = isPending ? 'is being published, or that was interrupted (discard the draft where it is not to be sold)' : 'is published'
  throw new AppError('policy.source-corrected', `Listing ${id} of the same table ${stands}: ${what}`, { details: { listing: id, ...details } })
}

/** Some rows differ and others do not: a group of rows can then hold a single one that differs. */
export const isPartial = ({ rows, common }: Correction): boolean => rows < common

const describeFault = ({ reason, columns }: JointFault, limit: number): string => {
  const names = [...new Set(columns)].join(', ')
  return {
    recoded: `${names} is one column in other units, which was corrected too. Keep its name and unit, so that all rows not corrected stay as they are; or recode every row alike.`,
    together: `the sums of ${names}, and of columns sold before, could together be of fewer rows than the minimum of ${limit}. Correct all columns in the same rows and by amounts that agree, or in at least ${limit} rows more; or leave a column out.`,
    unreadable: `what changed in ${names} cannot be judged without the plain rows of both tables. Import the one whose rows were deleted again; or leave these columns as they were.`,
  }[reason]
}

const assertFew = (offer: PublishedOffer, limit: number, corrections: readonly Correction[]): void => {
  const few = corrections.find(({ rows }) => rows < limit)
  if (few === undefined) return
  const { column, rows } = few
  refuseBeside(offer, `${column} differs from it in ${rows} of the rows, fewer than the minimum of ${limit}, so that the difference of two answers would be theirs.`, {
    column, rows, limit,
  })
}

/** Where a table ends, an answer may end: what was corrected behind that place is told apart from what was before it. */
const assertManyInParts = ({ subject, offers }: VersionsQuestion, marksOf: (dataset: number) => MarkedTable): void => {
  const rows = marksOf(subject.datasetId)[0]?.marks.length ?? 0
  const all: readonly Omit<PublishedOffer, 'id' | 'isPending'>[] = [...offers, { dataset: subject.datasetId, rows, minRows: subject.minRows }]
  const lengths = all.map((table) => table.rows)
  for (const [at, offer] of offers.entries()) {
    for (const other of all.slice(at + 1)) {
      const limit = limitBeside(other, offer)
      if (other.dataset === offer.dataset || limit === 1) continue
      const few = findFewInPart(marksOf(offer.dataset), marksOf(other.dataset), lengths, limit)
      if (few === null) continue
      const part = `the ${few.common} rows from row ${few.from + 1} on, where a table of the source ends,`
      refuseBeside(offer, `${few.column} was corrected in ${few.rows} of ${part} fewer than the minimum of ${limit}, so that the difference of two answers would be theirs. Correct as many there, or none.`, {
        column: few.column, rows: few.rows, limit, from: few.from,
      })
    }
  }
}

/** A raise of two percent for all but one is that one's, though every row differs. */
const assertAlike = (
  offer: PublishedOffer, limit: number, { column, common }: Correction, residues: readonly (Residues | null)[],
): void => {
  const [before, after] = residues
  if (before === null || before === undefined || after === null || after === undefined) return
  if (!hasNarrowCombination([new Int32Array(common).fill(1), before, after], limit)) return
  refuseBeside(offer, `the sums of ${column}, there and here, could together be of fewer rows than the minimum of ${limit}.`, { column, rows: common, limit })
}

type OwnedColumn = MarkedColumn & { readonly dataset: number }

/** Tables that are judged together, as far as all of them go. */
interface Joint extends MarkedTables<OwnedColumn> {
  readonly last: PublishedOffer
}

/** Of all tables that are sold, since a column of each may be what tells a row together. */
const listJoints = ({ subject, offers }: VersionsQuestion, marksOf: (dataset: number) => MarkedTable): Joint[] => {
  const open = (dataset: number): OwnedColumn[] => marksOf(dataset).map((column) => ({ ...column, dataset }))
  const rows = marksOf(subject.datasetId)[0]?.marks.length ?? 0
  const others = offers.filter((offer) => offer.dataset !== subject.datasetId && limitBeside(subject, offer) > 1)
  return [...new Set(others.map((offer) => Math.min(rows, offer.rows)))].flatMap((common) => {
    const judged = others.filter((offer) => offer.rows >= common)
    const last = judged.at(-1)
    if (last === undefined) return []
    const known = [...new Set(judged.map(({ dataset }) => dataset))].map(open)
    const limit = Math.max(subject.minRows, ...judged.map(({ minRows }) => minRows))
    return [{ known, asked: open(subject.datasetId), common, limit, last }]
  })
}

/**
 * Whether a table may be listed beside those of its source that are published, as docs/adr/0402 says ("Corrected rows"). Which columns'
 * plain rows are needed is told by marks alone, so it is asked twice where some are. Throws `policy.source-corrected`.
 */
export const judgeVersions = (question: VersionsQuestion): VersionsVerdict => {
  const { subject, offers, hasGroups } = question
  const tables = new Map(question.tables.map((table) => [table.dataset, table]))
  const marksOf = (dataset: number): MarkedTable => tables.get(dataset)?.marks ?? []
  const corrections = new Map(offers.filter(({ dataset }) => dataset !== subject.datasetId)
    .map(({ dataset }) => [dataset, findCorrections(marksOf(dataset), marksOf(subject.datasetId))]))
  /** Where either listing asks for several rows. */
  const correctionsBeside = (offer: PublishedOffer): readonly Correction[] =>
    (limitBeside(subject, offer) > 1 ? corrections.get(offer.dataset) ?? [] : [])
  const joints = listJoints(question, marksOf)

  const pairOf = (offer: PublishedOffer): number[] => [offer.dataset, subject.datasetId]
  const wanted: readonly Pick<OwnedColumn, 'dataset' | 'name'>[] = [
    ...offers.flatMap((offer) =>
      correctionsBeside(offer).flatMap(({ column: name }) => pairOf(offer).map((dataset) => ({ dataset, name })))),
    ...joints.flatMap((joint) => {
      const telling = findTellingColumns(joint)
      return telling === null || telling === 'few' ? [] : [...telling.ours, ...telling.theirs, ...telling.shared]
    }),
  ]
  const unread = [...tables.values()].map(({ dataset, residues }) => {
    const names = wanted.filter((column) => column.dataset === dataset).map(({ name }) => name)
    return { dataset, columns: residues === null ? [] : [...new Set(names)].filter((name) => !residues.has(name)) }
  }).filter(({ columns }) => columns.length > 0)
  const read = (dataset: number, name: string, rows: number): Residues | null =>
    tables.get(dataset)?.residues?.get(name)?.subarray(0, rows) ?? null

  for (const offer of offers) {
    const limit = limitBeside(subject, offer)
    const beside = correctionsBeside(offer)
    assertFew(offer, limit, beside)
    // In this order one refusal comes before another, so that the first listing is named.
    if (unread.length > 0) return { unread, corrections }
    for (const correction of beside) {
      assertAlike(offer, limit, correction, pairOf(offer).map((dataset) => read(dataset, correction.column, correction.common)))
    }
    const partial = beside.find(isPartial)
    if (partial === undefined || !hasGroups || subject.minRows === 1) continue
    refuseBeside(offer, `${partial.column} differs from it in some of the rows, and groups of rows were answered, which could hold one of those.`, {
      column: partial.column, rows: partial.rows,
    })
  }
  assertManyInParts(question, marksOf)
  for (const { known, asked, common, limit, last } of joints) {
    const open = (column: OwnedColumn): JudgedColumn => ({ ...column, read: () => read(column.dataset, column.name, common) })
    const fault = findJointFault({ known: known.map((table) => table.map(open)), asked: asked.map(open), common, limit })
    if (fault !== null) refuseBeside(last, describeFault(fault, limit), { reason: fault.reason, columns: fault.columns.join(', '), limit })
  }
  return { unread, corrections }
}
