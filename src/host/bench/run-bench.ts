import { arch, availableParallelism, cpus, platform } from 'node:os'
import { createEngine } from '../../engine/create-engine.ts'
import type { Engine } from '../../engine/engine.ts'
import type { KeyBits } from '../../crypto/types.ts'
import { findGmpy2Baseline, type Gmpy2Baseline } from './gmpy2-baseline.ts'
import {
  createEngineRunner, createMaterial, createPaillierBigintRunner, materialCells, meansTable, type OperationName, type Runner,
} from './operations.ts'

/** Median and range of repeats. */
export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** One contender's time for one operation, in milliseconds each: processor time, and by the clock. */
export interface Figure {
  readonly cpuMilliseconds: Spread
  readonly wallMilliseconds: Spread
}

export interface BarResult {
  readonly against: 'paillier-bigint' | 'gmpy2' | 'one-worker'
  readonly atLeast: number
  /** Median over the rounds of that round's ratio. */
  readonly ratio: Spread
  readonly held: boolean
}

export interface BenchRow {
  readonly bits: KeyBits
  readonly operation: OperationName
  readonly figures: Readonly<Record<string, Figure>>
  readonly bars: readonly BarResult[]
}

export interface BenchReport {
  readonly machine: { readonly processor: string; readonly cores: number; readonly platform: string; readonly node: string }
  readonly backend: string
  readonly backendReason: string
  /** null where no Python with gmpy2 was found. */
  readonly gmpy2: string | null
  readonly rounds: number
  readonly rows: readonly BenchRow[]
}

export interface BenchOptions {
  /** 2048 bits and fewer rounds. */
  readonly short: boolean
  readonly onNote: (note: string) => void
}

interface Plan {
  readonly operation: OperationName
  /** Repeats a round: ours, paillier-bigint's, gmpy2's. */
  readonly counts: readonly [ours: number, paillierBigint: number, gmpy2: number]
  /** performance.md's bars, against paillier-bigint and gmpy2. */
  readonly bars: readonly [paillierBigint: number, gmpy2: number]
}

const plans: readonly Plan[] = [
  { operation: 'encrypt-owner', counts: [200, 3, 10], bars: [40, 8] },
  { operation: 'encrypt-public', counts: [100, 3, 10], bars: [30, 5] },
  { operation: 'decrypt', counts: [200, 4, 20], bars: [12, 1] },
  { operation: 'sum1000', counts: [8, 3, 6], bars: [1.3, 0.5] },
  { operation: 'dot100', counts: [6, 2, 3], bars: [6, 3] },
  { operation: 'dot1000', counts: [2, 1, 1], bars: [9, 5] },
  { operation: 'means', counts: [1, 6, 6], bars: [1.3, 0.5] },
]

const twoWorkerBar = 1.7

const spreadOf = (values: readonly number[]): Spread => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const median = sorted.length % 2 === 1 ? sorted[middle] ?? 0 : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
  return { median, least: sorted[0] ?? 0, most: sorted.at(-1) ?? 0 }
}

interface Sample {
  readonly cpu: number
  readonly wall: number
}

const measure = async (run: Runner, operation: OperationName, count: number): Promise<Sample> => {
  const cpuBefore = process.cpuUsage()
  const start = performance.now()
  await run(operation, count)
  const wall = (performance.now() - start) / count
  const { user, system } = process.cpuUsage(cpuBefore)
  return { cpu: (user + system) / 1000 / count, wall }
}

/** How many sums of a thousand the table's means are, for those who are measured by that. */
const sumsInMeans = (meansTable.rows * meansTable.columns) / materialCells

const contenderNames = ['wasm, 1 worker', 'wasm, 2 workers', 'node-crypto, 1 worker', 'paillier-bigint', 'gmpy2'] as const
type Contender = (typeof contenderNames)[number]
type Round = Partial<Record<Contender, Sample>>

/** The contenders, in turn; those that repeat sums for the means are scaled. */
const measureRound = async (
  plan: Plan, runners: Readonly<Partial<Record<Contender, Runner>>>, gmpy2: Gmpy2Baseline | null,
): Promise<Round> => {
  const round: Round = {}
  const { operation, counts: [ours, theirs, pythons] } = plan
  for (const name of contenderNames) {
    const run = runners[name]
    if (run === undefined) continue
    const scaled = name === 'paillier-bigint' && operation === 'means'
    const count = name === 'paillier-bigint' ? theirs : name.startsWith('node-crypto') ? Math.ceil(ours / 8) : ours
    const sample = await measure(run, scaled ? 'sum1000' : operation, count)
    round[name] = scaled ? { cpu: sample.cpu * sumsInMeans, wall: sample.wall * sumsInMeans } : sample
  }
  if (gmpy2 !== null) {
    const asked = operation === 'means' ? 'sum1000' : operation.replace(/-.*/, '')
    const milliseconds = (await gmpy2.measure(asked, pythons)) * (operation === 'means' ? sumsInMeans : 1)
    round.gmpy2 = { cpu: milliseconds, wall: milliseconds }
  }
  return round
}

const ratioOf = (rounds: readonly Round[], slower: Contender, faster: Contender, by: keyof Sample): Spread | null => {
  const ratios = rounds.flatMap((round) => {
    const [a, b] = [round[slower], round[faster]]
    return a === undefined || b === undefined ? [] : [a[by] / b[by]]
  })
  return ratios.length === 0 ? null : spreadOf(ratios)
}

const barOf = (against: BarResult['against'], atLeast: number, ratio: Spread | null): BarResult[] =>
  ratio === null ? [] : [{ against, atLeast, ratio, held: ratio.median >= atLeast }]

const rowOf = (bits: KeyBits, { operation, bars }: Plan, rounds: readonly Round[]): BenchRow => ({
  bits,
  operation,
  figures: Object.fromEntries(contenderNames.flatMap((name) => {
    const samples = rounds.flatMap((round) => round[name] ?? [])
    return samples.length === 0 ? [] : [[name, {
      cpuMilliseconds: spreadOf(samples.map(({ cpu }) => cpu)), wallMilliseconds: spreadOf(samples.map(({ wall }) => wall)),
    }]]
  })),
  bars: [
    ...barOf('paillier-bigint', bars[0], ratioOf(rounds, 'paillier-bigint', 'wasm, 1 worker', 'cpu')),
    ...barOf('gmpy2', bars[1], ratioOf(rounds, 'gmpy2', 'wasm, 1 worker', 'cpu')),
    ...barOf('one-worker', twoWorkerBar, ratioOf(rounds, 'wasm, 1 worker', 'wasm, 2 workers', 'wall')),
  ],
})

const measureBits = async (bits: KeyBits, rounds: number, engines: readonly Engine[], options: BenchOptions) => {
  const [single, double, reference] = engines
  if (single === undefined || double === undefined || reference === undefined) throw new RangeError('three engines are measured')
  const key = await single.generateKeyPair(bits)
  const material = createMaterial(key)
  const runners = {
    'wasm, 1 worker': createEngineRunner(single, material),
    'wasm, 2 workers': createEngineRunner(double, material),
    'node-crypto, 1 worker': createEngineRunner(reference, material),
    'paillier-bigint': createPaillierBigintRunner(material),
  }
  const gmpy2 = await findGmpy2Baseline(key)
  const version = (await gmpy2?.setUp(key, materialCells)) ?? null
  // Tables are made once per key and worker; what is measured comes after.
  for (const operation of ['encrypt-owner', 'encrypt-public'] as const) {
    for (const name of ['wasm, 1 worker', 'wasm, 2 workers'] as const) await runners[name](operation, 600)
  }
  const rows: BenchRow[] = []
  for (const plan of plans) {
    options.onNote(`${bits} bits: ${plan.operation}`)
    const measured: Round[] = []
    for (let i = 0; i < rounds; i += 1) measured.push(await measureRound(plan, runners, gmpy2))
    rows.push(rowOf(bits, plan, measured))
  }
  gmpy2?.close()
  return { rows, version }
}

/**
 * The table of docs/performance.md on this computer: our engine, paillier-bigint and gmpy2 in turn, round by round, so that whatever else
 * the computer does meets all alike. Ratios on one thread are of processor time; those of two workers, by the clock.
 */
export const runBench = async (options: BenchOptions): Promise<BenchReport> => {
  const rounds = options.short ? 3 : 5
  const engines = await Promise.all([
    createEngine({ workers: 1, backend: 'wasm' }), createEngine({ workers: 2, backend: 'wasm' }),
    createEngine({ workers: 1, backend: 'node-crypto' }),
  ])
  const chosen = await createEngine({ workers: 1 })
  try {
    const rows: BenchRow[] = []
    let gmpy2: string | null = null
    for (const bits of options.short ? [2048] as const : [2048, 3072] as const) {
      const measured = await measureBits(bits, rounds, engines, options)
      rows.push(...measured.rows)
      gmpy2 = measured.version
    }
    return {
      machine: { processor: cpus()[0]?.model ?? '', cores: availableParallelism(), platform: `${platform()} ${arch()}`, node: process.versions.node },
      backend: chosen.backend,
      backendReason: chosen.backendReason,
      gmpy2,
      rounds,
      rows,
    }
  } finally {
    await Promise.all([...engines, chosen].map((engine) => engine.close()))
  }
}
