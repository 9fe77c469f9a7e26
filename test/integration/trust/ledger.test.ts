import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerValue } from '../../../src/compute/answer.ts'
import { createDataset } from '../../../src/compute/dataset.ts'
import { deriveProgram } from '../../../src/compute/program.ts'
import type { Tensor } from '../../../src/compute/tensor.ts'
import { createLedger, type LedgerSubject } from '../../../src/host/ledger/ledger.ts'
import { openProfileDatabase } from '../../../src/host/storage/database.ts'
import type { Column, Details } from '../../../src/shared/schemas/details.ts'
import type { Program } from '../../../src/shared/schemas/program.ts'
import { isAppError } from '../../../src/shared/errors.ts'

const contract = `0x${'5f'.repeat(20)}`
const nothing = (): never => { throw new Error('there is no such table') }

interface Terms {
  readonly minRows?: number
  readonly totalCells?: number
}

/** A profile in memory with a ledger, its datasets imported but not encrypted: the ledger knows programs only. */
const openProfile = () => {
  const database = openProfileDatabase(':memory:')
  const tables = new Map<string, { readonly columns: readonly Column[]; readonly rows: number[][] }>()
  const show = (name: string) => tables.get(name) ?? nothing()
  const datasets = { readColumns: (name: string) => show(name).columns, readRows: (name: string) => show(name).rows }
  const ledger = createLedger({ database, datasets, now: () => new Date(0) })
  let purchases = 0n

  const importTable = (name: string, rows: number[][]): void => {
    const width = rows[0]?.length ?? 0
    const columns = ['a', 'b'].slice(0, width).map((column): Column => ({
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
    const commitment = { root: `0x${'1'.repeat(64)}`, rows, columns: columns.length, key: { bits: 2048 } }
    const details: unknown = { policy, budgets: { totalCells }, columns, dataset: commitment }
    return { dataset, details: details as Details }
  }
  const programOf = ({ details }: LedgerSubject, ask: (data: Tensor) => AnswerValue): Program => {
    const { rows, root } = details.dataset
    const dataset = createDataset({ rows, columns: details.columns, keyBits: 2048, datasetRoot: root })
    return deriveProgram(ask(dataset.data), dataset)
  }
  const debit = (program: Program, subject: LedgerSubject, purchase = (purchases += 1n)): void => {
    ledger.debit({ chainId: 1, contract, purchase, programHash: JSON.stringify(program) }, program, subject)
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
  return { database, ledger, importTable, remove, subjectOf, programOf, debit, ask }
}

const tableOf = (rows: number): number[][] => Array.from({ length: rows }, (_, row) => [row * 3 + 1, row * row + 2])

describe('the differencing ledger (S4)', () => {
  it('refuses S∖{i} to whoever asks it after S was answered, and answers S again', () => {
    const { importTable, subjectOf, ask } = openProfile()
    importTable('wages', tableOf(8))
    const subject = subjectOf('wages')
    expect(ask(subject, (data) => data.col('a').slice(0, 4).sum())).toBeNull()
    expect(ask(subject, (data) => data.col('a').slice(0, 3).sum())).toBe('policy.min-rows')
    expect(ask(subject, (data) => data.col('b').slice(1, 5).mean())).toBe('policy.min-rows')
    expect(ask(subject, (data) => data.col('a').slice(0, 4).sum().add(7))).toBeNull()
    expect(ask(subject, (data) => data.col('b').slice(4, 6).sum())).toBeNull()
  })

  it('counts nothing for a check, and nothing for a refusal', () => {
    const { database, ledger, importTable, subjectOf, programOf, ask } = openProfile()
    importTable('wages', tableOf(8))
    const subject = subjectOf('wages')
    for (let i = 0; i < 3; i += 1) ledger.assertPermitted(programOf(subject, (data) => data.col('a').slice(0, 4).sum()), subject)
    expect(ask(subject, (data) => data.col('a').slice(0, 1).sum())).toBe('policy.min-rows')
    expect(database.prepare('SELECT * FROM ledger').all()).toEqual([])
    expect(ask(subject, (data) => data.col('a').slice(0, 3).sum())).toBeNull()
    expect(() => { ledger.assertPermitted(programOf(subject, (data) => data.col('a').slice(0, 4).sum()), subject) }).toThrow('together with those given before, tells 1 row apart')
  })

  it('debits a purchase once, whatever happens between debit and reply, and gives nothing back', () => {
    const { database, importTable, subjectOf, programOf, debit } = openProfile()
    importTable('wages', tableOf(8))
    const subject = subjectOf('wages')
    const program = programOf(subject, (data) => data.col('a').slice(0, 4).sum())
    debit(program, subject, 7n)
    const before = database.prepare('SELECT * FROM ledger, ledger_cells, sources').all()
    debit(program, subject, 7n)
    expect(database.prepare('SELECT * FROM ledger, ledger_cells, sources').all()).toEqual(before)
    const other = programOf(subject, (data) => data.col('b').slice(0, 4).sum())
    expect(() => { debit(other, subject, 7n) }).toThrow('already had its one answer')
  })

  it('ends with the source\'s budget of different numbers, and answers old ones for ever', () => {
    const { importTable, subjectOf, ask } = openProfile()
    importTable('wages', tableOf(8))
    const subject = subjectOf('wages', { totalCells: 3 })
    expect(ask(subject, (data) => data.sum(0))).toBeNull()
    expect(ask(subject, (data) => [data.col('a').sum(), data.col('a').sum().add(1), data.col('b').sum().add(2)])).toBe('policy.budget-spent')
    expect(ask(subject, (data) => data.col('a').sum().add(1))).toBeNull()
    expect(ask(subject, (data) => data.col('a').sum().add(2))).toBe('policy.budget-spent')
    for (let i = 0; i < 3; i += 1) expect(ask(subject, (data) => data.sum(0))).toBeNull()
  })

  it('follows the source: removed and imported again, under another name, with rows added, shortened, or with a column left out', () => {
    const { importTable, remove, subjectOf, ask } = openProfile()
    const rows = tableOf(12)
    importTable('wages', rows)
    expect(ask(subjectOf('wages'), (data) => data.col('a').slice(0, 4).sum())).toBeNull()
    importTable('second', rows)
    remove('wages')
    importTable('wages', rows)
    importTable('longer', tableOf(16))
    importTable('shorter', tableOf(7))
    importTable('narrow', rows.map(([a]) => [a as number]))
    for (const name of ['second', 'wages', 'longer', 'shorter', 'narrow']) {
      expect(ask(subjectOf(name), (data) => data.col('a').slice(0, 3).sum()), name).toBe('policy.min-rows')
    }
    importTable('foreign', tableOf(12).map(([a = 0, b = 0]) => [a + 1, b + 1]))
    expect(ask(subjectOf('foreign'), (data) => data.col('a').slice(0, 3).sum())).toBeNull()
  })

  it('follows the versions of a dataset, whatever was corrected in them', () => {
    const { importTable, subjectOf, ask } = openProfile()
    importTable('wages@1', tableOf(12))
    expect(ask(subjectOf('wages@1'), (data) => data.col('a').slice(0, 4).sum())).toBeNull()
    importTable('wages', tableOf(12).map(([a = 0, b = 0], row) => [row === 2 ? a + 7 : a, b]))
    expect(ask(subjectOf('wages'), (data) => data.col('a').slice(0, 3).sum())).toBe('policy.min-rows')
  })

  it('keeps a row that was added to a table from being the difference of two sums', () => {
    const { importTable, subjectOf, ask } = openProfile()
    importTable('before', tableOf(8))
    expect(ask(subjectOf('before'), (data) => data.col('a').sum())).toBeNull()
    importTable('one-more', tableOf(9))
    expect(ask(subjectOf('one-more'), (data) => data.col('a').sum())).toBe('policy.min-rows')
    importTable('two-more', tableOf(10))
    expect(ask(subjectOf('two-more'), (data) => data.col('a').sum())).toBeNull()
    expect(ask(subjectOf('one-more'), (data) => data.col('a').sum())).toBe('policy.min-rows')
    expect(ask(subjectOf('before'), (data) => data.col('a').sum())).toBeNull()
  })

  describe('against an oracle that tries the combinations', () => {
    type Weights = readonly (readonly number[])[]
    /** One question: over how many of the table's rows, and each cell's weights, row by row and column by column. */
    interface Question {
      readonly rows: number
      readonly cells: readonly Weights[]
    }
    const most = 6
    const weights = fc.array(fc.tuple(fc.constantFrom(0, 0, 1, 1, 2), fc.constantFrom(0, 0, 1)), { minLength: most, maxLength: most })
    const question = fc.record({ rows: fc.constantFrom(most, most, most, 4), cells: fc.array(weights, { minLength: 1, maxLength: 2 }) })
    const asking = ({ rows, cells }: Question) => (data: Tensor): AnswerValue =>
      cells.map((cell) => data.mul(cell.slice(0, rows).map((row) => [...row])).sum())

    /** The fewest rows that any combination, with small factors or with separating ones, tells apart from all others. */
    const smallestIsolated = (answered: readonly Question[]): number => {
      const all = answered.flatMap(({ rows, cells }) => cells.map((cell) => cell.map((row, index) => (index < rows ? row : [0, 0]))))
      const small = [-1, 0, 1]
      const combinations = all.slice(0, 7)
        .reduce<number[][]>((lists, _) => lists.flatMap((list) => small.map((factor) => [...list, factor])), [[]])
      const separating = all.map((_, index) => 3 ** index)
      const sizes = [...combinations, separating].flatMap((factors) => {
        const groups = new Map<string, number>()
        for (let row = 0; row < most; row += 1) {
          const key = [0, 1].map((column) =>
            all.reduce((sum, cell, index) => sum + (factors[index] ?? 0) * (cell[row]?.[column] as number), 0)).join()
          groups.set(key, (groups.get(key) ?? 0) + 1)
        }
        return [...groups.values()]
      })
      return Math.min(...sizes)
    }

    it('never lets all answers together isolate fewer rows than the rule says, and refuses nothing that would not', () => {
      fc.assert(fc.property(fc.array(question, { minLength: 1, maxLength: 6 }), (questions) => {
        const { importTable, subjectOf, ask } = openProfile()
        importTable('whole', tableOf(most))
        importTable('part', tableOf(4))
        const answered: Question[] = []
        for (const asked of questions) {
          const code = ask(subjectOf(asked.rows === most ? 'whole' : 'part'), asking(asked))
          if (code === null) answered.push(asked)
          // Tables of one length only: a longer one's added rows are kept apart even where no answer tells them apart yet.
          else if ([...answered, asked].every(({ rows }) => rows === most)) expect(smallestIsolated([...answered, asked])).toBeLessThan(2)
        }
        if (answered.length > 0) expect(smallestIsolated(answered)).toBeGreaterThanOrEqual(2)
      }), { numRuns: 150 })
    })
  })
})
