import { AppError, type ErrorDetails } from '../../shared/errors.ts'
import type { Residues } from '../datasets/residue-algebra.ts'
import { findCorrections, findFewInPart, type Correction } from './corrections.ts'
import { findJointFault, findTellingColumns, type JointFault, type JointTables, type JudgedColumn } from './joint-fault.ts'
import { listParts, type Part } from './parts.ts'
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

export const limitBeside = ({ minRows }: { readonly minRows: number }, offer: Pick<SourceOffer, 'minRows'>): number =>
  Math.max(minRows, offer.minRows)

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
    large: `beside them, ${names} would be more cells than can be judged together. Leave columns out; or do not list a version for each change.`,
    unknown: `whether the sums of ${names}, and of columns sold before, could together be of fewer rows than the minimum of ${limit} takes too long to tell. Leave columns out, or ask for fewer rows at least.`,
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

/** A table that is sold, or would be. */
type SoldTable = Omit<PublishedOffer, 'id' | 'isPending'>

/** Where a table ends, an answer may end. */
const listSoldParts = (tables: readonly SoldTable[]): Part[] =>
  listParts(tables.map(({ rows }) => rows), Math.min(...tables.map(({ minRows }) => minRows)))

/** What was corrected in a part of the rows is told apart from what was before it. */
const assertManyInParts = ({ offers }: VersionsQuestion, subject: SoldTable, marksOf: (dataset: number) => MarkedTable): void => {
  const all: readonly SoldTable[] = [...offers, subject]
  for (const [at, offer] of offers.entries()) {
    for (const other of all.slice(at + 1)) {
      const limit = limitBeside(other, offer)
      if (other.dataset === offer.dataset || limit === 1) continue
      const few = findFewInPart(marksOf(offer.dataset), marksOf(other.dataset), listSoldParts(all), limit)
      if (few === null) continue
      const part = `the ${few.common} rows from row ${few.from + 1} on, where a table of the source ends,`
      refuseBeside(offer, `${few.column} was corrected in ${few.rows} of ${part} fewer than the minimum of ${limit}, so that the difference of two answers would be theirs. Correct as many there, or none.`, {
        column: few.column, rows: few.rows, limit, from: few.from,
      })
    }
  }
}

type OwnedColumn = MarkedColumn & { readonly dataset: number }

/** Tables that are judged together, in one part of their rows. */
interface Joint extends JointTables<OwnedColumn>, Part {
  readonly last: PublishedOffer
}

/** Of all tables that are sold and reach as far, since a column of each may be what tells a row together. */
const listJoints = ({ offers }: VersionsQuestion, subject: SoldTable, marksOf: (dataset: number) => MarkedTable): Joint[] => {
  const others = offers.filter((offer) => limitBeside(subject, offer) > 1)
  const ends = new Set([0, ...offers.map(({ rows }) => rows)])
  return listSoldParts([...offers, subject]).flatMap(({ from, to }): Joint[] => {
    const reaching = others.filter(({ rows }) => rows >= to)
    const last = reaching.at(-1)
    const isTold = ends.has(from) && ends.has(to)
    const isReached = subject.rows >= to
    // Where it does not reach, it may still end: what the others tell up to there, or from there on, is new.
    if (last === undefined || (isTold && !isReached)) return []
    const open = (dataset: number): OwnedColumn[] =>
      marksOf(dataset).map((column) => ({ ...column, marks: column.marks.subarray(from, to), dataset }))
    const tables = [...new Set(reaching.map(({ dataset }) => dataset))].map(open)
    const asked = isReached ? open(subject.dataset) : tables.pop() ?? []
    const limit = Math.max(...reaching.map(({ minRows }) => minRows), isReached ? subject.minRows : 1)
    return [{ known: tables, asked, rows: to - from, limit, last, from, to, isTold }]
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
  const asked: SoldTable = { dataset: subject.datasetId, rows: marksOf(subject.datasetId)[0]?.marks.length ?? 0, minRows: subject.minRows }
  const corrections = new Map(offers.filter(({ dataset }) => dataset !== subject.datasetId)
    .map(({ dataset }) => [dataset, findCorrections(marksOf(dataset), marksOf(subject.datasetId))]))

  for (const offer of offers) {
    const limit = limitBeside(subject, offer)
    if (limit === 1) continue
    const beside = corrections.get(offer.dataset) ?? []
    assertFew(offer, limit, beside)
    const partial = beside.find(isPartial)
    if (partial === undefined || !hasGroups || subject.minRows === 1) continue
    refuseBeside(offer, `${partial.column} differs from it in some of the rows, and groups of rows were answered, which could hold one of those.`, {
      column: partial.column, rows: partial.rows,
    })
  }
  assertManyInParts(question, asked, marksOf)

  const joints = listJoints(question, asked, marksOf)
  const wanted = joints.flatMap((joint) => {
    const telling = findTellingColumns(joint)
    return telling === null || typeof telling === 'string' ? [] : telling.columns
  })
  const unread = [...tables.values()].map(({ dataset, residues }) => {
    const names = wanted.filter((column) => column.dataset === dataset).map(({ name }) => name)
    return { dataset, columns: residues === null ? [] : [...new Set(names)].filter((name) => !residues.has(name)) }
  }).filter(({ columns }) => columns.length > 0)
  if (unread.length > 0) return { unread, corrections }

  for (const { known, asked: own, last, from, to, ...joint } of joints) {
    const open = (column: OwnedColumn): JudgedColumn =>
      ({ ...column, read: () => tables.get(column.dataset)?.residues?.get(column.name)?.subarray(from, to) ?? null })
    const fault = findJointFault({ ...joint, known: known.map((table) => table.map(open)), asked: own.map(open) })
    if (fault !== null) refuseBeside(last, describeFault(fault, joint.limit),
      { reason: fault.reason, columns: fault.columns.join(', '), limit: joint.limit })
  }
  return { unread, corrections }
}
