import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerValue } from '../../../src/compute/answer.ts'
import type { Tensor } from '../../../src/compute/tensor.ts'
import { openProfile, tableOf } from './ledger-profile.ts'

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
    const { database, ledger, importTable, subjectOf, programOf, judge, ask } = openProfile()
    importTable('wages', tableOf(8))
    const subject = subjectOf('wages')
    for (let i = 0; i < 3; i += 1) expect(ledger.assertPermitted(judge(programOf(subject, (data) => data.col('a').slice(0, 4).sum()), subject), subject)).toBe(true)
    expect(ask(subject, (data) => data.col('a').slice(0, 1).sum())).toBe('policy.min-rows')
    expect(database.prepare('SELECT * FROM ledger').all()).toEqual([])
    expect(ask(subject, (data) => data.col('a').slice(0, 3).sum())).toBeNull()
    expect(() => judge(programOf(subject, (data) => data.col('a').slice(0, 4).sum()), subject)).toThrow('together with those given before, tells 1 row apart')
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

  it('counts what stands in the same place of another table of the source as the other number that it is', () => {
    const { importTable, subjectOf, ask, ledger } = openProfile()
    const rows = tableOf(20)
    importTable('both', rows)
    importTable('one', rows.map(([, b = 0]) => [b]), ['b'])
    for (const name of ['both', 'one']) ledger.register(name)
    expect(ledger.areOfOneSource('both', 'one')).toBe(true)
    const [both, one] = [subjectOf('both', { totalCells: 2 }), subjectOf('one', { totalCells: 2 })]
    expect(ask(both, (data) => data.col('a').sum())).toBeNull()
    expect(ask(one, (data) => data.col('b').sum())).toBeNull()
    expect(ledger.countCells('both')).toBe(2)
    expect(ask(one, (data) => data.col('b').mul(2).add(1).sum())).toBe('policy.budget-spent')
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

  it('keeps a row that was added to a table from being the difference of two sums', async () => {
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

  describe('of rows in another order', () => {
    /** Rows of a table in no order: numbers from a seed, with replacement as people's are. */
    const unordered = (rows: number, seed = 1): number[][] => {
      let state = seed
      const draw = (below: number): number => {
        state = (state * 48_271) % 2_147_483_647
        return state % below
      }
      return Array.from({ length: rows }, () => [draw(60), draw(5000), draw(2)])
    }
    const names = ['age', 'wage', 'union']
    const backwards = (table: number[][]): number[][] => [...table].reverse()
    const without = (table: number[][], removed: number): number[][] => table.filter((_, row) => row !== removed)
    const copies: Record<string, (table: number[][]) => { readonly rows: number[][]; readonly names?: string[] }> = {
      'shuffled': (table) => ({ rows: backwards(table) }),
      'begun elsewhere': (table) => ({ rows: table.slice(1) }),
      'a row taken out of the middle': (table) => ({ rows: without(table, 20) }),
      'two halves changed over': (table) => ({ rows: [...table.slice(20), ...table.slice(0, 20)] }),
      'shuffled, among as many other rows': (table) => ({ rows: backwards([...table, ...table.map(([a = 0, b = 0, c = 0]) => [a + 0.5, b + 0.5, c])]) }),
      'half of it, shuffled': (table) => ({ rows: backwards(table.slice(0, 20)) }),
      'shuffled, a column left out': (table) => ({ rows: backwards(table).map(([a = 0, , c = 0]) => [a, c]), names: ['age', 'union'] }),
      'shuffled, a constant column added': (table) => ({ rows: backwards(table).map((row) => [...row, 7]), names: [...names, 'country'] }),
      'shuffled, every wage corrected': (table) => ({ rows: backwards(table).map(([a = 0, b = 0, c = 0]) => [a, 3 * b + 1, c]) }),
      'shuffled, a column renamed and the rest left out': (table) => ({ rows: backwards(table).map(([, b = 0]) => [b]), names: ['salary'] }),
      'one cell corrected': (table) => ({ rows: table.map(([a = 0, b = 0, c = 0], row) => [row === 3 ? a + 1 : a, b, c]) }),
    }

    it.each(Object.entries(copies))('does not let it be published: %s', async (_, copy) => {
      const { database, importTable, publish, remove } = openProfile()
      const table = unordered(40)
      importTable('wages', table, names)
      expect(await publish('wages')).toBeNull()
      const { rows, names: columns } = copy(table)
      importTable('copy', rows, columns ?? names)
      expect(await publish('copy')).toBe('policy.source-rows')
      expect(database.prepare('SELECT count(*) AS sold FROM sources WHERE mode IS NOT NULL').get()).toEqual({ sold: 1 })
      // Nor once the table that was sold is gone.
      remove('wages')
      expect(await publish('copy')).toBe('policy.source-rows')
    })

    it('holds for versions, where a row that went would move all behind it', async () => {
      const { importTable, publish, subjectOf, ask } = openProfile()
      const table = unordered(40)
      importTable('wages@1', table, names)
      expect(await publish('wages@1')).toBeNull()
      importTable('wages', without(table, 20), names)
      expect(await publish('wages')).toBe('policy.source-rows')
      const { importTable: importAgain, publish: publishAgain } = openProfile()
      importAgain('wages@1', table, names)
      expect(await publishAgain('wages@1')).toBeNull()
      importAgain('wages', [...table.map((row, at) => (at === 20 ? [0, 0, 0] : row)), [200, 201, 1]], names)
      expect(await publishAgain('wages')).toBeNull()
      // The first stays on sale, and what was answered of it counts.
      expect(ask(subjectOf('wages@1'), (data) => data.col('age').slice(0, 20).sum())).toBeNull()
    })

    it('keeps a second listing of the same table, one longer, and one of other people', async () => {
      const { importTable, publish } = openProfile()
      const table = unordered(40)
      importTable('wages', table, names)
      importTable('again', table, names)
      importTable('longer', [...table, ...unordered(100).slice(60, 75)], names)
      importTable('others', unordered(40, 2), names)
      for (const name of ['wages', 'again', 'longer', 'others']) expect(await publish(name), name).toBeNull()
    })

    it('writes down what tells which cells are alike under the key of the profile only', async () => {
      const { database, importTable, publish } = openProfile()
      importTable('wages', unordered(40), names)
      await publish('wages')
      const rows = database.prepare<[], { sealed: Buffer }>('SELECT sealed FROM source_rows ORDER BY position').all()
      expect(rows).toHaveLength(3)
      // The third column has two values only: a sealed one does not repeat itself.
      const blocks = Array.from({ length: 40 }, (_, row) => rows[2]?.sealed.subarray(13 + 8 * row, 21 + 8 * row).toString('hex'))
      expect(new Set(blocks).size).toBe(40)
      expect(database.prepare('SELECT * FROM source_columns').all()).toEqual([])
    })

    it('still knows a table that an earlier version noted by digests, and covers them', async () => {
      const { database, vault, importTable, remove, subjectOf, ask } = openProfile()
      const rows = tableOf(8)
      importTable('wages', rows)
      expect(ask(subjectOf('wages'), (data) => data.col('a').slice(0, 4).sum())).toBeNull()
      const digest = createHash('sha256').update(Float64Array.from(rows, ([a = 0]) => a)).digest()
      database.exec('DELETE FROM source_rows')
      database.prepare("INSERT INTO source_columns (source, rows, name, digest) VALUES (1, 8, 'a', ?)").run(digest)
      remove('wages')
      const { importTable: importAgain, subjectOf: subjectAgain, ask: askAgain, publish } = openProfile(database, vault)
      importAgain('back', rows)
      expect(askAgain(subjectAgain('back'), (data) => data.col('a').slice(0, 3).sum())).toBe('policy.min-rows')
      await publish('back')
      const noted = database.prepare<[], { digest: Buffer; covered: number }>('SELECT digest, covered FROM source_columns').get()
      expect(noted?.covered).toBe(1)
      expect(noted?.digest.equals(digest)).toBe(false)
    })
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
        for (const [at, asked] of questions.entries()) {
          const code = ask(subjectOf(asked.rows === most ? 'whole' : 'part'), asking(asked))
          if (code === null) answered.push(asked)
          // Tables of one length only: rows that were added are apart even where no answer tells them from the first.
          else if (questions.slice(0, at + 1).every(({ rows }) => rows === most)) {
            expect(smallestIsolated([...answered, asked])).toBeLessThan(2)
          }
        }
        if (answered.length > 0) expect(smallestIsolated(answered)).toBeGreaterThanOrEqual(2)
      }), { numRuns: 150 })
    })
  })
})
