import { randomBytes } from 'node:crypto'
import type { AnswerValue } from '../../../src/compute/answer.ts'
import { createDataset } from '../../../src/compute/dataset.ts'
import { deriveProgram } from '../../../src/compute/program.ts'
import type { Tensor } from '../../../src/compute/tensor.ts'
import { encodePartition, judgeProgram } from '../../../src/host/judging/judgement.ts'
import { judgesHere, type Judges } from '../../../src/host/judging/judges.ts'
import { createLedger, type LedgerSubject } from '../../../src/host/ledger/ledger.ts'
import { createVault } from '../../../src/host/secrets/vault.ts'
import { openProfileDatabase } from '../../../src/host/storage/database.ts'
import type { ListingTerms } from '../../../src/host/chain/market.ts'
import { createListingStore } from '../../../src/host/seller/listing-store.ts'
import { encodeDetails } from '../../../src/host/trade/details-document.ts'
import { sha256Hex } from '../../../src/host/trade/hash.ts'
import type { Column, Details } from '../../../src/shared/schemas/details.ts'
import type { Program } from '../../../src/shared/schemas/program.ts'
import { isAppError } from '../../../src/shared/errors.ts'

export const contract = `0x${'5f'.repeat(20)}`
const nothing = (): never => { throw new Error('there is no such table') }

export interface Terms {
  readonly minRows?: number
  readonly totalCells?: number
}

/** A profile in memory with a ledger, its datasets imported but not encrypted: the ledger knows programs only. */
export const openProfile = (
  database = openProfileDatabase(':memory:'), vault = createVault(randomBytes(32)), judges: Pick<Judges, 'run'> = judgesHere,
) => {
  const tables = new Map<string, { readonly columns: readonly Column[]; readonly rows: number[][] }>()
  const show = (name: string) => tables.get(name) ?? nothing()
  const datasets = {
    readColumns: (name: string) => show(name).columns,
    readRows: (name: string, start = 0, count = Infinity) => show(name).rows.slice(start, start + count),
  }
  const ledger = createLedger({ database, vault, datasets, judges, now: () => new Date(0) })
  // Two profiles over one database never answer the same purchase.
  let purchases = BigInt(database.prepare('SELECT * FROM ledger').all().length)

  /** `isStored`: another connection to the database has written it down. */
  const importTable = (name: string, rows: number[][], names = ['a', 'b', 'c', 'd'], isStored = false): void => {
    const width = rows[0]?.length ?? 0
    const columns = names.slice(0, width).map((column): Column => ({
      name: column, type: 'integer', unit: '', description: '', categories: [], scale: { numerator: '1', denominator: '1' },
      lower: 0, upper: 1000,
    }))
    if (!isStored) database.prepare("INSERT INTO datasets (name, rows, columns, report, created_at) VALUES (?, ?, '[]', '{}', '')").run(name, rows.length)
    tables.set(name, { columns, rows })
  }
  const remove = (name: string): void => {
    database.prepare('DELETE FROM datasets WHERE name = ?').run(name)
    tables.delete(name)
  }
  const subjectOf = (dataset: string, { minRows = 2, totalCells = 1000 }: Terms = {}): LedgerSubject => {
    const rows = show(dataset).rows.length
    const columns = datasets.readColumns(dataset)
    const policy = { mode: 'disclosed' as const, minRows, condition: 0.001, maxAnswerCells: 1000, maxAnswerBits: 192 }
    const commitment = { root: sha256Hex(dataset), rows, columns: columns.length, key: { bits: 2048 } }
    const details: unknown = { policy, budgets: { totalCells }, columns, dataset: commitment }
    return { dataset, details: details as Details }
  }
  const programOf = ({ details }: LedgerSubject, ask: (data: Tensor) => AnswerValue): Program => {
    const { rows, root } = details.dataset
    const dataset = createDataset({ rows, columns: details.columns, keyBits: 2048, datasetRoot: root })
    return deriveProgram(ask(dataset.data), dataset)
  }
  /** Judged in view of what the source has told by now. */
  const judge = (program: Program, { dataset, details }: LedgerSubject) =>
    judgeProgram(program, details, encodePartition(ledger.readPartition(dataset)))
  const debit = (program: Program, subject: LedgerSubject, purchase = (purchases += 1n)): void => {
    const entry = { chainId: 1, contract, purchase, programHash: JSON.stringify(program) }
    if (!ledger.debit(entry, judge(program, subject), subject)) throw new Error('the ledger has moved')
  }
  /** Asks as a new purchase of somebody new; the code it is refused with, or null. */
  const ask = (subject: LedgerSubject, question: (data: Tensor) => AnswerValue): string | null => {
    try {
      debit(programOf(subject, question), subject)
      return null
    } catch (error) {
      if (isAppError(error)) return error.code
      throw error
    }
  }
  /** A listing of the dataset in the profile, published or not, as far as the ledger looks at one. */
  const insertListing = (dataset: string, { minRows = 2, isPublished = true, isJudged =
    true }: Terms & { readonly isPublished?: boolean; readonly isJudged?: boolean } = {}): string => {
    const { columns, rows: { length: rows } } = show(dataset)
    const id = dataset.replace('@', '-')
    const commit = (name: string) => ({
      root: sha256Hex(name), schemaHash: `0x${'0'.repeat(64)}`, rows, columns: columns.length, chunkRows: rows, chunks: 1,
      key: { keyId: sha256Hex(`key of ${name}`), bits: 2048 as const, n: sha256Hex(name).replace(/^0x0*/, ''), certificate: null },
    })
    const policy = { mode: 'disclosed' as const, minRows, condition: 1, maxAnswerCells: 10, maxAnswerBits: 192 }
    const links = { meta_link: '/v1', test_link: '/v1', test_result_link: '/v1', data_link: '/v1', result_link: '/v1' }
    const details: Details = {
      version: 1, title: dataset, description: '', seller: contract, chain_id: 1, contract_address: contract, listing: id,
        num_rows: [rows, columns.length],
      condition: policy.condition, ...links, columns: [...columns], policy, budgets: { totalCells: 1000, comparisons: 0, products: 0 },
      dataset: commit(dataset), test: commit(`test of ${dataset}`), confirmations: 1, proof: 'dj-batch-1',
    }
    const terms: ListingTerms = {
      valueWei: 1n, guaranteeWei: 1n, interactionFeeWei: 0n, deliverySeconds: 1, expirationSeconds: 1, disputeSeconds: 1,
        arbiter: contract, detailsHash: '0x',
    }
    const listings = createListingStore(database)
    listings.insert({ id, dataset, details, text: encodeDetails(details), terms, url: 'http://127.0.0.1/',
      createdAt: new Date(0).toISOString() })
    // As publishing does: judged by the present rules.
    if (isPublished && isJudged) listings.claim(listings.show(id))
    if (isPublished) listings.update(id, { number: BigInt(listings.list().length), state: 'published' })
    return id
  }
  /** What publishing the dataset is refused with, or null once it is done. */
  const publish = async (dataset: string): Promise<string | null> => {
    try {
      await ledger.claimMode(dataset, subjectOf(dataset).details.policy, () => true)
      return null
    } catch (error) {
      if (isAppError(error)) return error.code
      throw error
    }
  }
  return { database, vault, datasets, ledger, importTable, remove, subjectOf, programOf, judge, debit, ask, insertListing, publish }
}

export const tableOf = (rows: number): number[][] => Array.from({ length: rows }, (_, row) => [row * 3 + 1, row * row + 2])
