import { join } from 'node:path'
import { Queue } from 'bullmq'
import { describe, beforeAll, expect, it, vi } from 'vitest'
import { createEngine } from '../../../src/engine/create-engine.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import { joinIntegers } from '../../../src/crypto/bytes.ts'
import { publicKeyToBytes } from '../../../src/crypto/keys.ts'
import type { LinearForm, PaillierKeyPair } from '../../../src/crypto/types.ts'
import type { PublicTask, RemoteTasks } from '../../../src/engine/split-pool.ts'
import type { TaskResult } from '../../../src/engine/worker-pool.ts'
import { createHost } from '../../../src/host/index.ts'
import { openRemoteTasks } from '../../../src/host/workers/remote-tasks.ts'
import { decodeTask } from '../../../src/host/workers/task-wire.ts'
import { parseRedisUrl, queueName } from '../../../src/host/workers/queue.ts'
import { createFolder, onCleanup } from '../../e2e/support/cleanup.ts'
import { launch, waitFor, type Running } from '../../e2e/support/command-line.ts'
import { findJson } from '../../e2e/support/error-document.ts'
import { startPostgres, type PostgresServer } from '../../unit/datasets/support/postgres-server.ts'
import { startRedis, type RedisServer } from '../../unit/datasets/support/redis-server.ts'

const passphrase = 'a passphrase for tests'

describe('work beyond one computer', { timeout: 120_000 }, () => {
  const folder = createFolder('workers')
  let redis: RedisServer
  let postgres: PostgresServer
  let local: Engine
  let key: PaillierKeyPair

  /** A worker process that knows the queue and nothing else. */
  const startWorker = async (threads: number): Promise<Running> => {
    const running = launch(['--json', '--home', join(folder, 'nobody'), 'worker', '--threads', String(threads)], { HESYSTEM_REDIS_URL: redis.url })
    await waitFor(running, () => findJson(running.stdout()), 'the worker had started')
    return running
  }

  /** An engine with one thread of its own, once it sees this many threads elsewhere. */
  const openShared = async (threads: number): Promise<Engine> => {
    const remote = await openRemoteTasks(redis.url)
    const engine = await createEngine({ workers: 1 }, remote)
    onCleanup(() => engine.close())
    await vi.waitFor(() => { if (remote.threads() !== threads) throw new Error(`${remote.threads()} threads`) }, { timeout: 20_000 })
    return engine
  }

  beforeAll(async () => {
    [redis, postgres] = await Promise.all([startRedis(), startPostgres()])
    onCleanup(() => redis.stop())
    onCleanup(() => postgres.stop())
    local = await createEngine({ workers: 1 })
    onCleanup(() => local.close())
    key = await local.generateKeyPair(2048)
  })

  const count = 600
  const plaintexts = Array.from({ length: count }, (_, i) => BigInt(i * 7 - 900))
  /** Forty weighted sums over the whole table, enough for everybody to have a share. */
  const forms: LinearForm[] = Array.from({ length: 40 }, (_, form) => ({
    constant: BigInt(form),
    runs: Array.from({ length: count / 4 }, (_, run) => (
      { start: run * 4, count: 4, weight: BigInt((run * 31 + form * 17) % 1000 + 1) - (run % 2 === 0 ? 2000n : 0n) })),
  }))
  const expected = forms.map(({ runs, constant }) =>
    runs.reduce((sum, run) => sum + run.weight * plaintexts.slice(run.start, run.start + run.count).reduce((a, b) => a + b, 0n), constant))

  it('gives the same bytes as at home, with tasks that a killed worker held done once more, once', async () => {
    const workers = [await startWorker(1), await startWorker(1)]
    const engine = await openShared(2)
    const ciphertexts = await engine.encrypt(key.publicKey, plaintexts)
    expect(await local.decrypt(key, ciphertexts)).toEqual(plaintexts)
    const source = { count, read: (start: number, cells: number) => ciphertexts.slice(start * 512, (start + cells) * 512) }
    const atHome = await local.evaluate(key.publicKey, source, forms)

    const killed: Promise<unknown>[] = []
    const onProgress = ({ done, total }: { done: number; total: number }): void => {
      const [first] = workers
      if (done > total / 4 && killed.length === 0 && first !== undefined) killed.push(first.kill('SIGKILL'))
    }
    expect(await engine.evaluate(key.publicKey, source, forms, { onProgress })).toEqual(atHome)
    expect(killed).toHaveLength(1)
    expect(await local.decrypt(key, atHome)).toEqual(expected)
    const { stderr, exitCode } = await (workers[1] as Running).kill('SIGTERM')
    expect(exitCode).toBe(0)
    // At most the one task that the killed worker was at; none, where it was between two.
    expect(stderr).toMatch(/\d+ tasks? done, [01] of them left by workers that died\./)
    const queue = new Queue(queueName, { connection: parseRedisUrl(redis.url) })
    onCleanup(() => queue.close())
    expect(await queue.getJobCounts('waiting', 'active', 'failed', 'completed')).toEqual({ waiting: 0, active: 0, failed: 0, completed: 0 })
  })

  /** With many cells a task long enough to stop whoever is at it. */
  const createTask = (cells: number): PublicTask => ({
    operation: 'encrypt', key: { kind: 'public', bytes: publicKeyToBytes(key.publicKey) }, residues: joinIntegers(Array.from({ length: cells }, (_, i) => BigInt(i)), 256),
  })
  const openTasks = async (): Promise<{ readonly remote: RemoteTasks; readonly queue: Queue }> => {
    const remote = await openRemoteTasks(redis.url)
    const queue = new Queue(queueName, { connection: parseRedisUrl(redis.url) })
    onCleanup(async () => { await Promise.all([remote.close(), queue.close()]) })
    return { remote, queue }
  }
  /** Suspends the worker that is in the midst of a task that was begun for the `attempt`-th time. */
  const suspend = async ({ pid }: Running, queue: Queue, attempt: number): Promise<void> => {
    await vi.waitFor(async () => {
      const [job] = await queue.getActive()
      if (job?.attemptsStarted !== attempt) throw new Error(`begun ${job?.attemptsStarted ?? 0} times`)
    }, { timeout: 40_000, interval: 20 })
    process.kill(pid, 'SIGSTOP')
  }

  it('takes one reply of two workers that came to do the same task, the first of which slept', async () => {
    const { remote, queue } = await openTasks()
    const sleeper = await startWorker(1)
    const reply = remote.run(createTask(500), new AbortController().signal)
    await suspend(sleeper, queue, 1)
    const other = await startWorker(1)
    const result = await reply
    expect((await local.decrypt(key, (result as TaskResult).bytes)).slice(0, 3)).toEqual([0n, 1n, 2n])
    // It wakes with a task that is not its own any more: its late reply goes nowhere, and it is of use again.
    process.kill(sleeper.pid, 'SIGCONT')
    await waitFor(sleeper, () => sleeper.stderr().includes('queue: '), 'the late reply was refused')
    await other.kill('SIGTERM')
    expect(await remote.run(createTask(10), new AbortController().signal)).toMatchObject({ bytes: expect.any(Uint8Array) as Uint8Array })
    expect((await sleeper.kill('SIGTERM')).exitCode).toBe(0)
    expect(await queue.getJobCounts('waiting', 'active', 'failed', 'completed')).toEqual({ waiting: 0, active: 0, failed: 0, completed: 0 })
  })

  it('gives up a task that two workers died of', async () => {
    const { remote, queue } = await openTasks()
    const first = await startWorker(1)
    const reply = remote.run(createTask(500), new AbortController().signal)
    const failure = expect(reply).rejects.toMatchObject({ code: 'runtime.worker-died', retryable: true })
    await suspend(first, queue, 1)
    const second = await startWorker(1)
    await suspend(second, queue, 2)
    const third = await startWorker(1)
    await failure
    await Promise.all([first.kill(), second.kill(), third.kill('SIGTERM')])
  })

  it('is taken back home where the last worker goes', async () => {
    const worker = await startWorker(1)
    const engine = await openShared(1)
    const run = engine.encrypt(key.publicKey, plaintexts)
    await worker.kill('SIGKILL')
    expect(await local.decrypt(key, await run)).toEqual(plaintexts)
  })

  it('has no form for a private key on its wire', () => {
    const task = { operation: 'encrypt', key: { kind: 'private', bytes: 'AAAA' }, residues: 'AAAA' }
    expect(() => decodeTask(JSON.stringify(task))).toThrowError(expect.objectContaining({ code: 'runtime.worker-misread' }))
  })

  it('says so where there is no Redis, without its password', async () => {
    const error: unknown = await openRemoteTasks('redis://:secret@127.0.0.1:1').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'runtime.redis-unreachable' })
    expect(String(error)).not.toContain('secret')
  })

  it('keeps a table\'s ciphertexts in PostgreSQL, from encryption by workers to removal', async () => {
    const worker = await startWorker(1)
    const home = join(folder, 'seller')
    const open = (places: { redisUrl?: string; chunksUrl?: string }) => createHost({
      home, secretStore: 'passphrase', environment: {}, askPassphrase: () => Promise.resolve(passphrase), engine: { workers: 1 }, ...places,
    })
    const seller = await open({ redisUrl: redis.url, chunksUrl: postgres.url })
    const rows = Array.from({ length: 120 }, (_, row) => [row * 3 - 50, row % 7])
    await seller.datasets.importTable({ name: 'wages', text: ['wage,hours', ...rows.map((row) => row.join(','))].join('\n') })
    await seller.datasets.encrypt('wages', { keyBits: 2048, byWorkers: true })
    const { source, commitment, leaves } = seller.datasets.readTensor('wages', 'data')
    const integers = await (await seller.engine()).decrypt(seller.datasets.readKeyPair('wages', 'data'), await source().read(0, 240))
    expect(integers).toEqual([...rows.map(([wage]) => BigInt(wage as number)), ...rows.map(([, hours]) => BigInt(hours as number))])
    expect((await postgres.query<{ leaf: string }>('SELECT encode(leaf, \'hex\') AS leaf FROM hesystem_chunks')).map(({ leaf }) => `0x${leaf}`).sort()).toEqual([...leaves].sort())
    await seller.close()
    await worker.kill('SIGTERM')

    const without = await open({})
    await expect(without.datasets.readTensor('wages', 'data').readChunk(0)).rejects.toMatchObject({ code: 'store.chunks-elsewhere' })
    await without.close()

    const again = await open({ chunksUrl: postgres.url })
    expect(again.datasets.readTensor('wages', 'data').commitment).toEqual(commitment)
    await postgres.run('UPDATE hesystem_chunks SET ciphertexts = set_byte(ciphertexts, 700, (get_byte(ciphertexts, 700) + 1) % 256)')
    await expect(again.datasets.readTensor('wages', 'data').readChunk(0)).rejects.toMatchObject({ code: 'store.corrupt' })
    await again.datasets.remove('wages')
    expect(await postgres.query('SELECT leaf FROM hesystem_chunks')).toEqual([])
    await again.close()
  })
})
