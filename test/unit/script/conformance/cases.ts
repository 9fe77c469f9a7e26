/**
 * The table of the conformance suite: what a script says and what NumPy says, operation by operation. A row makes one case for a
 * table from its random draws; the same seed gives the same cases, so that NumPy's answers can be recorded.
 */
export interface Case {
  readonly operation: string
  /** TypeScript, over `x` (the table's first columns, encrypted). */
  readonly script: string
  /** Python, over `x` and `np`. */
  readonly numpy: string
}

export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly number[])[]
  /** How many of the columns are x; behind them stand all their products. */
  readonly width: number
  readonly cases: readonly Case[]
}

/** Random draws from a seed: mulberry32, which is enough to choose test values. */
const createDraw = (seed: number) => {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  return { whole, value: (): number => whole(-99_999, 99_999) / 1000 }
}

interface Draw {
  readonly rows: number
  readonly width: number
  /** An axis of x, as scripts and NumPy count them, or none for all. */
  readonly axis: string
  readonly i: number
  readonly j: number
  readonly k: number
  readonly number: number
  readonly divisor: number
  readonly vector: string
  readonly matrix: string
  readonly column: string
  readonly weights: string
  readonly mask: string
}

/**
 * operation, script, NumPy. `a` is x's column sums, `m` its means, `d` x decrypted: numbers known after decryption. What compares or
 * multiplies cells of x itself does so by the key holder.
 */
const table: readonly (readonly [operation: string, script: (draw: Draw) => string, numpy: (draw: Draw) => string])[] = [
  ['+ number', (d) => `x + ${d.number}`, (d) => `x + ${d.number}`],
  ['number +', (d) => `${d.number} + x`, (d) => `${d.number} + x`],
  ['- number', (d) => `x - ${d.number}`, (d) => `x - ${d.number}`],
  ['number -', (d) => `${d.number} - x`, (d) => `${d.number} - x`],
  ['* number', (d) => `x * ${d.number}`, (d) => `x * ${d.number}`],
  ['/ number', (d) => `x / ${d.divisor}`, (d) => `x / ${d.divisor}`],
  ['unary -', () => '-x', () => '-x'],
  ['+ vector', (d) => `x + ${d.vector}`, (d) => `x + np.array(${d.vector})`],
  ['- matrix', (d) => `x - ${d.matrix}`, (d) => `x - np.array(${d.matrix})`],
  ['* vector', (d) => `${d.vector} * x`, (d) => `np.array(${d.vector}) * x`],
  ['* column', (d) => `x * ${d.column}`, (d) => `x * np.array(${d.column})`],
  ['/ matrix', (d) => `x / ${d.matrix}`, (d) => `x / np.array(${d.matrix})`],
  ['x + x', () => 'x + x.rows(0, 1)', () => 'x + x[0:1]'],
  ['x - mean', (d) => `x - x.mean(${d.axis === '1' ? 'null' : d.axis})`, (d) => `x - x.mean(axis=${d.axis === '1' ? 'None' : d.axis})`],
  ['compound', (d) => `(() => { let t = x; t *= ${d.number}; t += 1; t -= x; t /= 8; return t })()`, (d) => `(x * ${d.number} + 1 - x) / 8`],
  ['sum', (d) => `x.sum(${d.axis})`, (d) => `x.sum(axis=${d.axis})`],
  ['mean', (d) => `x.mean(${d.axis})`, (d) => `x.mean(axis=${d.axis})`],
  ['[i]', (d) => `x[${d.i}]`, (d) => `x[${d.i}]`],
  ['[i][j]', (d) => `x[${d.i}][${-1 - d.j}]`, (d) => `x[${d.i}][${-1 - d.j}]`],
  ['slice', (d) => `x.slice([${d.i}, null], [null, null, -1])`, (d) => `x[${d.i}:, ::-1]`],
  ['rows', (d) => `x.rows([${d.i}, ${d.k}, -1])`, (d) => `x[[${d.i}, ${d.k}, -1]]`],
  ['cols', (d) => `x.cols(${d.j}, "c0")`, (d) => `x[:, [${d.j}, 0]]`],
  ['t', () => 'x.t()', () => 'x.T'],
  ['transpose', () => 'x.transpose(null) + x.transpose(1, 0)', () => 'x.transpose(None) + x.transpose(1, 0)'],
  ['reshape', (d) => `x.t().reshape(${d.width}, -1)`, (d) => `x.T.reshape(${d.width}, -1)`],
  ['concat', (d) => `x.concat([x.rows([${d.i}]), x * 2], 0)`, (d) => `np.concatenate([x, x[[${d.i}]], x * 2], axis=0)`],
  ['concat columns', () => 'x.concat(x + 1, 1)', () => 'np.concatenate([x, x + 1], axis=1)'],
  ['concat flattened', (d) => `x.concat(x[${d.i}] + 1, null)`, (d) => `np.concatenate([x, x[${d.i}] + 1], axis=None)`],
  ['concat of deferred', () => 'd.concat([m, a / 2], null)', () => 'np.concatenate([x, m, a / 2], axis=None)'],
  ['concat with a list', (d) => `x.concat([${d.vector}]).concat([d.rows([0]), [${d.vector}]])`, (d) => `np.concatenate([x, [${d.vector}], x[[0]], [${d.vector}]])`],
  ['concat of a column with a list', (d) => `x.col(${d.j}).concat(${d.vector}).concat([5], null)`, (d) => `np.concatenate([x[:, ${d.j}], ${d.vector}, [5]])`],
  ['dot vector', (d) => `x.dot(${d.vector})`, (d) => `x.dot(np.array(${d.vector}))`],
  ['matmul', (d) => `x.matmul(${d.weights})`, (d) => `x @ np.array(${d.weights})`],
  ['where plain', (d) => `x.where(${d.mask}, ${d.number})`, (d) => `np.where(np.array(${d.mask}) != 0, x, ${d.number})`],
  ['shape', () => '[x.shape[0], x.size, x.dim()]', () => 'np.array([x.shape[0], x.size, x.ndim])'],
  ['ratio', (d) => `a / m[${d.j}]`, (d) => `a / m[${d.j}]`],
  ['number / deferred', (d) => `${d.number} / a`, (d) => `${d.number} / a`],
  ['row / deferred', () => 'x / a', () => 'x / a'],
  ['product of answers', () => 'a * m - m', () => 'a * m - m'],
  ['**', () => '(m ** 2).sum() + m[0] ** 3', () => '(m ** 2).sum() + m[0] ** 3'],
  ['** fraction', () => 'm.abs() ** 0.5', () => 'np.abs(m) ** 0.5'],
  ['number **', () => '2 ** (m / 50)', () => '2 ** (m / 50)'],
  ['unary - deferred', () => '-(a / 2 / m.size)', () => '-(a / 2 / m.size)'],
  ['sqrt', () => 'm.abs().sqrt()', () => 'np.sqrt(np.abs(m))'],
  ['exp', () => '(m / 100).exp()', () => 'np.exp(m / 100)'],
  ['log', () => '(m.abs() + 1).log()', () => 'np.log(np.abs(m) + 1)'],
  ['round', () => 'd.round()', () => 'np.round(x)'],
  ['sigmoid', () => '(m / 10).sigmoid()', () => '1 / (1 + np.exp(-m / 10))'],
  ['>', (d) => `d > ${d.number}`, (d) => `x > ${d.number}`],
  ['>=', (d) => `d >= d[${d.i}]`, (d) => `x >= x[${d.i}]`],
  ['< vector', (d) => `${d.vector} < d`, (d) => `np.array(${d.vector}) < x`],
  ['<=', () => 'd <= m', () => 'x <= m'],
  ['==', (d) => `d == d[${d.i}]`, (d) => `x == x[${d.i}]`],
  ['!=', (d) => `d != d[${d.i}][${d.j}]`, (d) => `x != x[${d.i}][${d.j}]`],
  ['max', (d) => `d.max(${d.axis})`, (d) => `x.max(axis=${d.axis})`],
  ['min', (d) => `d.min(${d.axis})`, (d) => `x.min(axis=${d.axis})`],
  ['argmax', (d) => `d.argmax(${d.axis})`, (d) => `x.argmax(axis=${d.axis})`],
  ['argmin', (d) => `d.argmin(${d.axis})`, (d) => `x.argmin(axis=${d.axis})`],
  ['median', (d) => `d.median(${d.axis})`, (d) => `np.median(x, axis=${d.axis})`],
  ['quantile', (d) => `d.quantile(0.3, ${d.axis})`, (d) => `np.quantile(x, 0.3, axis=${d.axis})`],
  ['several quantiles', (d) => `d.quantile([0.25, 0.9], ${d.axis})`, (d) => `np.quantile(x, [0.25, 0.9], axis=${d.axis})`],
  ['several quantiles of rows', (d) => `x.quantile([0.5, 0.1, 1], ${d.axis})`, (d) => `np.quantile(x, [0.5, 0.1, 1], axis=${d.axis})`],
  ['one row, some columns', (d) => `x.slice(-1, [0, 2]) + x.slice(${d.i}, [null, 2])`, (d) => `x[-1, 0:2] + x[${d.i}, :2]`],
  ['the row of the largest', (d) => `x.get(x.col(${d.j}).argmax()) + x[x.col(0).argmin()]`, (d) => `x[x[:, ${d.j}].argmax()] + x[x[:, 0].argmin()]`],
  ['the rows of the largest', (d) => `x.rows([x.col(${d.j}).argmax(), ${d.i}]).concat(x.rows(x.argmax(0)))`, (d) => `np.concatenate([x[[x[:, ${d.j}].argmax(), ${d.i}]], x[x.argmax(axis=0)]])`],
  ['sort', (d) => `d.sort(${d.axis})`, (d) => `np.sort(x, axis=${d.axis})`],
  ['sort last axis', () => 'd.sort()', () => 'np.sort(x)'],
  ['where', (d) => `d.where(d > ${d.number}, d * 2)`, (d) => `np.where(x > ${d.number}, x, x * 2)`],
  ['share above', (d) => `(d > ${d.number}).mean(0)`, (d) => `(x > ${d.number}).mean(axis=0)`],
  ['var', (d) => `x.var(${d.axis})`, (d) => `x.var(axis=${d.axis})`],
  ['var ddof', () => 'x.var(0, 1)', () => 'x.var(axis=0, ddof=1)'],
  ['var deferred', (d) => `d.var(${d.axis})`, (d) => `x.var(axis=${d.axis})`],
  ['std', () => 'x.std(0)', () => 'x.std(axis=0)'],
  ['std scaled', () => '(x * -3).std(0, 1)', () => '(x * -3).std(axis=0, ddof=1)'],
  ['standardised', () => '(x - m) / x.std(0)', () => '(x - m) / x.std(axis=0)'],
  ['cov', () => 'x.cov()', () => 'np.cov(x, rowvar=False)'],
  ['cov of two', (d) => `x.col(${d.j}).cov(x.col(0), 0)`, (d) => `np.cov(x[:, ${d.j}], x[:, 0], ddof=0)`],
  ['cov deferred', () => 'd.cov(d.col(0) ** 2)', () => 'np.cov(np.column_stack([x, x[:, 0] ** 2]), rowvar=False)'],
  ['corr deferred', () => 'd.corr()', () => 'np.corrcoef(x, rowvar=False)'],
  ['cov of a condition', (d) => `x.col(${d.j}).cov(x.col(0) > ${d.number}, 0) + d.col(${d.j}).cov(x.col(0) > ${d.number})`, (d) => `np.cov(x[:, ${d.j}], x[:, 0] > ${d.number}, ddof=0) + np.cov(x[:, ${d.j}], x[:, 0] > ${d.number})`],
  ['least squares deferred', () => 'd.cols(1).leastSquares(d.col(0))', () =>
    'np.linalg.lstsq(np.column_stack([np.ones(len(x)), x[:, 1]]), x[:, 0], rcond=None)[0]'],
  ['unary +', (d) => `(+x + +m) * +(x > ${d.number})`, (d) => `(+x + +m) * +(x > ${d.number})`],
  ['corr', () => 'x.corr()', () => 'np.corrcoef(x, rowvar=False)'],
  ['product of columns', (d) => `(x.col(${d.j}) * x.col(0)).sum()`, (d) => `(x[:, ${d.j}] * x[:, 0]).sum()`],
  ['dot of columns', (d) => `x.col(${d.j}).dot(x.col(0))`, (d) => `x[:, ${d.j}].dot(x[:, 0])`],
  ['least squares', () => 'x.cols(1).leastSquares(x.col(0))', () =>
    'np.linalg.lstsq(np.column_stack([np.ones(len(x)), x[:, 1]]), x[:, 0], rcond=None)[0]'],
  ['matmul deferred', () => 'd.matmul(d.t())', () => 'x @ x.T'],
  ['rows > number', (d) => `x > ${d.number}`, (d) => `x > ${d.number}`],
  ['rows >= row', (d) => `x >= x[${d.i}]`, (d) => `x >= x[${d.i}]`],
  ['vector < rows', (d) => `${d.vector} < x`, (d) => `np.array(${d.vector}) < x`],
  ['rows <= mean', () => '-x / 3 <= x.mean(0)', () => '-x / 3 <= m'],
  ['rows == cell', (d) => `x == x[${d.i}][${d.j}]`, (d) => `x == x[${d.i}][${d.j}]`],
  ['rows != row', (d) => `x != x[${d.i}]`, (d) => `x != x[${d.i}]`],
  ['max of rows', (d) => `x.max(${d.axis})`, (d) => `x.max(axis=${d.axis})`],
  ['min of rows', (d) => `(-x / 7).min(${d.axis})`, (d) => `(-x / 7).min(axis=${d.axis})`],
  ['argmax of rows', (d) => `x.slice([${d.i}, null]).concat(x).argmax(${d.axis})`, (d) => `np.concatenate([x[${d.i}:], x]).argmax(axis=${d.axis})`],
  ['argmin of rows', (d) => `x.concat(x).argmin(${d.axis})`, (d) => `np.concatenate([x, x]).argmin(axis=${d.axis})`],
  ['median of rows', (d) => `x.median(${d.axis})`, (d) => `np.median(x, axis=${d.axis})`],
  ['quantile of rows', (d) => `x.quantile(0.3, ${d.axis})`, (d) => `np.quantile(x, 0.3, axis=${d.axis})`],
  ['sort of rows', (d) => `x.sort(${d.axis})`, (d) => `np.sort(x, axis=${d.axis})`],
  ['sort of rows, last axis', () => 'x.sort()', () => 'np.sort(x)'],
  ['where of rows', (d) => `x.where(x > ${d.number}, x * 2)`, (d) => `np.where(x > ${d.number}, x, x * 2)`],
  ['where encrypted', (d) => `x.where((x > ${d.number}) * x, -1)`, (d) => `np.where((x > ${d.number}) * x != 0, x, -1)`],
  ['masked mean', (d) => `((x > ${d.number}) * x).sum(0) / ((x > ${d.number}).sum(0) + 1)`, (d) => `((x > ${d.number}) * x).sum(axis=0) / ((x > ${d.number}).sum(axis=0) + 1)`],
  ['share of rows', (d) => `(x > ${d.number}).mean(${d.axis})`, (d) => `(x > ${d.number}).mean(axis=${d.axis})`],
  ['mask arithmetic', (d) => `(1 - (x > ${d.number})) / 4 + x`, (d) => `(1 - (x > ${d.number})) / 4 + x`],
  ['counted conditions', (d) => `(1 * (x > ${d.number}) + 1 * (x < 0)) * (x > ${d.number})`, (d) => `(1 * (x > ${d.number}) + 1 * (x < 0)) * (x > ${d.number})`],
  ['and of conditions', (d) => `((x > ${d.number}) & (x > x[${d.i}])).sum(${d.axis})`, (d) => `((x > ${d.number}) & (x > x[${d.i}])).sum(axis=${d.axis})`],
  ['or of conditions', (d) => `((x > ${d.number}) | (d > d[${d.i}])).mean(${d.axis})`, (d) => `((x > ${d.number}) | (x > x[${d.i}])).mean(axis=${d.axis})`],
  ['xor of conditions', (d) => `(x > ${d.number}) ^ (${d.vector} < x)`, (d) => `(x > ${d.number}) ^ (np.array(${d.vector}) < x)`],
  ['not of a condition', (d) => `~(d > ${d.number}) & (x != x[${d.i}])`, (d) => `~(x > ${d.number}) & (x != x[${d.i}])`],
  ['spread of a condition', (d) => `(x > ${d.number}).std(${d.axis}) + (x > ${d.number}).var(null, 1)`, (d) => `(x > ${d.number}).std(axis=${d.axis}) + (x > ${d.number}).var(ddof=1)`],
  ['median of a condition', (d) => `(x > ${d.number}).median(${d.axis}) - (x > 0).min(${d.axis})`, (d) => `np.median(x > ${d.number}, axis=${d.axis}) - (x > 0).min(axis=${d.axis})`],
  ['condition as numbers', (d) => `(1 * (x > ${d.number})).quantile(0.4, ${d.axis}) - 2 ** (x[${d.i}] > 0)[0]`, (d) => `np.quantile(1 * (x > ${d.number}), 0.4, axis=${d.axis}) - 2 ** (x[${d.i}] > 0)[0]`],
  ['mask dot', (d) => `(x.t() > ${d.number}).dot(x)`, (d) => `(x.T > ${d.number}) @ x`],
  ['flow', (d) => `((x > ${d.number}).sum() > 3 ? x : -x)`, (d) => `(x if (x > ${d.number}).sum() > 3 else -x)`],
  ['product of rows', (d) => `x * (x[${d.i}] - 1)`, (d) => `x * (x[${d.i}] - 1)`],
  ['power of rows', () => '(x / 2) ** 3', () => '(x / 2) ** 3'],
  ['matmul of rows', () => 'x.matmul(x.t() + 1)', () => 'x @ (x.T + 1)'],
  ['dot of rows', (d) => `x.dot(x[${d.i}])`, (d) => `x.dot(x[${d.i}])`],
  ['product compared', (d) => `x * x.rows(0, 1) > ${d.number}`, (d) => `x * x[0:1] > ${d.number}`],
  ['mean by name', (d) => `x.mean({ axis: ${d.axis} })`, (d) => `x.mean(axis=${d.axis})`],
  ['var by name', () => 'x.var({ axis: 0, ddof: 1 })', () => 'x.var(axis=0, ddof=1)'],
  ['std by name', (d) => `d.std(${d.axis}, { ddof: 1 })`, (d) => `x.std(axis=${d.axis}, ddof=1)`],
  ['cov by name', () => 'x.cov({ ddof: 0 })', () => 'np.cov(x, rowvar=False, ddof=0)'],
  ['quantile by name', (d) => `d.quantile(0.7, { axis: ${d.axis} })`, (d) => `np.quantile(x, 0.7, axis=${d.axis})`],
  ['concat by name', () => 'x.concat(x + 1, { axis: 1 })', () => 'np.concatenate([x, x + 1], axis=1)'],
  ['=== is ==', (d) => `d === d[${d.i}]`, (d) => `x == x[${d.i}]`],
  ['!== is !=', (d) => `x !== x[${d.i}][${d.j}]`, (d) => `x != x[${d.i}][${d.j}]`],
  ['round to decimals', () => '(m / 7).round(2)', () => 'np.round(m / 7, 2)'],
  ['round to hundreds', () => '(a * 7.3).round(-2)', () => 'np.round(a * 7.3, -2)'],
  ['** 0', () => '(x ** 0 + x).sum(0) + m ** 0', () => '(x ** 0 + x).sum(axis=0) + m ** 0'],
  ['** 65', () => 'm ** 65', () => 'm ** 65'],
  ['** below 0', (d) => `(m - m[${d.j}]) ** -1 + (m.abs() + 1) ** -2`, (d) => `(m - m[${d.j}]) ** -1 + (np.abs(m) + 1) ** -2.0`],
  ['log of 0', (d) => `(d - d[${d.i}]).abs().log()`, (d) => `np.log(np.abs(x - x[${d.i}]))`],
  ['sum with log of 0', (d) => `(d - d[${d.i}]).abs().log().sum(${d.axis})`, (d) => `np.log(np.abs(x - x[${d.i}])).sum(axis=${d.axis})`],
  ['mean with log of 0', (d) => `(d - d[${d.i}]).abs().log().mean(${d.axis})`, (d) => `np.log(np.abs(x - x[${d.i}])).mean(axis=${d.axis})`],
  ['median with log of 0', (d) => `(d - d[${d.i}]).abs().log().median(${d.axis})`, (d) => `np.median(np.log(np.abs(x - x[${d.i}])), axis=${d.axis})`],
  ['extremes with log of 0', (d) => `(d - d[${d.i}]).abs().log().max(${d.axis}) - m[0].exp()`, (d) => `np.log(np.abs(x - x[${d.i}])).max(axis=${d.axis}) - np.exp(m[0])`],
  ['sort with log of 0', (d) => `(d - d[${d.i}]).abs().log().sort(0)`, (d) => `np.sort(np.log(np.abs(x - x[${d.i}])), axis=0)`],
  ['by 0', (d) => `(1 / (d - d[${d.i}])).sum(0) + (m - m) / (d - d[${d.i}])`, (d) => `(1 / (x - x[${d.i}])).sum(axis=0) + (m - m) / (x - x[${d.i}])`],
  ['extremes of what is none', (d) => `(d - 5).log().max(${d.axis}) + (d - 5).log().argmax(${d.axis})`, (d) => `np.log(x - 5).max(axis=${d.axis}) + np.log(x - 5).argmax(axis=${d.axis})`],
  ['order of what is none', (d) => `(d - 5).log().sort(0) + (d - 5).log().median(${d.axis === '1' ? '0' : d.axis})`, (d) => `np.sort(np.log(x - 5), axis=0) + np.median(np.log(x - 5), axis=${d.axis === '1' ? '0' : d.axis})`],
]

const list = <T>(length: number, make: () => T): T[] => Array.from({ length }, make)

const createTable = (seed: number): Table => {
  const { whole, value } = createDraw(seed)
  const height = whole(3, 7)
  const width = whole(2, 4)
  const x = list(height, () => list(width, value))
  const names = list(width, () => '').map((_, column) => `c${column}`)
  const pairs = names.flatMap((_, i) => names.slice(0, i + 1).map((_other, j) => [j, i] as const))
  const draw = (): Draw => {
    const nonZero = (): number => value() || 1
    return {
      rows: height, width, axis: ['null', '0', '1'][whole(0, 2)] as string,
      i: whole(0, height - 1), j: whole(0, width - 1), k: whole(0, height - 1),
      number: nonZero(), divisor: nonZero(),
      vector: JSON.stringify(list(width, nonZero)), matrix: JSON.stringify(list(height, () => list(width, nonZero))),
      column: JSON.stringify(list(height, () => [nonZero()])), weights: JSON.stringify(list(width, () => list(2, nonZero))),
      mask: JSON.stringify(list(width, () => whole(0, 1))),
    }
  }
  return {
    columns: [...names, ...pairs.map(([j, i]) => `c${j}*c${i}`)],
    // Products of whole thousandths are whole millionths.
    rows: x.map((row) => [...row, ...pairs.map(([j, i]) => Math.round((row[j] as number) * (row[i] as number) * 1e6) / 1e6)]),
    width,
    cases: table.map(([operation, script, numpy]) => {
      const drawn = draw()
      return { operation, script: script(drawn), numpy: numpy(drawn).replaceAll('null', 'None') }
    }),
  }
}

export const createTables = (count: number, firstSeed: number): Table[] =>
  Array.from({ length: count }, (_, index) => createTable(firstSeed + index))

/** NumPy's answers to all cases of all tables, table by table. */
export const numpySource = String.raw`
import json, sys, warnings
import numpy as np
warnings.simplefilter('ignore')
def plain(value):
    if isinstance(value, list):
        return [plain(item) for item in value]
    value = float(value)
    if np.isnan(value):
        return 'NaN'
    if np.isinf(value):
        return 'Infinity' if value > 0 else '-Infinity'
    return value
answers = []
for table in json.load(sys.stdin):
    x = np.array(table['rows'])[:, :table['width']]
    names = {'np': np, 'x': x, 'a': x.sum(axis=0), 'm': x.mean(axis=0)}
    answers.append([plain(np.asarray(eval(case['numpy'], names)).tolist()) for case in table['cases']])
json.dump(answers, sys.stdout)
`
