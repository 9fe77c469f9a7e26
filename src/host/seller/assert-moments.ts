import { createCellEncoder, findFactors, type Factors } from '../../compute/products.ts'
import { AppError, type ErrorDetails } from '../../shared/errors.ts'
import type { Column } from '../../shared/schemas/details.ts'
import type { DatasetService } from '../datasets/dataset-service.ts'
import { findUnnamedProduct } from '../datasets/find-unnamed-product.ts'
import { createIntegerTable, defaultMaxShare, describeWithheld, judgeMoments, type MomentRule } from '../datasets/second-moments.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { SourceOffer } from '../ledger/source-store.ts'

export interface MomentDependencies {
  readonly datasets: Pick<DatasetService, 'show' | 'readColumns' | 'readRows'>
  readonly ledger: Pick<Ledger, 'readPartition' | 'hasAnswered' | 'listOffers'>
}

const unsafe = (message: string, details: ErrorDetails = {}): AppError => new AppError('input.second-moments-unsafe', message, { details })

/**
 * A listing without second moments gives the sums of its own rows, which with those of a longer table's moments could be a few rows'.
 * Throws `input.second-moments-unsafe`.
 */
const assertNoneLonger = (rows: number, listed: readonly SourceOffer[]): void => {
  const longer = listed.find((other) => other.moments.length > 0 && other.rows > rows)
  if (longer === undefined) return
  throw unsafe(`Listing ${longer.id} sells second moments of ${longer.rows} rows, of which these ${rows} are a part: the difference of two answers could be of few rows.`, {
    listing: longer.id, rows,
  })
}

/**
 * What two listings offer is known together: flags that are common by themselves may leave a rare one. So one of them offers all that
 * the other does, and was judged with it. Throws `input.second-moments-unsafe`.
 */
const assertNoneBeside = (moments: readonly string[], listed: readonly SourceOffer[]): void => {
  for (const other of listed) {
    const [more, fewer] = moments.length > other.moments.length ? [moments, other.moments] : [other.moments, moments]
    const missing = fewer.find((name) => !more.includes(name))
    if (missing === undefined) continue
    const message = `Listing ${other.id} of the same source offers other second moments, and not both have ${missing}: together they could `
      + 'tell few rows. Offer them in one listing.'
    throw unsafe(message, { listing: other.id, column: missing })
  }
}

/** Answers on groups that were given before there were second moments. Throws `input.second-moments-unsafe`. */
const assertNoGroups = (name: string, lengths: ReadonlySet<number>, ledger: MomentDependencies['ledger']): void => {
  const row = ledger.readPartition(name).starts.find((start) => start > 0 && !lengths.has(start))
  if (row === undefined) return
  throw unsafe('Its source has answered on groups of rows: second moments, less what was told of a group, could be one row\'s.', { row })
}

const findOffered = (columns: readonly Column[]): { readonly factors: Factors; readonly column: string }[] =>
  findFactors(columns).flatMap((factors, column) => (factors === null ? [] : [{ factors, column: columns[column]?.name ?? '' }]))

/**
 * What may have changed between a draft with second moments and its publication: groups of rows were answered, by a listing without any.
 * Throws `input.second-moments-unsafe`.
 */
export const assertNoGroupsAnswered = (name: string, minRows: number, { datasets, ledger }: MomentDependencies): void => {
  if (minRows === 1 || findOffered(datasets.readColumns(name)).length === 0) return
  assertNoGroups(name, new Set(ledger.listOffers(name).map(({ rows }) => rows)), ledger)
}

/**
 * Holds every second moment that a dataset carries to the offering rule with a listing's own minimum of rows: made here or imported
 * as a column named `a*b`, of all rows, and of those added since each shorter version of its source that is listed or was answered, whose
 * sums are the difference of two answers. A column that is such a product under another name is refused, while the rows are there to
 * see it by. Decided once, when the listing is made. Throws `input.second-moments-unsafe`, naming the first that fails.
 */
export const assertMomentsSafe = (name: string, minRows: number, { datasets, ledger }: MomentDependencies): void => {
  const listed = ledger.listOffers(name)
  const columns = datasets.readColumns(name)
  const offered = findOffered(columns)
  const { rows: rowCount, hasPlain, report: { secondMoments } } = datasets.show(name)
  // Rows that are sold one by one tell the sums of the shorter table too.
  assertNoneLonger(rowCount, listed)
  // With a minimum of 1, single rows are sold anyway.
  if (minRows === 1) return
  const unnamed = hasPlain ? findUnnamedProduct(columns, datasets.readRows(name)) : null
  if (unnamed !== null) {
    const { column, flag, factor } = unnamed
    const message = `${column} holds ${flag} times ${factor} in every row: its sums over groups would tell single rows. `
      + `Leave it out, or name it ${flag}*${factor}, as second moments are.`
    throw unsafe(message, { column, flag, factor })
  }
  if (offered.length === 0) return
  assertNoneBeside(offered.map(({ column }) => column), listed)
  assertNoGroups(name, new Set(listed.map(({ rows }) => rows)), ledger)
  const rule: MomentRule = { minRows, maxShare: secondMoments?.rule.maxShare ?? defaultMaxShare }
  const answered = ledger.hasAnswered(name) ? [ledger.readPartition(name).rows] : []
  const versions = [...new Set([...answered, ...listed.map(({ rows }) => rows)])].filter((rows) => rows !== rowCount).sort((a, b) => a - b)
  const longest = versions.at(-1) ?? 0
  if (longest > rowCount) {
    throw unsafe(`Its source is sold with ${longest} rows; second moments of ${rowCount} of them could be the difference of two answers.`, { rows: longest })
  }
  if (!hasPlain) {
    const made = secondMoments?.rule.minRows ?? 1
    if (made >= minRows && versions.length === 0) return
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
  for (const rows of versions) assertSafe(rows, ` with the ${rowCount - rows} rows added to the version of ${rows} rows that is sold too`)
}
