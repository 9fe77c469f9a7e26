import { createCellEncoder, findFactors } from '../../compute/products.ts'
import { AppError, type ErrorDetails } from '../../shared/errors.ts'
import type { DatasetService } from '../datasets/dataset-service.ts'
import { findUnnamedProduct } from '../datasets/find-unnamed-product.ts'
import { createIntegerTable, defaultMaxShare, describeWithheld, judgeMoments, type MomentRule } from '../datasets/second-moments.ts'
import type { Ledger } from '../ledger/ledger.ts'

export interface MomentDependencies {
  readonly datasets: Pick<DatasetService, 'show' | 'readColumns' | 'readRows'>
  readonly ledger: Pick<Ledger, 'readPartition' | 'hasAnswered'>
}

const unsafe = (message: string, details: ErrorDetails = {}): AppError => new AppError('input.second-moments-unsafe', message, { details })

/**
 * Holds every second moment that a dataset carries to the offering rule with a listing's own minimum of rows: made here or imported
 * as a column named `a*b`, of all rows, and of those added since its source last answered, whose sums are the difference of two
 * answers. A column that is such a product under another name is refused, while the rows are there to see it by. Decided once, when
 * the listing is made. Throws `input.second-moments-unsafe`, naming the first that fails.
 */
export const assertMomentsSafe = (name: string, minRows: number, { datasets, ledger }: MomentDependencies): void => {
  const columns = datasets.readColumns(name)
  const offered = findFactors(columns).flatMap((factors, column) => (factors === null ? [] : [{ factors, column: columns[column]?.name ?? '' }]))
  // With a minimum of 1, single rows are sold anyway.
  if (minRows === 1) return
  const unnamed = datasets.show(name).hasPlain ? findUnnamedProduct(columns, datasets.readRows(name)) : null
  if (unnamed !== null) {
    const { column, flag, factor } = unnamed
    const message = `${column} holds ${flag} times ${factor} in every row: its sums over groups would tell single rows. `
      + `Leave it out, or name it ${flag}*${factor}, as second moments are.`
    throw unsafe(message, { column, flag, factor })
  }
  if (offered.length === 0) return
  const { rows: rowCount, hasPlain, report: { secondMoments } } = datasets.show(name)
  const rule: MomentRule = { minRows, maxShare: secondMoments?.rule.maxShare ?? defaultMaxShare }
  const answered = ledger.hasAnswered(name) ? ledger.readPartition(name).rows : rowCount
  if (answered > rowCount) throw unsafe(`Its source has answered on ${answered} rows; second moments of ${rowCount} of them could be the difference of two answers.`)
  if (!hasPlain) {
    const made = secondMoments?.rule.minRows ?? 1
    if (made >= minRows && answered === rowCount) return
    throw unsafe(`The rows are deleted, and what is left does not show that second moments are safe with a minimum of ${minRows} rows.`, { minRows, made })
  }
  const encodeCell = createCellEncoder(columns)
  const assertSafe = (start: number, what: string): void => {
    const table = createIntegerTable(datasets.readRows(name, start), encodeCell)
    const withheld = judgeMoments(table, offered.map(({ factors }) => factors), rule)
    const at = withheld.findIndex((reason) => reason !== null)
    const reason = withheld[at] ?? null
    if (reason === null) return
    const column = offered[at]?.column ?? ''
    throw unsafe(`${column} cannot be offered${what}: ${describeWithheld(reason, rule)}.`, { column, reason })
  }
  assertSafe(0, '')
  if (answered < rowCount) assertSafe(answered, ` with the ${rowCount - answered} rows added since the last answer`)
}
