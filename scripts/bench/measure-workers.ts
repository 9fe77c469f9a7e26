/**
 * What `hesystem worker` processes add: the same encryption of `--cells` cells (6,000) under a public key of 2048 bits, and the same sums
 * over them, by this process with one thread, and by it with one or two workers of one thread each, on a Redis of its own on loopback.
 * Medians of `--rounds` rounds (5), taken in turn, by the clock: on a machine with fewer free cores than threads the threads share them.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { LinearForm } from '../../src/crypto/types.ts'
import { createEngine } from '../../src/engine/create-engine.ts'
import { openRemoteTasks } from '../../src/host/workers/remote-tasks.ts'

const { values } = parseArgs({ options: { cells: { type: 'string', default: '6000' }, rounds: { type: 'string', default: '5' }, redis: { type: 'string' } } })
const cells = Number(values.cells)
const rounds = Number(values.rounds)
const sumCount = 60
const redisUrl = values.redis ?? process.env['HESYSTEM_REDIS_URL']
if (redisUrl === undefined) throw new Error('--redis or HESYSTEM_REDIS_URL says where a Redis is')

const workers: ChildProcess[] = []
const startWorker = async (): Promise<void> => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url)), '--json', 'worker', '--threads', '1'], {
    env: { ...process.env, HESYSTEM_REDIS_URL: redisUrl }, stdio: ['ignore', 'pipe', 'inherit'],
  })
  workers.push(child)
  await once(child.stdout as NodeJS.ReadableStream, 'data')
}

const plaintexts = Array.from({ length: cells }, (_, at) => BigInt(at * 7 - 900))
const forms: LinearForm[] = Array.from({ length: sumCount }, (_, form) => ({
  constant: 0n,
  runs: Array.from({ length: cells / 4 }, (_run, at) => ({ start: at * 4, count: 4, weight: BigInt((at * 31 + form * 17) % 1000 + 1) })),
}))

const atHome = await createEngine({ workers: 1 })
const key = await atHome.generateKeyPair(2048)
const table = await atHome.encrypt(key.publicKey, plaintexts)
const source = { count: cells, read: (start: number, count: number): Uint8Array => table.slice(start * 512, (start + count) * 512) }

const remote = await openRemoteTasks(redisUrl)
const shared = await createEngine({ workers: 1 }, remote)
const awaitThreads = async (threads: number): Promise<void> => {
  for (let tries = 0; remote.threads() !== threads; tries += 1) {
    if (tries === 300) throw new Error(`${remote.threads()} threads instead of ${threads}`)
    await sleep(100)
  }
}

const settings = [['this process, 1 thread', 0], ['and 1 worker', 1], ['and 2 workers', 2]] as const
const seconds = new Map<string, { encrypt: number[]; sums: number[] }>(settings.map(([name]) => [name, { encrypt: [], sums: [] }]))
const time = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
const medianOf = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN

try {
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, count] of settings) {
      while (workers.length < count) await startWorker()
      await awaitThreads(count)
      const engine = count === 0 ? atHome : shared
      seconds.get(name)?.encrypt.push(await time(() => engine.encrypt(key.publicKey, plaintexts)))
      seconds.get(name)?.sums.push(await time(() => engine.evaluate(key.publicKey, source, forms)))
    }
    for (const worker of workers.splice(0)) {
      worker.kill('SIGTERM')
      await once(worker, 'exit')
    }
    await awaitThreads(0)
  }
  const base = seconds.get(settings[0][0])
  console.log(`| who | encrypt ${cells} cells | times as fast | ${sumCount} sums over them | times as fast |\n|---|---|---|---|---|`)
  for (const [name, { encrypt, sums }] of seconds) {
    const [encrypted, summed] = [medianOf(encrypt), medianOf(sums)]
    const ratios = [medianOf(base?.encrypt ?? []) / encrypted, medianOf(base?.sums ?? []) / summed].map((ratio) => ratio.toFixed(2))
    console.log(`| ${name} | ${encrypted.toFixed(2)} s | ${ratios[0]} | ${summed.toFixed(2)} s | ${ratios[1]} |`)
  }
} finally {
  for (const worker of workers) worker.kill('SIGTERM')
  await shared.close()
  await atHome.close()
}
