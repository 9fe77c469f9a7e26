import { gcd } from '../crypto/rational.ts'
import type { AnswerLayout, DeferredLeaf, Inequality, Program, ProgramCell } from '../shared/schemas/program.ts'
import { createStepChecker, refuse, type StepChecker } from './canonical-steps.ts'
import { maxRuns } from './affine.ts'
import { answerLimits } from './answer.ts'
import { isShapeAllowed, maxCells, sizeOf } from './shape.ts'

/** The one text of a cell: what two equal cells share, and what is hashed. */
export const encodeCell = ({ scale, constant, terms }: ProgramCell): string =>
  `{"scale":{"numerator":"${scale.numerator}","denominator":"${scale.denominator}"},"constant":"${constant}","terms":[${
    terms.map(([start, count, weight]) => `[${start},${count},"${weight}"]`).join(',')
  }]}`

/** The one text of a question to the key holder. */
export const encodeInequality = ({ constant, terms }: Inequality): string =>
  `{"constant":"${constant}","terms":[${terms.map(([start, count, weight]) => `[${start},${count},"${weight}"]`).join(',')}]}`

/** Longer integers belong to no key (4096 bits) and no scale made here; they only cost the reader time. */
const maxDigits = 2000

const readInteger = (text: string, where: string): bigint =>
  text.length > maxDigits ? refuse(where, `an integer has more than ${maxDigits} digits`) : BigInt(text)

const assertScale = ({ numerator, denominator }: ProgramCell['scale'], where: string): void => {
  const above = readInteger(numerator, where)
  const below = readInteger(denominator, where)
  if (above === 0n || below <= 0n) refuse(where, 'the scale is 0, or its denominator is')
  if (gcd(above, below) !== 1n) refuse(where, 'the scale is not in lowest terms')
}

const assertConstantCell = ({ scale, constant }: ProgramCell, where: string): void => {
  if (constant === '1') return
  if (constant !== '0') refuse(where, 'a cell without terms has the constant 0 or 1')
  if (scale.numerator !== '1' || scale.denominator !== '1') refuse(where, 'the scale of the constant 0 is 1')
}

const assertTerms = ({ constant, terms }: Inequality, inputs: number, where: string): void => {
  let end = 0
  let last = ''
  let divisor = readInteger(constant, where)
  for (const [start, count, weight] of terms) {
    if (start < end) refuse(where, 'the runs do not rise')
    if (start + count > inputs) refuse(where, `a run ends at ${start + count}, the table has ${inputs} cells`)
    if (start === end && weight === last) refuse(where, 'two runs with one weight touch: they are one run')
    if (weight === '0') refuse(where, 'a weight is 0')
    divisor = gcd(divisor, readInteger(weight, where))
    end = start + count
    last = weight
  }
  if (terms[0]?.[2].startsWith('-') === true) refuse(where, 'the first weight is negative')
  if (divisor !== 1n) refuse(where, 'weights and constant have a common divisor')
}

/** Each entry by itself, none twice, and no more terms in all than a program may have. */
const assertEach = <Entry extends Pick<Inequality, 'terms'>>(
  kind: string, entries: readonly Entry[], encode: (entry: Entry) => string, assertOne: (entry: Entry, where: string) => void,
): void => {
  const texts = new Set<string>()
  let terms = 0
  entries.forEach((entry, index) => {
    const where = `${kind} ${index}`
    terms += entry.terms.length
    if (terms > maxRuns) refuse(where, `there are more than ${maxRuns} terms`)
    assertOne(entry, where)
    const text = encode(entry)
    if (texts.has(text)) refuse(where, `an earlier ${kind} is the same`)
    texts.add(text)
  })
}

const assertCells = ({ cells, rows, columns }: Program): void => {
  assertEach('cell', cells, encodeCell, (cell, where) => {
    assertScale(cell.scale, where)
    if (cell.terms.length === 0) assertConstantCell(cell, where)
    else assertTerms(cell, rows * columns, where)
  })
}

/** The weights alone have no common divisor: the constant was divided by it and rounded. */
const assertComparisons = ({ comparisons = [], rows, columns }: Program): void => {
  assertEach('comparison', comparisons, encodeInequality, (comparison, where) => {
    readInteger(comparison.constant, where)
    assertTerms({ ...comparison, constant: '0' }, rows * columns, where)
  })
}

const assertTensor = ({ shape, cells: used }: DeferredLeaf, cells: number, numbered: number): number => {
  if (!isShapeAllowed(shape)) refuse('answer', 'a tensor has too many axes or cells')
  if (sizeOf(shape) !== used.length) refuse('answer', 'a tensor\'s shape does not hold its cells')
  return used.reduce((next, cell) => {
    if (cell > next || cell >= cells) refuse('answer', `cell ${cell} is not there, or is used before cell ${next}`)
    return Math.max(next, cell + 1)
  }, numbered)
}

const assertDeferred = (layout: AnswerLayout & { kind: 'deferred' }, cells: number, numbered: number, steps: StepChecker): number => {
  if (!isShapeAllowed(layout.shape)) refuse('answer', 'a tensor has too many axes or cells')
  if (sizeOf(layout.shape) !== layout.values.length) refuse('answer', 'a tensor\'s shape does not hold its values')
  const next = layout.leaves.reduce((before, leaf) => assertTensor(leaf, cells, before), numbered)
  steps.checkValues(layout.values, new Set(layout.leaves.flatMap((leaf) => leaf.cells)))
  return next
}

/** Walks the layout in order; gives how many cells have been numbered so far. */
const assertLayout = (layout: AnswerLayout, cells: number, numbered: number, steps: StepChecker, depth: number): number => {
  if (depth > answerLimits.depth) refuse('answer', `nested more than ${answerLimits.depth} deep`)
  switch (layout.kind) {
    case 'constant':
      return Object.is(layout.value, -0) ? refuse('answer', 'zero has no sign') : numbered
    case 'tensor':
      return assertTensor(layout, cells, numbered)
    case 'deferred':
      return assertDeferred(layout, cells, numbered, steps)
    case 'list':
      return layout.items.reduce((next, item) => assertLayout(item, cells, next, steps, depth + 1), numbered)
    case 'record':
      if (new Set(layout.entries.map(([name]) => name)).size !== layout.entries.length) refuse('answer', 'a name is there twice')
      return layout.entries.reduce((next, [, entry]) => assertLayout(entry, cells, next, steps, depth + 1), numbered)
  }
}

/** That reads of packed rows rise and stay within the table; what they open is for assertPackedReads. */
const assertReads = ({ packed, rows, cells }: Extract<Program, { version: 3 }>): void => {
  if (packed.length > cells.length) refuse('packed', 'there are more reads than cells')
  packed.forEach(([group, start, count], index) => {
    if (start + count > rows) refuse('packed', `a read ends at row ${start + count}, the table has ${rows}`)
    const [before, from, length] = packed[index - 1] ?? [-1, 0, 0]
    const isAfter = group !== before ? group > before : start !== from ? start > from : count > length
    if (!isAfter) refuse('packed', 'the reads do not rise')
  })
}

/**
 * Checks that a program read from the network (programSchema) is wholly in canonical form, as deriveProgram makes it, so that
 * equal answers have equal hashes and nothing hides in a second spelling. Linear in the program's length. Throws
 * `input.program-not-canonical`, naming the cell.
 */
export const assertCanonicalProgram = (program: Program): void => {
  if (program.rows * program.columns > maxCells) refuse('table', `more than ${maxCells} cells`)
  assertCells(program)
  assertComparisons(program)
  if (program.version === 3) assertReads(program)
  const steps = createStepChecker(program.version === 1 ? [] : program.steps)
  const numbered = assertLayout(program.answer, program.cells.length, 0, steps, 0)
  if (numbered !== program.cells.length) refuse('answer', `cell ${numbered} is not used`)
  steps.checkEnd()
}
