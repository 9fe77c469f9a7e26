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
  const datasets = { readColumns: (name: string) => show(name).columns, readRows: (name: string) => show(name).rows }
  const ledger = createLedger({ database, vault, datasets, judges, now: () => new Date(0) })
  // Two profiles over one database never answer the same purchase.
  let purchases = BigInt(database.prepare('SELECT * FROM ledger').all().length)

  const importTable = (name: string, rows: number[][], names = ['a', 'b', 'c', 'd']): void => {
    const width = rows[0]?.length ?? 0
    const columns = names.slice(0, width).map((column): Column => ({
      name: column, type: 'integer', unit: '', description: '', categories: [], scale: { numerator: '1', denominator: '1' },
      lower: 0, upper: 1000,
    }))
    database.prepare("INSERT INTO datasets (name, rows, columns, report, created_at) VALUES (?, ?, '[]', '{}', '')").run(name, rows.length)
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
  /** What publishing the dataset is refused with, or null once it is done. */
  const publish = async (dataset: string): Promise<string | null> => {
    try {
      await ledger.claimMode(dataset, 'disclosed')
      return null
    } catch (error) {
      if (isAppError(error)) return error.code
      throw error
    }
  }
  return { database, vault, ledger, importTable, remove, subjectOf, programOf, judge, debit, ask, publish }
}

export const tableOf = (rows: number): number[][] => Array.from({ length: rows }, (_, row) => [row * 3 + 1, row * row + 2])
