import { createFieldReader, type FieldReader } from './field-reader.ts'

const fileName = 'contract_info.txt'
const order = [
  'meta_link', 'test_link', 'test_result_link', 'data_link', 'result_link', 'num_rows', 'value', 'expiration_time', 'condition',
] as const

/** What the 2020 contract counted in blocks is told in seconds at the pace blocks have had since. */
export const secondsPerBlock = 12

/** The 2020 seller's settings, in our units. */
export interface ContractInfo {
  readonly metaLink: string
  readonly testLink: string
  readonly testResultLink: string
  readonly dataLink: string
  readonly resultLink: string
  /** `num_rows`, the pair (rows, columns). */
  readonly rows: number
  readonly columns: number
  readonly valueWei: bigint
  /** A tenth of the value, rounded down, as the 2020 server asked for. */
  readonly guaranteeWei: bigint
  readonly expirationBlocks: number
  readonly expirationSeconds: number
  /** For each axis i of an answer: dimᵢ ≤ dimᵢ(data) / condition. */
  readonly condition: number
  readonly ignoredFields: readonly string[]
}

const readLink = (fields: FieldReader, name: string): string => fields.url([name], ['http:', 'https:'])

const readShape = (fields: FieldReader): readonly [number, number] => {
  const numbers = fields.tuple(['num_rows']).map((part) => (/^[1-9]\d{0,8}$/.test(part) ? Number(part) : Number.NaN))
  const [rows, columns] = numbers
  if (numbers.length !== 2 || rows === undefined || columns === undefined || Number.isNaN(rows + columns)) {
    throw fields.invalid('num_rows', 'must be (rows, columns), two whole numbers from 1')
  }
  return [rows, columns]
}

/**
 * Reads the seller's `contract_info.txt`: links, `num_rows`, `value` in wei, `expiration_time` in blocks, `condition`; see
 * readPlainFields for its shapes. Throws `input.legacy-file-invalid`, naming the field and line.
 */
export const parseContractInfo = (text: string): ContractInfo => {
  const fields = createFieldReader(fileName, text, order)
  const [rows, columns] = readShape(fields)
  const valueWei = fields.wholeNumber(['value'])
  if (valueWei >= 2n ** 128n) throw fields.invalid('value', 'is more wei than there are')
  const expirationBlocks = Number(fields.wholeNumber(['expiration_time']))
  if (expirationBlocks < 1 || expirationBlocks > 1e9) throw fields.invalid('expiration_time', 'must be between 1 and 1,000,000,000 blocks')
  const condition = fields.number(['condition'])
  if (!(condition > 0 && condition <= 1e9)) throw fields.invalid('condition', 'must be greater than 0, and at most 1,000,000,000')
  return {
    metaLink: readLink(fields, 'meta_link'),
    testLink: readLink(fields, 'test_link'),
    testResultLink: readLink(fields, 'test_result_link'),
    dataLink: readLink(fields, 'data_link'),
    resultLink: readLink(fields, 'result_link'),
    rows,
    columns,
    valueWei,
    guaranteeWei: valueWei / 10n,
    expirationBlocks,
    expirationSeconds: expirationBlocks * secondsPerBlock,
    condition,
    ignoredFields: fields.ignored(),
  }
}
