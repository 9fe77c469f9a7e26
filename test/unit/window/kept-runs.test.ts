import { describe, expect, it } from 'vitest'
import { readRuns, sayBefore, withEnded, type KeptRun } from '../../../src/renderer/features/workspace/kept-runs.ts'
import type { Job } from '../../../src/shared/window-contract/jobs.ts'

const url = 'http://seller.example/listings/1'
const rehearsal = {
  plain: { mean: 2 }, encrypted: { mean: 2 }, largestDifference: 0, verdict: { allowed: true }, milliseconds: 10,
  gauge: {
    cells: 1, ciphertextOperations: 1, estimatedSeconds: 1, answerBits: 1, headroomBits: 1, roundingError: 0,
    maxAnswerCells: 1, maxAnswerBits: 1, maxComparisons: 0, interaction: { comparisons: 0, products: 0, rounds: 0 },
    shapes: [], replied: [], asked: [], leakage: 0, notes: [], log: [],
  },
} satisfies KeptRun['rehearsal']
const timeOf = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString()
const createRun = (minute: number, more: Partial<KeptRun> = {}): KeptRun => ({ at: timeOf(minute), fileName: 'mean.ts', url, label: '', rehearsal, ...more })
const createJob = (minute: number, more: Partial<Job> = {}): Job => ({
  id: `job-${minute}`, kind: 'rehearse', label: 'Rehearsing mean.ts', subject: url, state: 'done', step: null, progress: null, stoppable: true,
  outcome: { kind: 'rehearsal', fileName: 'mean.ts', rehearsal }, error: null, startedAt: timeOf(minute), endedAt: timeOf(minute), ...more,
})

describe('test runs that are kept', () => {
  it('gain those that ended while another page was open, newest first, each once and under the script it was started with', () => {
    const runs = [createRun(2, { label: 'the good one' })]
    const jobs = [createJob(3, { outcome: { kind: 'rehearsal', fileName: 'other.ts', rehearsal } }), createJob(2), createJob(1)]
    const all = withEnded(runs, jobs)
    expect(all.map(({ at, fileName, label }) => [at, fileName, label])).toEqual([[timeOf(3), 'other.ts', ''], [timeOf(2), 'mean.ts', 'the good one'], [timeOf(1), 'mean.ts', '']])
    expect(withEnded(all, jobs)).toBe(all)
  })

  it('gain nothing of what still goes on, failed, was stopped, or is no test run', () => {
    const jobs = [createJob(1, { state: 'running', outcome: null, endedAt: null }), createJob(2, { state: 'failed', outcome: null }), createJob(3, { state: 'stopped', outcome: null }),
      createJob(4, { kind: 'move', outcome: { kind: 'listing', listing: '1' } })]
    expect(withEnded([], jobs)).toEqual([])
  })

  it('are 24 at most, and what fell off the end does not come back', () => {
    const runs = Array.from({ length: 24 }, (_, index) => createRun(59 - index))
    expect(withEnded(runs, [createJob(1)])).toBe(runs)
  })

  it('leave out what an older version wrote in other words', () => {
    expect(readRuns([createRun(1), { at: timeOf(0) }, 7])).toEqual([createRun(1)])
    expect(readRuns(null)).toEqual([])
  })
})

describe('a result that a newer run has not replaced', () => {
  it('is said to be of the run before, as long as the new one goes on or came to nothing', () => {
    expect(sayBefore(createJob(1, { state: 'running' }))).toContain('still going')
    expect(sayBefore(createJob(1, { state: 'failed' }))).toContain('failed')
    expect(sayBefore(createJob(1, { state: 'stopped' }))).toContain('stopped')
    expect([sayBefore(createJob(1)), sayBefore(null)]).toEqual([null, null])
  })
})
