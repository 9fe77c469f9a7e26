import type { DatasetDescription } from '../../compute/columns.ts'
import type { ReadCell } from '../../compute/integers.ts'
import { createCellEncoder } from '../../compute/products.ts'
import { withMappedErrors } from '../../engine/map-error.ts'
import { createListingAttacks, type ListedTable } from '../../policy/listing-attacks.ts'
import { rehearsePrivate } from '../../policy/rehearse-private.ts'
import { listAttacks, rehearseAttacks, type AttackReport, type JudgeAttack } from '../../policy/rehearse.ts'
import type { DisclosedPolicy } from '../../shared/schemas/details.ts'
import { AppError, isAppError } from '../../shared/errors.ts'
import type { DatasetService } from '../datasets/dataset-service.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { createResidueOf } from '../ledger/residues.ts'
import { describeDataset } from '../trade/details-document.ts'
import type { StoredListing } from './listing-store.ts'
import { rehearseVersions, type RehearsedTable } from './rehearse-versions.ts'

export interface RehearseDependencies {
  readonly datasets: Pick<DatasetService, 'readRows'>
  readonly ledger: Ledger
  /** The profile's listings by name. */
  readonly show: (id: string) => StoredListing
}

/** Throws `input.plain-dropped` where the rows are gone. */
const createReader = ({ dataset, details }: StoredListing, { datasets }: RehearseDependencies): ReadCell => {
  const rows = datasets.readRows(dataset)
  const encodeCell = createCellEncoder(details.columns)
  return (cell) => {
    const row = rows[cell % details.dataset.rows]
    if (row === undefined) throw new AppError('bug.unexpected', `The table of dataset ${dataset} is not the listing's.`)
    return withMappedErrors(() => encodeCell(row, Math.floor(cell / details.dataset.rows)))
  }
}

type Disclosed = StoredListing & { readonly details: { readonly policy: DisclosedPolicy } }
const isDisclosed = (listing: StoredListing): listing is Disclosed => listing.details.policy.mode === 'disclosed'

const tableOf = (listing: Disclosed, dataset: DatasetDescription, readCell: ReadCell): ListedTable =>
  ({ id: listing.id, dataset, readCell, minRows: listing.details.policy.minRows })

/** All published versions at once, each table once, in the order in which they were listed; without those whose rows are gone. */
const rehearseTogether = (listing: Disclosed, others: readonly Disclosed[], dependencies: RehearseDependencies): AttackReport[] => {
  const { datasets, ledger, show } = dependencies
  const listed = [...others, listing].filter(({ dataset }, at, all) => all.findLastIndex((other) => other.dataset === dataset) === at)
  const tables = listed.flatMap((one): RehearsedTable[] => {
    try {
      const rows = datasets.readRows(one.dataset)
      const readers = one.details.columns.map((_, at) => createResidueOf(one.details.columns, at))
      return [{
        id: one.id, dataset: describeDataset(one.details), minRows: one.details.policy.minRows, rows,
        readCell: createReader(one, dependencies),
        residueOf: (row, column) => (readers[column] as (typeof readers)[number])(row),
      }]
    } catch (error) {
      if (isAppError(error, 'input.plain-dropped')) return []
      throw error
    }
  })
  return rehearseVersions(tables, (questions) => {
    const { answered, refusal } = ledger.rehearse(questions.map(({ program, listing: id }) => ({ program, subject: show(id) })))
    return { answered, refusal: refusal === null ? null : { code: refusal.code, message: refusal.message } }
  })
}

const rehearseDisclosed = (listing: Disclosed, readCell: ReadCell, dependencies: RehearseDependencies): AttackReport[] => {
  const { ledger, show } = dependencies
  const dataset = describeDataset(listing.details)
  const judgeWith = (other: StoredListing): JudgeAttack => (questions) => {
    const { answered, refusal } =
      ledger.rehearse(questions.map(({ program, asked }) => ({ program, subject: asked === 'own' ? listing : other })))
    return { answered, refusal: refusal === null ? null : { code: refusal.code, message: refusal.message } }
  }
  const offers = ledger.listOffers(listing.dataset).filter(({ id, isPublished }) => isPublished && id !== listing.id)
  const others = offers.map(({ id }) => show(id)).filter(isDisclosed)
  const together = others.flatMap((other): AttackReport[] => {
    try {
      const readOther = other.dataset === listing.dataset ? readCell : createReader(other, dependencies)
      const attacks = createListingAttacks(tableOf(listing, dataset, readCell), tableOf(other, describeDataset(other.details), readOther))
      return rehearseAttacks(attacks, dataset, judgeWith(other), readCell, readOther)
    } catch (error) {
      if (!isAppError(error, 'input.plain-dropped')) throw error
      const words = `was not tried together with listing ${other.id}: the rows of its table are deleted here`
      return [{ attack: 'two-listings', words, answered: 0, questions: 0, refusal: { code: error.code, message: error.message },
        cells: 0, bits: 0 }]
    }
  })
  return [
    ...rehearseAttacks(listAttacks(listing.details.policy, dataset, readCell), dataset, judgeWith(listing), readCell), ...together,
    ...rehearseTogether(listing, others, dependencies),
  ]
}

/**
 * What the known attacks would get out of one's own listing now, in cells and bits: run on the plain table, by itself and together with the
 * other published listings of its source, as the ledger would judge them after all that the source has answered. Counts nothing.
 */
export const rehearseListing = (listing: StoredListing, dependencies: RehearseDependencies): AttackReport[] => {
  const { ledger } = dependencies
  const { dataset, details: { policy, budgets: { totalCells, comparisons } } } = listing
  const readCell = createReader(listing, dependencies)
  if (isDisclosed(listing)) return rehearseDisclosed(listing, readCell, dependencies)
  if (policy.mode !== 'private') throw new AppError('bug.unexpected', `Listing ${listing.id} has no mode.`)
  const left = { cells: totalCells - ledger.countCells(dataset), comparisons: comparisons - ledger.countHelped(dataset, 'comparisons') }
  return rehearsePrivate(policy, describeDataset(listing.details), left, readCell)
}
