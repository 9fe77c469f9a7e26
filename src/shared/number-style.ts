/** How numbers are written in one file. */
export interface NumberStyle {
  readonly decimalMark: '.' | ','
  /** True where every number with a mark could be read both ways ("1,234") and the separator had to decide. */
  readonly guessed: boolean
}

interface StylePatterns {
  /** The mark can only be the decimal mark. */
  readonly certain: RegExp
  /** One mark and three digits after it: a decimal, or thousands of the other style. */
  readonly ambiguous: RegExp
  readonly number: RegExp
  readonly thousands: RegExp
}

const createPatterns = (decimal: string, grouping: string): StylePatterns => {
  const groups = `\\d{1,3}([${grouping}\\s'’])\\d{3}(?:\\1\\d{3})*`
  return {
    certain: new RegExp(`^[+-]?(?:${groups}[${decimal}]\\d+|\\d{1,3}(?:[${grouping}]\\d{3}){2,}|(?!(?:[1-9]\\d{0,2})[${decimal}]\\d{3}$)\\d*[${decimal}]\\d+)(?:e[+-]?\\d+)?$`, 'i'),
    ambiguous: new RegExp(`^[+-]?[1-9]\\d{0,2}[${decimal}]\\d{3}$`),
    number: new RegExp(`^[+-]?(?=[${decimal}]?\\d)(?:${groups}|\\d*)(?:[${decimal}]\\d*)?(?:e[+-]?\\d+)?$`, 'i'),
    thousands: new RegExp(`[${grouping}\\s'’]`, 'g'),
  }
}

const patterns = { '.': createPatterns('.', ','), ',': createPatterns(',', '.') }

/**
 * Finds out whether a file writes 1.5 or 1,5 by what its numbers cannot otherwise mean ("0,5", "1.234,5", "1,234,567").
 * Where nothing is certain, "1,234" is a thousand in a comma-separated file and a decimal in any other, as the
 * spreadsheets of the countries concerned write them.
 */
export const detectNumberStyle = (cells: Iterable<string>, separator: string): NumberStyle => {
  let points = 0
  let commas = 0
  let ambiguousCommas = 0
  for (const cell of cells) {
    if (patterns['.'].certain.test(cell)) points += 1
    if (patterns[','].certain.test(cell)) commas += 1
    if (patterns[','].ambiguous.test(cell)) ambiguousCommas += 1
  }
  if (points === 0 && commas === 0 && ambiguousCommas > 0) return { decimalMark: separator === ',' ? '.' : ',', guessed: true }
  return { decimalMark: commas > points ? ',' : '.', guessed: false }
}

/** The number's digits and exponent in one form, so that two spellings of one value are one text. */
const canonicalDecimal = (text: string): string => {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().replace(/^[+-]/, '').split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const trimmed = digits.replace(/0+$/, '')
  return trimmed === '' ? '0' : `${trimmed}e${Number(exponent) - fraction.length + digits.length - trimmed.length}`
}

export interface ParsedNumber {
  /** May be ±Infinity: a spelling can be too large for a double. */
  readonly value: number
  /** Whether the text says more digits than a double holds. */
  readonly rounded: boolean
}

/** A double holds every decimal of so many digits. */
const certainDigits = 15

const isRounded = (plain: string, value: number): boolean =>
  (plain.length > certainDigits || /e/i.test(plain)) && Number.isFinite(value) && canonicalDecimal(plain) !== canonicalDecimal(String(value))

const spelledValue = /^[+-]?(?:nan|inf|infinity)$/i

/** Whether a trimmed cell is a number of `style`. */
export const isNumber = (cell: string, { decimalMark }: NumberStyle): boolean => {
  const text = cell.replace(/^−/, '-')
  return patterns[decimalMark].number.test(text) || spelledValue.test(text)
}

/** The number a trimmed cell spells in `style`; null where it spells none. NaN and Infinity spelled out are numbers here. */
export const findNumber = (cell: string, { decimalMark }: NumberStyle): ParsedNumber | null => {
  const text = cell.replace(/^−/, '-')
  if (spelledValue.test(text)) return { value: Number.NaN, rounded: false }
  const { number, thousands } = patterns[decimalMark]
  if (!number.test(text)) return null
  const plain = text.replace(thousands, '').replace(',', '.')
  const value = Number(plain)
  // + 0 turns −0 into 0: the sign of a zero is not data.
  return { value: value + 0, rounded: isRounded(plain, value) }
}

/** The thousands marks that occur in a cell known to be a number of `style`. */
export const findThousandsMark = (cell: string, { decimalMark }: NumberStyle): string | null =>
  cell.match(patterns[decimalMark].thousands)?.[0] ?? null
