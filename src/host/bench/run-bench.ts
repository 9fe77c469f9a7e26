import { arch, availableParallelism, cpus, loadavg, platform } from 'node:os'
import { createEngine } from '../../engine/create-engine.ts'
import type { Engine } from '../../engine/engine.ts'
import { estimateEvaluation } from '../../engine/estimate.ts'
import type { KeyBits } from '../../crypto/types.ts'
import { measure, spreadOf, type Against, type BarResult, type BenchRow, type Growth, type Sample, type Spread } from './figures.ts'
import { measureGrowth } from './growth.ts'
import {
  createEngineRunner, createMaterial, createPaillierBigintRunner, formsOf, materialCells, meansTable, type Material, type OperationName,
  type Runner,
} from './operations.ts'
import { plans, twoWorkerBar, type Plan } from './plans.ts'
import { findPythonBaseline, type PythonBaseline } from './python-baseline.ts'

export interface BenchReport {
  readonly machine: {
    readonly processor: string
    readonly cores: number
    readonly platform: string
    readonly node: string
    /** Processes that wanted a core, over the last minute, at the beginning and the end. */
    readonly load: readonly [before: number, after: number]
  }
  readonly backend: string
  readonly backendReason: string
  /** Versions; null where no Python with gmpy2, or with python-paillier, was found. */
  readonly gmpy2: string | null
  readonly pythonPaillier: string | null
  readonly rounds: number
  readonly seconds: number
  readonly rows: readonly BenchRow[]
  readonly growth: readonly Growth[]
}

export interface BenchOptions {
  /** 2048 bits and fewer rounds, nothing about growth. */
  readonly short: boolean
  readonly onNote: (note: string) => void
}

/** How many sums of a thousand the table's means are, for those who are measured by that. */
const sumsInMeans = (meansTable.rows * meansTable.columns) / materialCells

const contenderNames = [
  'wasm, 1 worker', 'wasm, 2 workers', 'integer wasm, 1 worker', 'node-crypto, 1 worker', 'BigInt, 1 worker', 'paillier-bigint', 'gmpy2', 'python-paillier',
] as const
type Contender = (typeof contenderNames)[number]
interface Round extends Partial<Record<Contender, Sample>> {
  /** Milliseconds that a gauge would have shown for one worker before it; null where none is made. */
  readonly estimate: number | null
}

interface Contenders {
  readonly runners: Readonly<Partial<Record<Contender, Runner>>>
  readonly pythons: Readonly<Partial<Record<Contender, PythonBaseline>>>
}

/** For those that know no packing and repeat one sum for the means: what stands for an operation, and how many of it. */
const substituteOf = (operation: OperationName): readonly [operation: OperationName, times: number] => {
  const unpacked = operation.replace('-packed', '') as OperationName
  return unpacked === 'means' ? ['sum1000', sumsInMeans] : [unpacked, 1]
}

const countOf = (name: Contender, { counts: [ours, paillierBigint, python] }: Plan): number => {
  if (name === 'paillier-bigint') return paillierBigint
  if (name === 'gmpy2' || name === 'python-paillier') return python
  if (name === 'BigInt, 1 worker') return Math.ceil(ours / 32)
  if (name === 'integer wasm, 1 worker') return Math.ceil(ours / 2)
  return name === 'node-crypto, 1 worker' ? Math.ceil(ours / 8) : ours
}

const scaled = ({ cpu, wall }: Sample, times: number): Sample => ({ cpu: cpu * times, wall: wall * times })

/** The contenders, in turn. */
const measureRound = async (plan: Plan, { runners, pythons }: Contenders, material: Material): Promise<Round> => {
  const forms = formsOf(plan.operation, material)
  const estimate = forms === null ? null : estimateEvaluation(forms, material.key.publicKey.bits, 1) * 1000
  const round: { estimate: number | null } & Partial<Record<Contender, Sample>> = { estimate }
  const [substitute, times] = substituteOf(plan.operation)
  for (const name of contenderNames) {
    const count = countOf(name, plan)
    const [run, python] = [runners[name], pythons[name]]
    if (run !== undefined) {
      const isOther = name === 'paillier-bigint'
      const sample = await measure(() => run(isOther ? substitute : plan.operation, count), count)
      round[name] = isOther ? scaled(sample, times) : sample
    } else if (python !== undefined) {
      const milliseconds = await python.measure(substitute.replace(/-.*/, ''), count)
      round[name] = scaled({ cpu: milliseconds, wall: milliseconds }, times)
    }
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

const barOf = (against: Against, atLeast: number | null, ratio: Spread | null): BarResult[] =>
  ratio === null ? [] : [{ against, atLeast, ratio, held: atLeast === null ? null : ratio.median >= atLeast }]

const estimateOf = (rounds: readonly Round[]): BenchRow['estimate'] => {
  const estimated = rounds.flatMap(({ estimate, 'wasm, 1 worker': sample }) =>
    (estimate === null || sample === undefined ? [] : [{ estimate, ratio: sample.cpu / estimate }]))
  if (estimated.length === 0) return null
  return {
    milliseconds: spreadOf(estimated.map(({ estimate }) => estimate)),
    truthOverEstimate: spreadOf(estimated.map(({ ratio }) => ratio)),
  }
}

const rowOf = ({ operation, bars }: Plan, rounds: readonly Round[], bits: KeyBits): BenchRow => ({
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
    ...barOf('python-paillier', bars[1], ratioOf(rounds, 'python-paillier', 'wasm, 1 worker', 'cpu')),
    ...barOf('one-worker', operation.endsWith('-packed') ? null : twoWorkerBar, ratioOf(rounds, 'wasm, 1 worker', 'wasm, 2 workers', 'wall')),
  ],
  estimate: estimateOf(rounds),
})

type Engines = Readonly<Record<'single' | 'double' | 'integer' | 'nodeCrypto' | 'bigint', Engine>>

/** Tables are made, workers started and batches sized before anything is measured. */
const warmUp = async (runners: readonly Runner[]): Promise<void> => {
  for (const run of runners) {
    for (const operation of ['encrypt-owner', 'encrypt-public'] as const) await run(operation, 600)
    for (const operation of ['decrypt', 'sum1000', 'dot100'] as const) await run(operation, 2)
  }
}

const measureBits = async (bits: KeyBits, rounds: number, engines: Engines, { onNote }: BenchOptions) => {
  const { single, double, integer, nodeCrypto, bigint } = engines
  const key = await single.generateKeyPair(bits)
  const material = createMaterial(key)
  const [one, two, integers] = [single, double, integer].map((engine) => createEngineRunner(engine, material)) as [Runner, Runner, Runner]
  const runners = {
    'wasm, 1 worker': one,
    'wasm, 2 workers': two,
    'integer wasm, 1 worker': integers,
    'node-crypto, 1 worker': createEngineRunner(nodeCrypto, material),
    'BigInt, 1 worker': createEngineRunner(bigint, material),
    'paillier-bigint': createPaillierBigintRunner(material),
  }
  const gmpy2 = await findPythonBaseline('gmpy2', key, materialCells)
  const phe = await findPythonBaseline('python-paillier', key, materialCells)
  try {
    const pythons = { ...(gmpy2 === null ? {} : { gmpy2 }), ...(phe === null ? {} : { 'python-paillier': phe }) }
    await warmUp([one, two, integers])
    const rows: BenchRow[] = []
    for (const plan of plans) {
      onNote(`${bits} bits: ${plan.operation}`)
      // One round of ours uncounted: V8 compiles what an operation needs while it first runs.
      for (const run of [one, two]) await run(plan.operation, plan.counts[0])
      const measured: Round[] = []
      for (let i = 0; i < rounds; i += 1) measured.push(await measureRound(plan, { runners, pythons }, material))
      rows.push(rowOf(plan, measured, bits))
    }
    return { rows, gmpy2: gmpy2?.version ?? null, pythonPaillier: phe?.version ?? null }
  } finally {
    gmpy2?.close()
    phe?.close()
  }
}

const loadNow = (): number => loadavg()[0] ?? 0

/**
 * The table of docs/performance.md on this computer: our engine, paillier-bigint and Python in turn, round by round, so that whatever else
 * the computer does meets all alike. Ratios on one thread are of processor time; those of two workers, by the clock.
 */
export const runBench = async (options: BenchOptions): Promise<BenchReport> => {
  const started = performance.now()
  const loadBefore = loadNow()
  const rounds = options.short ? 3 : 5
  const chosen = await createEngine({ workers: 1 })
  const kernel = chosen.backend === 'wasm-fused' ? 'wasm-fused' : 'wasm'
  const engines: Engines = {
    single: await createEngine({ workers: 1, backend: kernel }),
    double: await createEngine({ workers: 2, backend: kernel }),
    integer: await createEngine({ workers: 1, backend: 'wasm' }),
    nodeCrypto: await createEngine({ workers: 1, backend: 'node-crypto' }),
    bigint: await createEngine({ workers: 1, backend: 'bigint' }),
  }
  try {
    const measured = []
    for (const bits of options.short ? [2048] as const : [2048, 3072] as const) {
      measured.push(await measureBits(bits, rounds, engines, options))
    }
    const growth = options.short ? [] : await measureGrowth(engines.single, options.onNote)
    return {
      machine: {
        processor: cpus()[0]?.model ?? '', cores: availableParallelism(), platform: `${platform()} ${arch()}`, node: process.versions.node,
        load: [loadBefore, loadNow()],
      },
      backend: chosen.backend,
      backendReason: chosen.backendReason,
      gmpy2: measured[0]?.gmpy2 ?? null,
      pythonPaillier: measured[0]?.pythonPaillier ?? null,
      rounds,
      seconds: (performance.now() - started) / 1000,
      rows: measured.flatMap(({ rows }) => rows),
      growth,
    }
  } finally {
    await Promise.all([...Object.values(engines), chosen].map((engine) => engine.close()))
  }
}
