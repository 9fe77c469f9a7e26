import { createCipheriv, createHmac } from 'node:crypto'

/** A table's columns by name, each with the values of its rows in order. */
export type SourceTable = readonly { readonly name: string; readonly values: Float64Array }[]

/** A column of which only equality is left: rows have the same mark where they hold the same value, in any table of this profile. */
export interface MarkedColumn {
  readonly name: string
  /** Whole numbers below 2⁵². */
  readonly marks: Float64Array
  /** Whether its values only rise, or only fall, from row to row, as running numbers and dates do. */
  readonly isOrdered: boolean
}

export type MarkedTable = readonly MarkedColumn[]

export interface RowMarker {
  mark(table: SourceTable): MarkedTable
  /** What stands for a digest that could be tried out value by value. */
  cover(digest: Uint8Array): Buffer
}

const markBits = 52
const highMask = 2 ** (markBits - 32) - 1

const isOrdered = (values: Float64Array): boolean => {
  let rises = true
  let falls = true
  for (let row = 1; row < values.length; row += 1) {
    const [before, value] = [values[row - 1] as number, values[row] as number]
    rises &&= value >= before
    falls &&= value <= before
  }
  return rises || falls
}

/**
 * Marks cells under a secret of the profile: AES-256 as a pseudo-random function of the value (one block each: FIPS 197), cut to 52 bits,
 * which two of 20 million cells share by chance about once in twenty tables. Whoever has the marks and not the secret learns which cells
 * are alike, so they are sealed where they rest.
 */
export const createRowMarker = (secret: Uint8Array): RowMarker => {
  const keyFor = (use: string): Buffer => createHmac('sha256', secret).update(use).digest()
  const cellKey = keyFor('cells')
  const digestKey = keyFor('digests')

  const markColumn = (values: Float64Array): Float64Array => {
    const blocks = new Float64Array(2 * values.length)
    // −0 and 0 are one value.
    for (let row = 0; row < values.length; row += 1) blocks[2 * row] = (values[row] as number) + 0
    const cipher = createCipheriv('aes-256-ecb', cellKey, null).setAutoPadding(false)
    const words = new Uint32Array(Uint8Array.from(cipher.update(new Uint8Array(blocks.buffer))).buffer)
    return values.map((_, row) => ((words[4 * row] as number) & highMask) * 2 ** 32 + (words[4 * row + 1] as number))
  }

  return {
    mark: (table) => table.map(({ name, values }) => ({ name, marks: markColumn(values), isOrdered: isOrdered(values) })),
    cover: (digest) => createHmac('sha256', digestKey).update(digest).digest(),
  }
}
