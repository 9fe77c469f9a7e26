import type { Draws } from '../../../campaigns/fuzz/draws.ts'
import { broadcastShape, combine, drop, map, mean, pick, product, scalar, sizeOf, solve, sum, transpose, variance } from './exact-array.ts'
import {
  createPlainDraws, fitsTogether, holds, Impossible, impossible, isShort, isZero, settle, toPlain, writeBinary, writeCall, writeTurned,
  type Calls, type Expression, type Handle, type Stage,
} from './expression.ts'
import { compare, fromNumber, minus, negative, over, plus, power, times, toNumber, whole, zero, type Fraction } from './fraction.ts'
import { drawJoined, drawReduction, drawSelection, drawSorted } from './shape-operations.ts'

export interface GrammarTable {
  /** The columns of x; row by row. */
  readonly rows: readonly (readonly number[])[]
  /** A factor or an addend; only such as stand in a script. */
  readonly drawNumber: (draws: Draws) => number
  /** Whether anything may be left to after decryption: of very long numbers that would not stay exact. */
  readonly hasLate: boolean
}

/** What a script exports. */
export interface Exported extends Omit<Expression, 'stage'> {
  /** What is done with the double nearest to each exact number; nothing where there is none. */
  readonly after?: (value: number) => number
  /** Whether factors are rounded to 53 bits, by an error that the tensor says itself. */
  readonly isRounded?: boolean
}

const comparisons = {
  '>': (order: number) => order > 0, '<': (order: number) => order < 0, '>=': (order: number) => order >= 0, '<=': (order: number) => order <= 0,
  '==': (order: number) => order === 0, '!=': (order: number) => order !== 0,
} as const
type Comparison = keyof typeof comparisons
const arithmetic = { '+': plus, '-': minus, '*': times } as const

const roundHalfEven = (value: number): number => {
  const [below, rest] = [Math.floor(value), value - Math.floor(value)]
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1
}
const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))

/** Draws what scripts of the whole language export over one table, each with what it comes to exactly. */
export const createGrammar = ({ rows, drawNumber, hasLate }: GrammarTable): ((draws: Draws, depth: number) => Exported) => {
  const [height, width] = [rows.length, rows[0]?.length ?? 0]
  const plains = createPlainDraws(height, drawNumber)
  const table: Expression = {
    source: 'x', run: (calls) => calls.call('slice', calls.data, [null, [0, width]]), exact: { shape: [height, width], cells: rows.flat().map(fromNumber) }, stage: 'rows',
  }
  const columnOf = (at: number): readonly Fraction[] => drop(table.exact, 1, at).cells

  const leaf = (draws: Draws): Expression => {
    const [row, column] = [draws.below(height), draws.below(width)]
    const { exact } = table
    switch (draws.below(8)) {
      case 0: return settle('rows', writeCall(table, 'get', [row], draws.pick([`x[${row}]`, `x.get(${row - height})`, `x.at(${row})`, `[...x][${row}]`])), drop(exact, 0, row))
      case 1: return settle('rows', writeCall(table, 'col', [column], draws.pick([`x.col(${column})`, `x.col("c${column}")`])), drop(exact, 1, column))
      case 2: {
        const source = draws.pick([`x[${row}][${column}]`, `x.get(${row}, ${column - width})`, `x.index(${row}, ${column})`])
        return settle('rows', writeCall(table, 'get', [row, column], source), scalar(exact.cells[row * width + column] as Fraction))
      }
      case 3: {
        const columns = Array.from({ length: 1 + draws.below(width) }, () => draws.below(width))
        return settle('rows', writeCall(table, 'cols', columns), pick(exact, 1, columns))
      }
      default: return table
    }
  }

  /** Of what is encrypted, what cannot be done on ciphertexts is left to after decryption. */
  const allowLate = (stage: Stage): void => { if (!hasLate && stage === 'late') impossible() }
  const late = (expression: Expression): Expression => {
    allowLate('late')
    return expression.stage === 'known' ? expression : settle('late', writeCall(expression, 'decrypted'), expression.exact)
  }
  /** Both as numbers that are known after decryption, unless both are encrypted rows, or one is known. */
  const together = (left: Expression, right: Expression): readonly [left: Expression, right: Expression, stage: Stage] => {
    if (left.stage === 'known' && right.stage === 'known') return [left, right, 'known']
    if (left.stage !== 'late' && right.stage !== 'late') return [left, right, 'rows']
    return [late(left), late(right), 'late']
  }
  const partner = (draws: Draws, own: Expression, depth: number): Expression => {
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const other = draw(draws, draws.below(depth))
      if (fitsTogether(own, other)) return other
    }
    return impossible()
  }

  const withPlain = (draws: Draws, own: Expression): Expression => {
    const operator = draws.pick(['+', '-', '*'] as const)
    const other = plains.operand(draws, own.exact.shape)
    return draws.once(3)
      ? settle(own.stage, writeTurned(other, operator, own), combine(other.exact, own.exact, arithmetic[operator]))
      : settle(own.stage, writeBinary(draws, own, operator, other), combine(own.exact, other.exact, arithmetic[operator]))
  }
  const byNumber = (draws: Draws, own: Expression): Expression => {
    const other = plains.number(draws)
    return settle(own.stage, writeBinary(draws, own, '/', other), combine(own.exact, other.exact, over))
  }
  const withTensor = (draws: Draws, own: Expression, depth: number): Expression => {
    const operator = draws.pick(['+', '-', '*'] as const)
    const [left, right, stage] = together(own, partner(draws, own, depth))
    const isMixed = left.stage !== right.stage
    if (operator === '*' && isMixed && [left, right].some((side) => side.stage === 'known' && !side.exact.cells.every(isShort))) return impossible()
    // Whether sums of several rows, and products with what may be 0 all over, tell of a single row is left open.
    const isSure = isMixed ? operator !== '*' : left.source === right.source
    const after = stage === 'rows' && !isSure ? 'late' : stage
    return settle(after, writeBinary(draws, left, operator, right), combine(left.exact, right.exact, arithmetic[operator]))
  }
  const quotient = (draws: Draws, own: Expression, depth: number): Expression => {
    const other = partner(draws, own, depth)
    if (other.exact.cells.some(isZero)) return impossible()
    const both = own.stage === 'known' && other.stage === 'known'
    if (!both) allowLate('late')
    // By what is known, encrypted rows would be multiplied with reciprocals, which are rounded.
    const left = other.stage === 'known' && !both ? late(own) : own
    return settle(both ? 'known' : 'late', writeBinary(draws, left, '/', other), combine(own.exact, other.exact, over))
  }
  /** NumPy neither adds conditions nor subtracts them: their numbers are drawn on with. */
  const asNumbers = ({ run, source }: Pick<Expression, 'run' | 'source'>): Pick<Expression, 'run' | 'source'> =>
    ({ run: (calls) => calls.call('mul', run(calls), [1]), source: `(1 * ${source})` })
  const comparison = (draws: Draws, given: Expression, depth: number): Expression => {
    // What may tell of a single row or not is decrypted first: else whether the outcome is known at once hangs on that.
    const own = given.stage === 'late' ? late(given) : given
    const operator = draws.pick(Object.keys(comparisons) as Comparison[])
    const decide = (a: Fraction, b: Fraction): Fraction => holds(comparisons[operator](compare(a, b)))
    const after = (stage: Stage): Stage => (stage === 'rows' ? 'known' : stage)
    if (draws.once(2)) {
      const other = plains.operand(draws, own.exact.shape)
      return draws.once(3)
        ? settle(after(own.stage), asNumbers(writeTurned(other, operator, own)), combine(other.exact, own.exact, decide))
        : settle(after(own.stage), asNumbers(writeBinary(draws, own, operator, other)), combine(own.exact, other.exact, decide))
    }
    const [left, right, stage] = together(own, partner(draws, own, depth))
    return settle(after(stage), asNumbers(writeBinary(draws, left, operator, right)), combine(left.exact, right.exact, decide))
  }
  const choice = (draws: Draws, own: Expression, depth: number): Expression => {
    const [mask, other] = [comparison(draws, own, depth), partner(draws, own, depth)]
    const shape = broadcastShape(mask.exact.shape, other.exact.shape)
    if (shape === null || broadcastShape(shape, own.exact.shape) === null) return impossible()
    const isEarly = mask.stage === 'known' && own.stage !== 'late' && other.stage !== 'late'
    const [yes, condition, no] = isEarly ? [own, mask, other] as const : [late(own), late(mask), late(other)] as const
    const kept = combine(yes.exact, condition.exact, (a, b) => (isZero(b) ? zero : a))
    const exact = combine(kept, combine(no.exact, condition.exact, (a, b) => (isZero(b) ? a : zero)), plus)
    const run = (calls: Calls): Handle => calls.call('where', yes.run(calls), [condition.run(calls), no.run(calls)])
    const isKnown = [yes, condition, no].every(({ stage }) => stage === 'known')
    return settle(isKnown ? 'known' : 'late', { run, source: `${yes.source}.where(${condition.source}, ${no.source})` }, exact)
  }
  const joining = (draws: Draws, own: Expression, depth: number): Expression => {
    const [left, right, stage] = together(own, draws.once(2) ? own : partner(draws, own, depth))
    // Parts of which only one is of single rows are not told apart here.
    return drawJoined(draws, left, right, stage === 'rows' && left.stage !== right.stage ? 'late' : stage)
  }
  const multiplication = (draws: Draws, own: Expression): Expression => {
    const inner = own.exact.shape.at(-1)
    if (inner === undefined) return impossible()
    const method = draws.pick(['dot', 'matmul'] as const)
    // Whether the columns of what is made tell of single rows hangs on the shape: it is left open.
    const stage = own.stage === 'known' ? 'known' : 'late'
    if (draws.once(3) && own.exact.shape.length === 2) {
      allowLate(own.stage)
      const run = (calls: Calls): Handle => calls.call(method, own.run(calls), [calls.call('transpose', own.run(calls))])
      return settle(stage, { run, source: `${own.source}.${method}(${own.source}.t())` }, product(own.exact, transpose(own.exact, [1, 0])))
    }
    const weights = toPlain(plains.array(draws, draws.once(2) ? [inner] : [inner, 1 + draws.below(3)]))
    return settle(stage, writeCall(own, method, [weights.value]), product(own.exact, weights.exact))
  }
  const raising = (draws: Draws, own: Expression): Expression => {
    allowLate(own.stage)
    const exponent = 2 + draws.below(2)
    return settle(own.stage, writeBinary(draws, own, '**', { source: String(exponent), value: exponent, exact: scalar(whole(BigInt(exponent))) }), map(own.exact, (cell) => power(cell, exponent)))
  }
  const covariance = (a: readonly Fraction[], b: readonly Fraction[], ddof: number): Fraction => {
    const [left, right] = [mean(a), mean(b)]
    return over(sum(a.map((cell, row) => times(minus(cell, left), minus(b[row] as Fraction, right)))), whole(BigInt(height - ddof)))
  }
  const fit = (target: number): Expression => {
    const predictors = Array.from({ length: width }, (_, at) => at).filter((at) => at !== target)
    if (predictors.length === 0) return impossible()
    const matrix = predictors.map((a) => predictors.map((b) => covariance(columnOf(a), columnOf(b), 0)))
    const weights = solve(matrix, predictors.map((a) => covariance(columnOf(a), columnOf(target), 0))) ?? impossible()
    const fitted = predictors.map((at, index) => times(weights[index] as Fraction, mean(columnOf(at))))
    const cells = [minus(mean(columnOf(target)), sum(fitted)), ...weights]
    const run = (calls: Calls): Handle => calls.call('leastSquares', calls.call('cols', table.run(calls), predictors), [calls.call('col', table.run(calls), [target])])
    return settle('late', { run, source: `x.cols(${predictors.join(', ')}).leastSquares(x.col(${target}))` }, { shape: [cells.length], cells })
  }
  const moments = (draws: Draws): Expression => {
    const [i, j, ddof] = [draws.below(width), draws.below(width), draws.below(2)]
    if (height <= ddof) return impossible()
    allowLate('late')
    const both = (calls: Calls): readonly [Handle, Handle] => [calls.call('col', table.run(calls), [i]), calls.call('col', table.run(calls), [j])]
    const square = (columns: readonly number[]): readonly Fraction[] =>
      columns.flatMap((a) => columns.map((b) => covariance(columnOf(a), columnOf(b), ddof)))
    switch (draws.below(4)) {
      case 0: {
        const run = (calls: Calls): Handle => { const [a, b] = both(calls); return calls.call('cov', a, [b, ddof]) }
        return settle('late', { run, source: `x.col(${i}).cov(x.col(${j}), ${ddof})` }, { shape: [2, 2], cells: square([i, j]) })
      }
      case 1: {
        const all = square(Array.from({ length: width }, (_, at) => at))
        return settle('late', writeCall(table, 'cov', [ddof]), { shape: width === 1 ? [] : [width, width], cells: all })
      }
      case 2: {
        const run = (calls: Calls): Handle => { const [a, b] = both(calls); return calls.call('sum', calls.call('mul', a, [b])) }
        return settle('late', { run, source: `(x.col(${i}) * x.col(${j})).sum()` }, scalar(sum(columnOf(i).map((cell, row) => times(cell, columnOf(j)[row] as Fraction)))))
      }
      default: return fit(i)
    }
  }
  /** One of two, by what the key holder said. */
  const flow = (draws: Draws, own: Expression, depth: number): Expression => {
    const mask = own.stage === 'rows' ? comparison(draws, own, 0) : impossible()
    if (mask.stage !== 'known') return impossible()
    const [other, limit] = [draw(draws, draws.below(depth)), draws.below(mask.exact.cells.length + 1)]
    const chosen = compare(sum(mask.exact.cells), whole(BigInt(limit))) > 0 ? own : other
    const condition = draws.pick([`${mask.source}.sum() > ${limit}`, `${mask.source}.sum().item() > ${limit}`, `!(${mask.source}.sum() <= ${limit})`])
    const run = (calls: Calls): Handle => (calls.value('item', calls.call('sum', mask.run(calls))) > limit ? own : other).run(calls)
    return { ...chosen, run, source: `(${condition} ? ${own.source} : ${other.source})` }
  }
  const sign = (draws: Draws, own: Expression): Expression =>
    settle(own.stage, writeCall(own, 'neg', [], draws.pick([`(-${own.source})`, `${own.source}.neg()`])), map(own.exact, negative))
  const bySize = (own: Expression): Expression => {
    const run = (calls: Calls): Handle => calls.call('mul', own.run(calls), [calls.value('size', own.run(calls))])
    return settle(own.stage, { run, source: `(${own.source} * ${own.source}.size)` }, map(own.exact, (cell) => times(cell, whole(BigInt(sizeOf(own.exact.shape))))))
  }
  const absolute = (own: Expression): Expression => {
    const decrypted = late(own)
    return settle(decrypted.stage, writeCall(decrypted, 'abs'), map(own.exact, (cell) => (cell.numerator < 0n ? negative(cell) : cell)))
  }

  const grow = (draws: Draws, depth: number): Expression => {
    const own = draw(draws, depth - 1)
    switch (draws.below(20)) {
      case 0: case 1: case 2: return withPlain(draws, own)
      case 3: return byNumber(draws, own)
      case 4: case 5: case 6: return withTensor(draws, own, depth)
      case 7: return quotient(draws, own, depth)
      case 8: return comparison(draws, own, depth)
      case 9: return choice(draws, own, depth)
      case 10: case 11: return drawReduction(draws, own, hasLate)
      case 12: case 13: return drawSelection(draws, own)
      case 14: return joining(draws, own, depth)
      case 15: {
        if (draws.once(2)) return bySize(own)
        allowLate(own.stage)
        return drawSorted(draws, own)
      }
      case 16: return multiplication(draws, own)
      case 17: return draws.once(2) ? raising(draws, own) : sign(draws, own)
      case 18: return draws.once(2) ? moments(draws) : flow(draws, own, depth)
      default: return draws.once(2) ? absolute(own) : sign(draws, own)
    }
  }
  const draw = (draws: Draws, depth: number): Expression => {
    for (let attempt = 0; attempt < 8 && depth > 0; attempt += 1) {
      try {
        return grow(draws, depth)
      } catch (error) {
        if (!(error instanceof Impossible)) throw error
      }
    }
    return leaf(draws)
  }

  const byWeights = (draws: Draws, own: Expression): Exported => {
    const shape = [own.exact.shape.at(-1) as number]
    const weights = toPlain(plains.array(draws, shape, (from) => (from.once(2) ? drawNumber(from) / 7 || 1 : plains.nonZero(from))))
    const [operator, act] = draws.once(2) ? ['*', times] as const : ['/', over] as const
    return { ...writeBinary(draws, own, operator, weights), exact: combine(own.exact, weights.exact, act), isRounded: true }
  }
  /** What is no fraction comes last: a root, a logarithm, a rounding. */
  const finish = (draws: Draws, own: Expression): Exported => {
    const { exact } = own
    if (own.stage === 'known') return own
    if ((exact.shape.at(-1) ?? 0) > 1 && draws.once(8)) return byWeights(draws, own)
    if (!hasLate || !draws.once(8)) return own
    const isSmall = exact.cells.every((cell) => Math.abs(toNumber(cell)) < 300)
    const sized = absolute(own)
    const one = { source: '1', value: 1, exact: scalar(whole(1n)) }
    switch (draws.below(6)) {
      case 0: return { ...sized, ...writeCall(sized, 'sqrt'), after: Math.sqrt }
      case 1: {
        const above = settle('late', writeBinary(draws, sized, '+', one), combine(sized.exact, one.exact, plus))
        return { ...above, ...writeCall(above, 'log'), after: Math.log }
      }
      case 2: return isSmall ? { ...own, ...writeCall(own, 'exp'), after: Math.exp } : own
      case 3: return isSmall ? { ...own, ...writeCall(own, 'sigmoid'), after: sigmoid } : own
      case 4: return { ...own, ...writeCall(own, 'round'), after: roundHalfEven }
      default: return { ...writeCall(own, 'std'), exact: scalar(variance(exact.cells, 0)), after: Math.sqrt }
    }
  }
  return (draws, depth) => finish(draws, draw(draws, depth))
}
