/**
 * Encrypts a table of `--cells` cells (1,000,000) chunk by chunk into a file, then computes its mean and a weighted sum from that file,
 * and tells how much memory the process had on the way. Ends with 1 where it was more than 700 MB. `--bits 3072` for longer keys.
 * With `--folder F` the run can be stopped at any time and taken up again from what F holds; the samples of all its processes count.
 */
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { keyLengths, keyPairFromBytes, keyPairToBytes } from '../../src/crypto/keys.ts'
import { createEngine } from '../../src/engine/create-engine.ts'

interface Sample {
  /** Which process took it, from 0 on: each begins with empty tables. */
  readonly process: number
  readonly phase: 'encrypt' | 'compute'
  readonly done: number
  readonly megabytes: number
}

interface State {
  readonly cells: number
  readonly primes: string
  readonly processes: number
  readonly encrypted: number
  readonly samples: readonly Sample[]
}

const chunkCells = 4096
const limitMegabytes = 700

const { values } = parseArgs({
  options: { cells: { type: 'string', default: '1000000' }, bits: { type: 'string', default: '2048' }, folder: { type: 'string' } },
})
const cells = Number(values.cells)
const bits = keyLengths.find((length) => length === Number(values.bits))
if (bits === undefined || !Number.isSafeInteger(cells) || cells < 1) throw new RangeError('--cells is a number of cells, --bits 2048, 3072 or 4096')

const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'hesystem-memory-'))
mkdirSync(folder, { recursive: true })
const [statePath, cellsPath] = [join(folder, 'state.json'), join(folder, 'ciphertexts')]
const engine = await createEngine()

const startState = async (): Promise<State> => {
  if (!existsSync(statePath)) {
    const key = await engine.generateKeyPair(bits)
    return { cells, primes: Buffer.from(keyPairToBytes(key)).toString('hex'), processes: 1, encrypted: 0, samples: [] }
  }
  const kept = JSON.parse(readFileSync(statePath, 'utf8')) as State
  if (kept.cells !== cells) throw new RangeError(`the folder holds a run over ${kept.cells} cells`)
  return { ...kept, processes: kept.processes + 1 }
}
let state = await startState()
const key = keyPairFromBytes(Buffer.from(state.primes, 'hex'))
const length = key.publicKey.bits / 4
const sample = (phase: Sample['phase'], done: number): void => {
  const megabytes = process.memoryUsage.rss() / 1e6
  state = { ...state, samples: [...state.samples, { process: state.processes - 1, phase, done, megabytes }] }
}
/** What stands in the file counts only once the state says so. */
const keep = (encrypted: number): void => {
  state = { ...state, encrypted }
  writeFileSync(`${statePath}.new`, JSON.stringify(state))
  renameSync(`${statePath}.new`, statePath)
}

const valueOf = (index: number): bigint => BigInt((index * 7919) % 100_003) - 50_000n
const file = openSync(cellsPath, existsSync(cellsPath) ? 'r+' : 'w+')
try {
  for (let start = state.encrypted; start < cells; start += chunkCells) {
    const plaintexts = Array.from({ length: Math.min(chunkCells, cells - start) }, (_, i) => valueOf(start + i))
    const chunk = await engine.encrypt(key, plaintexts)
    writeSync(file, chunk, 0, chunk.length, start * length)
    sample('encrypt', start + plaintexts.length)
    keep(start + plaintexts.length)
    if (Math.floor(start / chunkCells) % 10 === 0) console.log(`${state.encrypted} encrypted, ${state.samples.at(-1)?.megabytes.toFixed(0)} MB`)
  }
  const source = {
    count: cells,
    read: (start: number, count: number): Uint8Array => {
      const bytes = new Uint8Array(count * length)
      readSync(file, bytes, 0, bytes.length, start * length)
      return bytes
    },
  }
  const form = { runs: [{ start: 0, count: cells, weight: -3n }], constant: 11n }
  const ciphertext = await engine.evaluate(key.publicKey, source, [form], { onProgress: ({ done }) => sample('compute', done) })
  const [answer] = await engine.decrypt(key, ciphertext)
  let expected = 11n
  for (let index = 0; index < cells; index += 1) expected -= 3n * valueOf(index)
  if (answer !== expected) throw new Error('the weighted sum came out wrong')
} finally {
  await engine.close()
  closeSync(file)
  if (values.folder === undefined) rmSync(folder, { recursive: true })
}

const most = (phase: Sample['phase']): number =>
  Math.max(...state.samples.filter((entry) => entry.phase === phase).map(({ megabytes }) => megabytes))
/** Flat: after a tenth of the cells, tables and buffers are there; what follows, process by process, may not grow with the cells. */
const growths = Array.from({ length: state.processes }, (_, number) => {
  const own = state.samples.filter(({ process: taker, phase }) => taker === number && phase === 'encrypt')
  const from = (own[0]?.done ?? 0) + cells / 10
  const later = own.filter(({ done }) => done > from).map(({ megabytes }) => megabytes)
  return (later.at(-1) ?? 0) - (later[0] ?? 0)
})
/** The most in each tenth of the encryption, in the first process, whose course no restart breaks. */
const tenths = Array.from({ length: 10 }, (_, tenth) => Math.round(Math.max(0, ...state.samples
  .filter(({ process: taker, phase, done }) => taker === 0 && phase === 'encrypt' && Math.min(9, Math.floor((10 * (done - 1)) / cells)) === tenth)
  .map(({ megabytes }) => megabytes))))
const report = {
  cells, bits, processes: state.processes, encryptMegabytes: most('encrypt'), computeMegabytes: most('compute'),
  growthMegabytes: Math.max(...growths), tenths, held: Math.max(most('encrypt'), most('compute')) < limitMegabytes,
}
console.log(JSON.stringify(report))
process.exitCode = report.held ? 0 : 1
