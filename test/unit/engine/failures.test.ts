import { randomBytes } from 'node:crypto'
import type { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { powerByBigInt } from '../../../src/crypto/modular.ts'
import { createReferenceArithmetic } from '../../../src/engine/arithmetic.ts'
import { createEngine } from '../../../src/engine/create-engine.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import { withCancellation } from '../../../src/engine/jobs.ts'
import { createKeyBytes } from '../../../src/engine/task-key.ts'
import { createTaskRunner } from '../../../src/engine/tasks.ts'
import { sha256 } from '../crypto/proof-fixtures.ts'
import { keyPair, rejection, works } from './fixtures.ts'

/** More work than any test waits for. */
const endless = new Array<bigint>(50_000).fill(7n)

let started: Engine[] = []
const startEngine = async (workers: number): Promise<Engine> => {
  const engine = await createEngine({ workers })
  started.push(engine)
  return engine
}

afterEach(async () => {
  await Promise.all(started.map((engine) => engine.close()))
  started = []
})

/** Starts the endless job and waits until it is well under way. */
const startEndless = async (engine: Engine, signal?: AbortSignal): Promise<{ readonly job: Promise<unknown> }> => {
  let job: Promise<unknown> = Promise.resolve()
  await new Promise<void>((resolve) => {
    const onProgress = ({ done }: { readonly done: number }): void => {
      if (done > 0) resolve()
    }
    job = engine.encrypt(keyPair, endless, signal === undefined ? { onProgress } : { onProgress, signal })
    job.catch(() => { /* awaited by the test */ })
  })
  return { job }
}

describe('a cancelled job', () => {
  it('rejects, and leaves the other jobs and the workers alone', async () => {
    const engine = await startEngine(2)
    const stop = new AbortController()
    const { job } = await startEndless(engine, stop.signal)
    const other = engine.encrypt(keyPair, [1n, 2n, 3n])
    stop.abort()
    await rejection('runtime.cancelled', job)
    expect(await engine.decrypt(keyPair, await other)).toEqual([1n, 2n, 3n])
    expect(await works(engine, keyPair)).toBe(true)
  })

  it('rejects where it was cancelled before it began', async () => {
    const engine = await startEngine(1)
    await rejection('runtime.cancelled', engine.encrypt(keyPair, [1n], { signal: AbortSignal.abort() }))
    await rejection('runtime.cancelled', engine.generateKeyPair(4096, { signal: AbortSignal.abort() }))
  })

  it('rejects while its source is still being read', async () => {
    const engine = await startEngine(1)
    const stop = new AbortController()
    const stuck = { count: 1, read: () => new Promise<Uint8Array>(() => { /* never answers */ }) }
    const form = { runs: [{ start: 0, count: 1, weight: 1n }], constant: 0n }
    const job = engine.evaluate(keyPair.publicKey, stuck, [form], { signal: stop.signal })
    stop.abort()
    await rejection('runtime.cancelled', job)
  })

  it('rejects while a key is generated', async () => {
    const engine = await startEngine(1)
    const stop = new AbortController()
    const job = engine.generateKeyPair(4096, { signal: stop.signal })
    stop.abort()
    await rejection('runtime.cancelled', job)
  })
})

describe('a dead worker', () => {
  it('fails its job, which may be tried again, and is replaced', async () => {
    const workers: Worker[] = []
    const onWorker = (worker: Worker): void => void workers.push(worker)
    process.on('worker', onWorker)
    try {
      const engine = await startEngine(1)
      const { job } = await startEndless(engine)
      expect(workers).toHaveLength(1)
      await workers[0]?.terminate()
      expect((await rejection('runtime.worker-died', job)).retryable).toBe(true)
      expect(await works(engine, keyPair)).toBe(true)
      expect(workers).toHaveLength(2)
    } finally {
      process.off('worker', onWorker)
    }
  })
})

describe('a closed engine', () => {
  it('rejects what was under way and what comes after', async () => {
    const engine = await startEngine(2)
    const { job } = await startEndless(engine)
    await engine.close()
    await rejection('runtime.engine-closed', job)
    await rejection('runtime.engine-closed', engine.encrypt(keyPair, [1n]))
    await engine.close()
  })
})

describe('in a worker', () => {
  const residues = new Uint8Array(256)

  it('the bytes of a key are wiped when they were read', () => {
    const key = createKeyBytes(keyPair)
    createTaskRunner(createReferenceArithmetic(powerByBigInt, randomBytes), randomBytes, sha256)({ operation: 'encrypt', key, residues })
    expect(key.bytes.every((byte) => byte === 0)).toBe(true)
  })

  it('a broken random generator stops encryption', () => {
    const broken = (): never => {
      throw new Error('no entropy')
    }
    const runTask = createTaskRunner(createReferenceArithmetic(powerByBigInt, broken), broken, sha256)
    expect(() => runTask({ operation: 'encrypt', key: createKeyBytes(keyPair), residues })).toThrow('no entropy')
  })
})

describe('a job that fails before its first promise', () => {
  it('rejects with its error, and leaves no other rejection behind', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    try {
      await expect(withCancellation(undefined, () => {
        throw new Error('at once')
      })).rejects.toThrow('at once')
      await new Promise((resolve) => setImmediate(resolve))
    } finally {
      process.off('unhandledRejection', note)
    }
    expect(unhandled).toEqual([])
  })
})
