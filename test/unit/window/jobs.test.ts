import { describe, expect, it } from 'vitest'
import { createJobRegistry, type JobRegistry } from '../../../src/host/window/jobs.ts'
import { AppError } from '../../../src/shared/errors.ts'
import type { Job } from '../../../src/shared/window-contract/jobs.ts'

const outcome = { kind: 'dataset', dataset: 'a' } as const

const create = (): { jobs: JobRegistry, bugs: unknown[] } => {
  const bugs: unknown[] = []
  return { bugs, jobs: createJobRegistry({ now: () => new Date(), onChange: () => undefined, onBug: (error) => bugs.push(error) }) }
}

const untilAborted = (signal: AbortSignal): Promise<never> => new Promise((_resolve, reject) => {
  signal.addEventListener('abort', () => { reject(signal.reason as Error) })
})

const collect = async (stream: AsyncGenerator<Job>): Promise<Job[]> => {
  const all: Job[] = []
  for await (const job of stream) all.push(job)
  return all
}

describe('jobs', () => {
  it('tell their progress and their end to everybody who watches, also to those who come later', async () => {
    const { jobs } = create()
    const { id } = jobs.start({ kind: 'encrypt', label: 'Encrypting a', subject: 'a' }, async ({ step, progress }) => {
      step('first')
      progress({ done: 1, total: 2, estimatedSecondsLeft: 1 })
      await new Promise((resolve) => { setTimeout(resolve, 150) })
      return outcome
    })
    expect(jobs.findRunning('encrypt', 'a')?.id).toBe(id)
    const [seen, also] = await Promise.all([collect(jobs.watch(id)), collect(jobs.watch(id))])
    expect(seen[0]).toMatchObject({ state: 'running', step: 'first', progress: { done: 1, total: 2, secondsLeft: 1 } })
    for (const watcher of [seen, also, await collect(jobs.watch(id))]) expect(watcher.at(-1)).toMatchObject({ state: 'done', outcome, error: null })
    expect(jobs.show(id).endedAt).not.toBeNull()
    expect(jobs.findRunning('encrypt', 'a')).toBeNull()
  })

  it('stop within a second where the work heeds its signal, and keep that they were stopped', async () => {
    const { jobs, bugs } = create()
    const { id } = jobs.start({ kind: 'compute', label: 'Computing' }, ({ signal }) => untilAborted(signal))
    expect(await jobs.stop(id)).toMatchObject({ state: 'stopped', outcome: null, error: { code: 'runtime.cancelled' } })
    expect(await jobs.stop(id)).toMatchObject({ state: 'stopped' })
    expect(jobs.list().map(({ state }) => state)).toEqual(['stopped'])
    expect(bugs).toEqual([])
  })

  it('stop within a second where it does not, and throw away what comes of it', async () => {
    const { jobs } = create()
    let finish: (value: typeof outcome) => void = () => undefined
    const { id } = jobs.start({ kind: 'compute', label: 'Computing' }, () => new Promise((resolve) => { finish = resolve }))
    expect(await jobs.stop(id)).toMatchObject({ state: 'stopped' })
    finish(outcome)
    await new Promise((resolve) => { setTimeout(resolve, 10) })
    expect(jobs.show(id)).toMatchObject({ state: 'stopped', outcome: null })
  })

  it('go on where nobody may take them back', async () => {
    const { jobs } = create()
    let finish: (value: typeof outcome) => void = () => undefined
    const { id } = jobs.start({ kind: 'move', label: 'Buying', stoppable: false }, () => new Promise((resolve) => { finish = resolve }))
    expect(await jobs.stop(id)).toMatchObject({ state: 'running' })
    finish(outcome)
    expect((await collect(jobs.watch(id))).at(-1)).toMatchObject({ state: 'done' })
  })

  it('keep the code of what made them fail, and show nothing of a bug but that it was one', async () => {
    const { jobs, bugs } = create()
    const refused = jobs.start({ kind: 'rehearse', label: 'Rehearsing' }, () => Promise.reject(new AppError('policy.min-rows', 'Too few rows.', { details: { rows: 3 } })))
    const broken = jobs.start({ kind: 'rehearse', label: 'Rehearsing' }, () => Promise.reject(new Error('key 0xdeadbeef')))
    await Promise.all([collect(jobs.watch(refused.id)), collect(jobs.watch(broken.id))])
    expect(jobs.show(refused.id)).toMatchObject({ state: 'failed', error: { code: 'policy.min-rows', details: { rows: 3 } } })
    expect(jobs.show(broken.id)).toMatchObject({ state: 'failed', error: { code: 'bug.unexpected' } })
    expect(JSON.stringify(jobs.list())).not.toContain('deadbeef')
    expect(bugs).toHaveLength(1)
  })

  it('let go of a watcher that has gone away', async () => {
    const { jobs } = create()
    const { id } = jobs.start({ kind: 'compute', label: 'Computing' }, ({ signal }) => untilAborted(signal))
    const controller = new AbortController()
    const watching = collect(jobs.watch(id, controller.signal))
    controller.abort()
    expect(await watching).toHaveLength(1)
    await jobs.close()
    expect(jobs.show(id).state).toBe('stopped')
  })

  it('are unknown by any other id', async () => {
    const { jobs } = create()
    expect(() => jobs.show('none')).toThrow(expect.objectContaining({ code: 'input.not-found' }))
    await expect(jobs.stop('none')).rejects.toMatchObject({ code: 'input.not-found' })
  })
})
