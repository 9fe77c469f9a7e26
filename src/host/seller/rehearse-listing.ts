import { createCellEncoder } from '../../compute/products.ts'
import { withMappedErrors } from '../../engine/map-error.ts'
import { rehearsePrivate } from '../../policy/rehearse-private.ts'
import { rehearseAttacks, type AttackReport } from '../../policy/rehearse.ts'
import { AppError } from '../../shared/errors.ts'
import type { DatasetService } from '../datasets/dataset-service.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { describeDataset } from '../trade/details-document.ts'
import type { StoredListing } from './listing-store.ts'

export interface RehearseDependencies {
  readonly datasets: Pick<DatasetService, 'readRows'>
  readonly ledger: Ledger
}

/**
 * What the known attacks would get out of one's own listing now, in cells and bits: run on the plain table, under the
 * listing's policy, after all that its source has answered. Changes and counts nothing.
 */
export const rehearseListing = ({ dataset, details }: StoredListing, { datasets, ledger }: RehearseDependencies): AttackReport[] => {
  const rows = datasets.readRows(dataset)
  const encodeCell = createCellEncoder(details.columns)
  const readCell = (cell: number): bigint => {
    const row = rows[cell % details.dataset.rows]
    if (row === undefined) throw new AppError('bug.unexpected', `The table of dataset ${dataset} is not the listing's.`)
    return withMappedErrors(() => encodeCell(row, Math.floor(cell / details.dataset.rows)))
  }
  const { policy, budgets: { totalCells, comparisons } } = details
  if (policy.mode === 'private') {
    const left = { cells: totalCells - ledger.countCells(dataset), comparisons: comparisons - ledger.countHelped(dataset, 'comparisons') }
    return rehearsePrivate(policy, describeDataset(details), left, readCell)
  }
  return rehearseAttacks(policy, describeDataset(details), ledger.readPartition(dataset), readCell)
}
