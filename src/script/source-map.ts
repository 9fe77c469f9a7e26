/** A place in a text; line and column count from 1, columns in UTF-16 units as editors count them. */
export interface Position {
  readonly line: number
  readonly column: number
}

interface Segment {
  readonly generatedColumn: number
  readonly sourceLine: number
  readonly sourceColumn: number
}

const base64Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The signed numbers of one base64 VLQ segment: five bits a digit, the sixth says "more follow", the lowest bit is the sign. */
const decodeVlq = (text: string): number[] => {
  const numbers: number[] = []
  let value = 0
  let shift = 0
  for (const digit of text) {
    const bits = base64Digits.indexOf(digit)
    value += (bits & 31) << shift
    shift += 5
    if ((bits & 32) !== 0) continue
    numbers.push((value & 1) === 1 ? -(value >> 1) : value >> 1)
    value = 0
    shift = 0
  }
  return numbers
}

/** The segments of each generated line, for a map with a single source (ECMA-426, "mappings"). */
const decodeMappings = (mappings: string): Segment[][] => {
  let sourceLine = 0
  let sourceColumn = 0
  return mappings.split(';').map((line) => {
    const segments: Segment[] = []
    let generatedColumn = 0
    for (const segment of line.split(',')) {
      const [columnDelta = 0, , lineDelta, sourceColumnDelta = 0] = decodeVlq(segment)
      generatedColumn += columnDelta
      if (lineDelta === undefined) continue
      sourceLine += lineDelta
      sourceColumn += sourceColumnDelta
      segments.push({ generatedColumn, sourceLine, sourceColumn })
    }
    return segments
  })
}

/**
 * Turns places in generated code into places in its one source. A place between two segments belongs to the one before it;
 * null where the line has none.
 */
export const createPositionFinder = (mappings: string): ((generated: Position) => Position | null) => {
  const lines = decodeMappings(mappings)
  return ({ line, column }) => {
    const segment = lines[line - 1]?.findLast(({ generatedColumn }) => generatedColumn <= column - 1)
    return segment === undefined ? null : { line: segment.sourceLine + 1, column: segment.sourceColumn + 1 }
  }
}
