import { describe, expect, it } from 'vitest'
import { noticeOfJob, noticeOfServing } from '../../../src/host/window/notices.ts'
import type { Job } from '../../../src/shared/window-contract/jobs.ts'

const job = (change: Partial<Job>): Job => ({
  id: '1', kind: 'encrypt', label: 'Encrypting wages', subject: 'wages', state: 'done', step: null, progress: null, stoppable: true, outcome: null, error: null,
  startedAt: '2026-01-01T10:00:00.000Z', endedAt: '2026-01-01T10:01:00.000Z', ...change,
})

describe('what somebody is told who is not looking', () => {
  it('is that long work is done, where it can be seen', () => {
    expect(noticeOfJob(job({}))).toEqual({ title: 'Encrypting wages: done', words: 'It is ready.', place: '#/sell/datasets/wages' })
    expect(noticeOfJob(job({ endedAt: '2026-01-01T10:00:02.000Z' }))).toBeNull()
  })

  it('is that an answer came, however quickly, and what failed; not what was stopped', () => {
    const quick = { endedAt: '2026-01-01T10:00:01.000Z', kind: 'move' } as const
    expect(noticeOfJob(job({ ...quick, outcome: { kind: 'answer', purchase: '3', answer: 1 } }))).toMatchObject({ place: '#/buy/purchases/3' })
    expect(noticeOfJob(job({ ...quick, state: 'failed' }))).toMatchObject({ title: 'Encrypting wages failed' })
    expect(noticeOfJob(job({ ...quick, state: 'stopped' }))).toBeNull()
    expect(noticeOfJob(job({ state: 'running', endedAt: null }))).toBeNull()
  })

  it('is what serving signed and where it needs somebody', () => {
    const event = { id: 1, at: '', purchase: '3', words: 'Signed.', error: null }
    expect(noticeOfServing({ ...event, kind: 'authorised' })).toMatchObject({ place: '#/sell/sales' })
    expect(noticeOfServing({ ...event, kind: 'failed' })).toMatchObject({ title: 'Serving needs you' })
    expect(noticeOfServing({ ...event, kind: 'sale-advanced' })).toBeNull()
  })
})
