import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseColumnScale, decodeInteger, encodeValue } from '../../../src/crypto/encoding.ts'
import { cleanTable, type CleanOptions, type CleanTable } from '../../../src/host/datasets/clean.ts'
import { parseCsv, type CsvOptions } from '../../../src/host/datasets/parse-csv.ts'
import { isAppError } from '../../../src/shared/errors.ts'
import { columnSchema } from '../../../src/shared/schemas/details.ts'
import { refusal } from './fixtures.ts'

const clean = async (text: string, options: CleanOptions & CsvOptions = {}): Promise<CleanTable> =>
  cleanTable(await parseCsv(text, options), options)
const valuesOf = ({ columns }: CleanTable): Record<string, number[]> =>
  Object.fromEntries(columns.map(({ column, values }) => [column.name, [...values]]))
const typesOf = ({ columns }: CleanTable): Record<string, string> =>
  Object.fromEntries(columns.map(({ column }) => [column.name, column.type]))
/** A one-column table. */
const column = (cells: readonly (string | number)[]): string => `x\n${cells.join('\n')}\n`

describe('whatever is imported', () => {
  it('becomes a table or a coded error, never anything else', async () => {
    const cell = fc.oneof(fc.constantFrom('1', '2.5', '-1,5', 'NA', '', 'x', 'yes', '1e400', '"', '"a""b"', '\n', '\r', '\0', 'é'), fc.string({ maxLength: 4 }))
    const text = fc.array(fc.array(cell, { maxLength: 4 }), { maxLength: 6 }).map((rows) => rows.map((row) => row.join(',')).join('\n'))
    const source = fc.oneof(text.map((content) => Buffer.from(content)), fc.uint8Array({ maxLength: 60 }))
    const missing = fc.constantFrom('fail' as const, 'drop' as const, 'mean' as const, 'median' as const)
    await fc.assert(fc.asyncProperty(source, missing, async (bytes, rule) => {
      try {
        const { columns, rows } = cleanTable(await parseCsv(bytes), { missing: rule })
        expect(columns.length).toBeGreaterThan(0)
        for (const { column: described, values } of columns) {
          expect(columnSchema.parse(described)).toEqual(described)
          expect(values).toHaveLength(rows)
          expect(values.every((value) => value >= described.lower && value <= described.upper)).toBe(true)
        }
      } catch (error) {
        if (!isAppError(error)) throw error
        expect(error.code).toMatch(/^input\.csv-/)
      }
    }), { numRuns: 1500 })
  })
})

describe('numbers with a unit beside them', () => {
  it.each([
    ['%', ['12,5 %', '7 %', '0', '100%'], [12.5, 7, 0, 100]],
    ['€', ['€ 1,234.50', '€7.00', '-€ 3.25', '€-2.00'], [1234.5, 7, -3.25, -2]],
    ['€', ['1.234,50 €', '7,00\u00a0€', '-3,25 €', '0,00 €'], [1234.5, 7, -3.25, 0]],
    ['$', ['$1,000', '$2,500,000', '- $5', '$0.5'], [1000, 2_500_000, -5, 0.5]],
    ['CHF', ["CHF 1'234.50", 'CHF 8', '0', 'CHF 9.5'], [1234.5, 8, 0, 9.5]],
    ['USD', ['5 USD', '6.5 USD', '7 USD', '−8 USD'], [5, 6.5, 7, -8]],
  ])('are numbers in %s: %j', async (unit, cells, values) => {
    const { columns, report } = await clean(`x\ty\n${cells.map((cell, at) => `${cell}\t${at}`).join('\n')}\n`)
    expect([[...columns[0]?.values ?? []], columns[0]?.column.unit]).toEqual([values, unit])
    expect(report.units).toEqual([{ name: 'x', unit }])
    expect(report.leftOut).toEqual([])
  })

  it('keep what their owner says of the unit, and may be missing', async () => {
    const { columns: [share] } = await clean(column(['5 %', 'NA', '7 %']), { missing: 'drop', columns: { x: { unit: 'per cent of wages' } } })
    expect([share?.column.unit, [...share?.values ?? []]]).toEqual(['per cent of wages', [5, 7]])
  })

  it.each([
    ['another unit', ['€ 5', '€ 6', '$ 7'], 4], ['no unit', ['5 %', '0.5', '7 %'], 3], ['a first unit', ['$ 5', '€ 6', '€ 7'], 3],
  ])('are refused where a cell has %s, with its row and without its content', async (_what, cells, row) => {
    await expect(clean(column(cells))).rejects.toThrow(refusal('input.csv-mixed-units', { row, column: 1, name: 'x' }))
  })

  it('are none where words merely hold such a letter, and words stay words where the owner says so', async () => {
    expect(typesOf(await clean(column(['krone', 'kr', 'krone', 'kr'])))).toEqual({ x: 'category' })
    expect(typesOf(await clean(column(['$5', '$9', '$5', '$9']), { columns: { x: { type: 'category' } } }))).toEqual({ x: 'category' })
    await expect(clean(column(['1', '2', '3', '€ 4']))).rejects.toThrow(refusal('input.csv-not-a-number', { row: 5 }))
  })
})

describe('the types of columns', () => {
  it('are told from their cells', async () => {
    const table = await clean('a,b,c,d,e,f\n1,1.5,0,yes,TRUE,red\n2,2,1,No,false,green\n3,-1e-3,1,yes,TRUE,red\n')
    expect(typesOf(table)).toEqual({ a: 'integer', b: 'number', c: 'boolean', d: 'boolean', e: 'boolean', f: 'category' })
    expect(valuesOf(table)).toEqual({ a: [1, 2, 3], b: [1.5, 2, -0.001], c: [0, 1, 1], d: [1, 0, 1], e: [1, 0, 1], f: [1, 0, 1] })
  })

  it('give every column an exact scale and what the public schema asks for', async () => {
    const table = await clean('a,b\n1.25,red\n-3.5,red\n')
    expect(table.columns.map((item) => item.column.scale)).toEqual([{ numerator: '1', denominator: '100' }, { numerator: '1', denominator: '1' }])
    for (const item of table.columns) expect(columnSchema.parse(item.column)).toEqual(item.column)
  })

  it('take units, descriptions and bounds from whoever knows them', async () => {
    const { columns: [wage] } = await clean('wage\n5\n44.5\n', { columns: { wage: { unit: '$/h', description: 'Pay.', lower: 0, upper: 500 } } })
    expect(wage?.column).toMatchObject({ unit: '$/h', description: 'Pay.', lower: 0, upper: 500 })
  })

  it('refuse bounds that do not enclose the values, and notes on columns that are not there', async () => {
    for (const bounds of [{ lower: 6 }, { upper: 44 }, { lower: -Infinity }, { upper: Number.NaN }]) {
      await expect(clean('wage\n5\n44.5\n', { columns: { wage: bounds } })).rejects.toThrow(refusal('input.bounds-invalid', { name: 'wage' }))
    }
    await expect(clean('wage\n5\n', { columns: { wages: {} } })).rejects.toThrow(refusal('input.csv-unknown-column', { name: 'wages' }))
    await expect(clean('wage\n5\n', { exclude: ['wages'] })).rejects.toThrow(refusal('input.csv-unknown-column', { name: 'wages' }))
  })
})

describe('numbers in other spellings', () => {
  it('are read with a decimal comma and thousands dots, and the report says so', async () => {
    const table = await clean('preis;menge\n1.234,50;3\n0,25;4\n')
    expect(valuesOf(table)).toEqual({ preis: [1234.5, 0.25], menge: [3, 4] })
    expect(table.report).toMatchObject({ separator: ';', decimalMark: ',', decimalMarkGuessed: false, thousandsMarks: ['.'] })
  })

  it('are read as the seller says where the file could mean two things', async () => {
    expect(valuesOf(await clean('x;y\n1,234;1\n')).x).toEqual([1.234])
    expect((await clean('x;y\n1,234;1\n')).report.decimalMarkGuessed).toBe(true)
    expect(valuesOf(await clean('x;y\n1,234;1\n', { decimalMark: '.' })).x).toEqual([1234])
  })

  it('with more digits than a double holds are counted', async () => {
    const { report } = await clean(column(['0.12345678901234567890', '0.5']))
    expect(report.columns).toEqual([{ name: 'x', type: 'number', filled: 0, filledWith: null, rounded: 1 }])
  })

  it('come out exactly as they went in, and encode exactly', async () => {
    const number = fc.double({ noNaN: true, min: -1e9, max: 1e9 }).filter((value) => value === 0 || Math.abs(value) > 1e-9)
    const numbers = fc.array(number, { minLength: 1, maxLength: 12 })
    await fc.assert(fc.asyncProperty(numbers, fc.constantFrom('.', ','), async (values, mark) => {
      const table = await clean(`x;y\n${values.map((value) => `${String(value).replace('.', mark)};7`).join('\n')}\n`, { decimalMark: mark })
      const expected = values.map((value) => value + 0)
      expect(valuesOf(table).x).toEqual(expected)
      const scale = chooseColumnScale(expected)
      expect(table.columns[0]?.column.scale).toEqual({ numerator: String(scale.numerator), denominator: String(scale.denominator) })
      expect(expected.map((value) => decodeInteger(encodeValue(value, scale), scale))).toEqual(expected)
    }))
  })
})

describe('cells that do not belong', () => {
  it('are named by row and column where text stands among numbers, and not repeated', async () => {
    const error: unknown = await clean('a,wage\n1,5\n2,6\n3,secret\n').catch((reason: unknown) => reason)
    expect(error).toEqual(refusal('input.csv-not-a-number', { row: 4, column: 2, name: 'wage' }))
    expect(JSON.stringify(error) + String(error)).not.toContain('secret')
  })

  it('are found when half the column is numbers', async () => {
    await expect(clean('a,b\n1,2\nx,4\n')).rejects.toThrow(refusal('input.csv-not-a-number', { row: 3, column: 1, name: 'a' }))
  })

  it.each(['NaN', 'nan', 'Infinity', '-inf', '1e308', '1e309', '-1e400', '1e200'])('are refused as out of range: %s', async (cell) => {
    const error: unknown = await clean(`a,b\n1,0.5\n2,${cell}\n`).catch((reason: unknown) => reason)
    expect(error).toEqual(refusal('input.csv-number-out-of-range', { row: 3, column: 2, name: 'b' }))
    expect(error).not.toHaveProperty('cause')
  })

  it('are counted in rows of the file, blank lines and dropped rows included', async () => {
    await expect(clean('a,b\n\n1,2\n,2\n1,1e308\n', { missing: 'drop' })).rejects.toThrow(refusal('input.csv-number-out-of-range', { row: 5, column: 2 }))
  })

  it('leave no column: nothing to compute with', async () => {
    for (const text of ['name\nanna\nbert\n', 'a,b\n,\n,\n']) await expect(clean(text)).rejects.toThrow(refusal('input.csv-no-numeric-columns'))
    await expect(clean('a\n1\n', { exclude: ['a'] })).rejects.toThrow(refusal('input.csv-no-numeric-columns'))
  })
})

describe('missing values', () => {
  const text = 'a,b,c\n1,x,0\nNA,y,1\n4,,1\n10,x,-\n'

  it.each(['', ' ', 'NA', 'na', 'N/A', 'null', 'NULL', '.', '-', '""'])('are recognised: %j', async (marker) => {
    expect(valuesOf(await clean(`a,b\n1,2\n${marker},3\n5,6\n`, { missing: 'drop' }))).toEqual({ a: [1, 5], b: [2, 6] })
  })

  it('are refused unless the seller says what to do, naming the first and counting the rest', async () => {
    await expect(clean(text)).rejects.toThrow(refusal('input.csv-missing-values', { row: 3, column: 1, name: 'a', count: 3 }))
  })

  it('drop their rows', async () => {
    const table = await clean(text, { missing: 'drop' })
    expect(valuesOf(table)).toEqual({ a: [1], b: [0], c: [0] })
    expect(table.report).toMatchObject({ rowsRead: 4, rowsDropped: 3, rowsKept: 1, cellsFilled: 0 })
    expect(table.columns[1]?.column.categories).toEqual(['x'])
  })

  it('do not drop rows for a column that is left out', async () => {
    expect(valuesOf(await clean(text, { missing: 'drop', exclude: ['b', 'c'] }))).toEqual({ a: [1, 4, 10] })
  })

  it('leave nothing where every row has one', async () => {
    await expect(clean('a,b\n1,\n,2\n', { missing: 'drop' })).rejects.toThrow(refusal('input.csv-no-rows'))
  })

  it('are filled with the mean or the median of numbers, and the most frequent of everything else', async () => {
    const mean = await clean(text, { missing: 'mean' })
    expect(valuesOf(mean)).toEqual({ a: [1, 5, 4, 10], b: [0, 1, 0, 0], c: [0, 1, 1, 1] })
    expect(valuesOf(await clean(text, { missing: 'median' })).a).toEqual([1, 4, 4, 10])
    expect(mean.report.cellsFilled).toBe(3)
    expect(mean.report.columns).toMatchObject([{ filled: 1, filledWith: 'mean' }, { filled: 1, filledWith: 'most-frequent' }, { filled: 1, filledWith: 'most-frequent' }])
  })

  it('filled with a mean get two more decimals than the column has, no more', async () => {
    const thirds = await clean(column(['1', '1', '2', 'NA']), { missing: 'mean' })
    expect(valuesOf(thirds).x).toEqual([1, 1, 2, 1.33])
    expect(thirds.columns[0]?.column).toMatchObject({ type: 'number', scale: { numerator: '1', denominator: '100' } })
    expect(valuesOf(await clean(column(['0.1', '0.2', '0.25', '-']), { missing: 'mean' })).x).toEqual([0.1, 0.2, 0.25, 0.1833])
    expect(valuesOf(await clean(column(['1', '2', '-']), { missing: 'median' })).x).toEqual([1, 2, 1.5])
  })

  it('are filled with a constant where their column has one, and otherwise as all others are', async () => {
    const table = await clean(text, { missing: 'drop', columns: { a: { fill: 7.5 }, b: { fill: 'none' } } })
    expect(valuesOf(table)).toEqual({ a: [1, 7.5, 4], b: [1, 2, 0], c: [0, 1, 1] })
    expect(table.columns[1]?.column.categories).toEqual(['none', 'x', 'y'])
    expect(table.report).toMatchObject({ rowsDropped: 1, cellsFilled: 2 })
    const whole = await clean(text, { columns: { a: { fill: 0 }, b: { fill: 'x' }, c: { fill: 9 } } })
    expect(whole.columns.map(({ column: { type } }) => type)).toEqual(['integer', 'category', 'integer'])
    expect(whole.report.columns.map(({ filledWith }) => filledWith)).toEqual(['constant', 'constant', 'constant'])
    expect(valuesOf(await clean('a,b\n1,yes\n2,no\n3,\n', { columns: { b: { fill: 1 } } })).b).toEqual([1, 0, 1])
    await expect(clean(text, { missing: 'drop', columns: { a: { fill: 'none' } } })).rejects.toThrow(refusal('input.fill-invalid', { name: 'a' }))
    await expect(clean('a,b\n1,yes\n2,no\n3,\n', { columns: { b: { fill: 'perhaps' } } })).rejects.toThrow(refusal('input.fill-invalid', { name: 'b' }))
  })

  it('that fill a whole column leave it out', async () => {
    const table = await clean('a,b\n1,\n2,NA\n')
    expect(valuesOf(table)).toEqual({ a: [1, 2] })
    expect(table.report.leftOut).toEqual([{ name: 'b', reason: 'empty' }])
  })
})

describe('words', () => {
  it('become codes in the order of the sorted words, which stay readable', async () => {
    const { columns: [item] } = await clean(column(['pear', 'apple', 'pear', 'fig']))
    expect([...item?.values ?? []]).toEqual([2, 0, 2, 1])
    expect(item?.column).toMatchObject({ type: 'category', categories: ['apple', 'fig', 'pear'], lower: 0, upper: 2 })
  })

  it('become a column each, one-hot', async () => {
    const table = await clean('f,n\npear,1\napple,2\npear,3\n', { categories: 'one-hot', columns: { f: { description: 'Fruit.' } } })
    expect(valuesOf(table)).toEqual({ 'f=apple': [0, 1, 0], 'f=pear': [1, 0, 1], n: [1, 2, 3] })
    expect(table.columns[0]?.column).toMatchObject({ type: 'boolean', description: 'Fruit.', lower: 0, upper: 1 })
  })

  it('one-hot may not make a name twice', async () => {
    await expect(clean('f,f=a\na,1\nb,2\na,3\n', { categories: 'one-hot' })).rejects.toThrow(refusal('input.csv-header-duplicate', { name: 'f=a' }))
  })

  it('that identify rows are left out and reported', async () => {
    const names = Array.from({ length: 50 }, (_, at) => `person ${at % 45}`)
    const table = await clean(`name,id,n\n${names.map((name, at) => `${name},X${at},${at % 3}`).join('\n')}\n`)
    expect(valuesOf(table)).toHaveProperty('n')
    expect(table.report.leftOut).toEqual([{ name: 'name', reason: 'identifier' }, { name: 'id', reason: 'identifier' }])
  })

  it('that are long texts are left out and reported', async () => {
    const table = await clean(`note,n\n${'long '.repeat(30)},1\nshort,2\nshort,3\n`)
    expect(table.report.leftOut).toEqual([{ name: 'note', reason: 'free-text' }])
  })

  it('are taken as a category where the seller says so, numbers too', async () => {
    const table = await clean('code,n\n30,1\n10,2\n', { columns: { code: { type: 'category' } } })
    expect(table.columns[0]?.column).toMatchObject({ type: 'category', categories: ['10', '30'] })
  })

  it.each(['Bemerkung', 'remarks', 'free text'])('that are remarks by their name, %s, are left out', async (name) => {
    const table = await clean(`${name},n\n${Array.from({ length: 30 }, (_, at) => `${at % 2 === 0 ? 'ill' : 'on leave since May'},${at % 3}`).join('\n')}\n`)
    expect(table.report.leftOut).toEqual([{ name, reason: 'free-text' }])
  })

  it('that mostly occur once, and are of several words, are left out; categories of several words are not', async () => {
    const remark = (at: number): string => (at < 9 ? `left for place ${at}` : 'nothing to say')
    const table = await clean(`said,trade,n\n${Array.from({ length: 60 }, (_, at) => `${remark(at)},${['Craft and trades', 'Sales and offices', 'Plant and machines'][at % 3] ?? ''},${at % 4}`).join('\n')}\n`)
    expect(table.report.leftOut).toEqual([{ name: 'said', reason: 'free-text' }])
  })

  const numbered = (name: string, value: (at: number) => number): string => `${name},wage\n${Array.from({ length: 30 }, (_, at) => `${value(at)},${at / 2}`).join('\n')}\n`
  const scattered = (at: number): number => 100_000 + ((at * 7919) % 65_537)

  it.each([
    ['PersNr', scattered], ['id', scattered], ['customer_no', scattered], ['Kundennummer', scattered], ['rowId', scattered], ['row', (at: number) => 1000 + at], ['z', (at: number) => 90 - at],
  ])('that number the rows, %s, are left out and reported, and taken in where the seller says so', async (name, value) => {
    expect((await clean(numbered(name, value))).report.leftOut).toEqual([{ name, reason: 'identifier' }])
    const { columns, report } = await clean(numbered(name, value), { columns: { [name]: { type: 'number' } } })
    expect(columns.map(({ column }) => [column.name, column.type])).toEqual([[name, 'integer'], ['wage', 'number']])
    expect(report.leftOut).toEqual([])
    expect(report.flagged.filter(({ reason }) => reason === 'identifier')).toEqual([{ name, reason: 'identifier' }])
  })

  it.each([['income', scattered], ['paid', scattered], ['sorted', (at: number) => 3 * at], ['year', (at: number) => 1990 + at]])('that are numbers, all different, and number no rows, %s, are kept and flagged', async (name, value) => {
    const { report } = await clean(numbered(name, value))
    expect(report.leftOut).toEqual([])
    expect(report.flagged.filter(({ reason }) => reason === 'identifier')).toEqual([{ name, reason: 'identifier' }])
  })

  it('that were left out twice are reported once', async () => {
    expect((await clean('a,b\n1,2\n', { exclude: ['a', 'a'] })).report.leftOut).toEqual([{ name: 'a', reason: 'excluded' }])
  })
})

describe('suggested bounds', () => {
  const boundsOf = async (cells: readonly (string | number)[]): Promise<readonly [number, number]> => {
    const { columns: [item] } = await clean(column(cells))
    return [item?.column.lower ?? Number.NaN, item?.column.upper ?? Number.NaN]
  }

  it.each([
    [[18, 64], [10, 70]], [[10, 70], [0, 80]], [['5.1', '44.5'], [0, 50]], [[-3, 9], [-10, 10]], [['0.1', '0.32'], [0, 0.4]], [[0, 55], [0, 60]], [[5, 5], [4, 6]], [[1985, 1985], [1000, 2000]],
    [['1e15', '1000000000000001'], [999999999999990, 1000000000000010]],
  ] as const)('of %j are %j', async (cells, expected) => {
    expect(await boundsOf(cells)).toEqual(expected)
  })

  it('are finite, round, and never an extreme, except 0 below what is not negative', async () => {
    const numbers = fc.array(fc.double({ noNaN: true, min: -1e20, max: 1e20 }), { minLength: 1, maxLength: 5 })
    await fc.assert(fc.asyncProperty(numbers, async (drawn) => {
      const values = drawn.map((value) => Number(value.toPrecision(12)) + 0).filter((value) => value === 0 || Math.abs(value) > 1e-30)
      fc.pre(values.some((value) => value !== 0 && value !== 1))
      const [lower, upper] = await boundsOf(values)
      expect(upper).toBeGreaterThan(Math.max(...values))
      expect(lower === 0 ? Math.min(...values) >= 0 : lower < Math.min(...values)).toBe(true)
      expect(Number.isFinite(lower) && Number.isFinite(upper)).toBe(true)
    }))
  })
})
