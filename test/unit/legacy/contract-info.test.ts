import { describe, expect, it } from 'vitest'
import { parseContractInfo } from '../../../src/host/legacy/contract-info.ts'

const links = {
  meta_link: 'http://127.0.0.1:5000/meta',
  test_link: 'http://127.0.0.1:5000/test',
  test_result_link: 'http://127.0.0.1:5000/test_result',
  data_link: 'http://127.0.0.1:5000/data',
  result_link: 'http://127.0.0.1:5000/result',
}
const terms = { num_rows: '(534, 11)', value: '20000000000000000', expiration_time: '300', condition: '2' }

const asLines = (fields: Readonly<Record<string, string>>, quote = '\''): string =>
  Object.entries(fields).map(([name, value]) => `${name} = ${value.startsWith('http') ? `${quote}${value}${quote}` : value}`).join('\n')
const asDict = (fields: Readonly<Record<string, string>>): string =>
  `{${Object.entries(fields).map(([name, value]) => `'${name}': ${value.startsWith('http') ? `'${value}'` : value}`).join(',\n ')}}`

const expected = {
  metaLink: links.meta_link,
  testLink: links.test_link,
  testResultLink: links.test_result_link,
  dataLink: links.data_link,
  resultLink: links.result_link,
  rows: 534,
  columns: 11,
  valueWei: 20_000_000_000_000_000n,
  guaranteeWei: 2_000_000_000_000_000n,
  expirationBlocks: 300,
  expirationSeconds: 3600,
  condition: 2,
  ignoredFields: [],
}

describe('contract_info.txt', () => {
  it.each([
    ['assignments', asLines({ ...links, ...terms })],
    ['unquoted assignments', asLines({ ...links, ...terms }, '')],
    ['a Python dict', asDict({ ...links, ...terms })],
    ['an assigned Python dict', `contract_info = ${asDict({ ...links, ...terms })}`],
    ['JSON', JSON.stringify({ ...links, num_rows: [534, 11], value: '20000000000000000', expiration_time: 300, condition: 2 })],
    ['a tuple in the documented order', `('${Object.values(links).join('\', \'')}', (534, 11), 20000000000000000, 300, 2)`],
    ['bare lines in the documented order', [...Object.values(links), ...Object.values(terms)].join('\n')],
  ])('is read as %s', (_, text) => {
    expect(parseContractInfo(text)).toEqual(expected)
  })

  it.each(['(534,11)', '[534, 11]', '534, 11', '\'(534, 11)\'', '"534,11"'])('reads num_rows written as %s', (num_rows) => {
    expect(parseContractInfo(asLines({ ...links, ...terms, num_rows }))).toMatchObject({ rows: 534, columns: 11 })
  })

  it.each([
    ['2e16', 20_000_000_000_000_000n],
    ['2.5E+3', 2500n],
    ['10_000', 10_000n],
    ['7.0', 7n],
    ['0', 0n],
    ['123456789012345678901234567', 123_456_789_012_345_678_901_234_567n],
  ])('reads the value %s in wei exactly, and asks a tenth of it as guarantee', (value, valueWei) => {
    expect(parseContractInfo(asLines({ ...links, ...terms, value }))).toMatchObject({ valueWei, guaranteeWei: valueWei / 10n })
  })

  it.each([
    ['value', '0.5'],
    ['value', '-1'],
    ['value', '10**18'],
    ['value', 'web3.toWei(0.02, \'ether\')'],
    ['value', '1e99'],
    ['value', '__import__(\'os\').system(\'touch owned\')'],
    ['value', '(1, 2)'],
    ['num_rows', '534'],
    ['num_rows', '(534, 11, 2)'],
    ['num_rows', '(0, 11)'],
    ['num_rows', '(534, (11,))'],
    ['num_rows', '(len(data), 11)'],
    ['num_rows', 'os.system(\'touch owned\'), 11'],
    ['expiration_time', '0'],
    ['expiration_time', '1e30'],
    ['expiration_time', 'one hour'],
    ['condition', '0'],
    ['condition', '-2'],
    ['condition', 'nan'],
    ['condition', '9e99'],
    ['data_link', 'file:///etc/passwd'],
    ['data_link', 'not a link'],
    ['data_link', ''],
  ])('refuses %s = %s, naming field and line', (name, value) => {
    const fields: Readonly<Record<string, string>> = { ...links, ...terms, [name]: value }
    const line = Object.keys(fields).indexOf(name) + 1
    expect(() => parseContractInfo(asLines(fields))).toThrow(expect.objectContaining({
      code: 'input.legacy-file-invalid',
      message: expect.stringContaining(name) as string,
      details: { file: 'contract_info.txt', line },
    }))
  })

  it('never runs what a dict holds', () => {
    const text = asDict({ ...links, ...terms, value: '__import__(\'os\').system(\'touch owned\')' })
    expect(() => parseContractInfo(text)).toThrow(expect.objectContaining({ code: 'input.legacy-file-invalid', details: { file: 'contract_info.txt', line: 7 } }))
  })
})
