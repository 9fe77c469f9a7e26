/**
 * Encrypts a table of `--cells` cells (1,000,000) chunk by chunk into a file, then computes its mean and a weighted sum from that file,
 * and tells how much memory the process had on the way. Ends with 1 where it was more than 700 MB. `--bits 3072` for longer keys.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { keyLengths } from '../../src/crypto/keys.ts'
import { createEngine } from '../../src/engine/create-engine.ts'

const chunkCells = 4096
const limitMegabytes = 700

const { values } = parseArgs({ options: { cells: { type: 'string', default: '1000000' }, bits: { type: 'string', default: '2048' } } })
const cells = Number(values.cells)
const bits = keyLengths.find((length) => length === Number(values.bits))
if (bits === undefined || !Number.isSafeInteger(cells) || cells < 1) throw new RangeError('--cells is a number of cells, --bits 2048, 3072 or 4096')

const samples: { phase: string; done: number; megabytes: number }[] = []
const sample = (phase: string, done: number): void => {
  const megabytes = process.memoryUsage.rss() / 1e6
  samples.push({ phase, done, megabytes })
}

const folder = mkdtempSync(join(tmpdir(), 'hesystem-memory-'))
const file = openSync(join(folder, 'ciphertexts'), 'w+')
const engine = await createEngine()
try {
  const key = await engine.generateKeyPair(bits)
  const length = bits / 4
  const valueOf = (index: number): bigint => BigInt((index * 7919) % 100_003) - 50_000n
  let expected = 0n
  for (let start = 0; start < cells; start += chunkCells) {
    const plaintexts = Array.from({ length: Math.min(chunkCells, cells - start) }, (_, i) => valueOf(start + i))
    expected = plaintexts.reduce((sum, m) => sum + m, expected)
    writeSync(file, await engine.encrypt(key, plaintexts))
    sample('encrypt', start + plaintexts.length)
    if (Math.floor(start / chunkCells) % 10 === 0) console.log(`${start + plaintexts.length} encrypted, ${samples.at(-1)?.megabytes.toFixed(0)} MB`)
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
  const [answer] = await engine.decrypt(key, await engine.evaluate(key.publicKey, source, [form], { onProgress: ({ done }) => sample('compute', done) }))
  if (answer !== 11n - 3n * expected) throw new Error('the weighted sum came out wrong')
} finally {
  await engine.close()
  closeSync(file)
  rmSync(folder, { recursive: true })
}

const most = (phase: string): number => Math.max(...samples.filter((entry) => entry.phase === phase).map(({ megabytes }) => megabytes))
// Flat: after the first tenth, tables and buffers are there; what follows may not grow with the cells.
const later = samples.filter(({ phase, done }) => phase === 'encrypt' && done > cells / 10).map(({ megabytes }) => megabytes)
const report = {
  cells, bits, encryptMegabytes: most('encrypt'), computeMegabytes: most('compute'),
  growthMegabytes: (later.at(-1) ?? 0) - (later[0] ?? 0), held: Math.max(most('encrypt'), most('compute')) < limitMegabytes,
}
console.log(JSON.stringify(report))
process.exitCode = report.held ? 0 : 1
