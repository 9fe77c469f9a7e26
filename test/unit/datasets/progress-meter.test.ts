import { expect, it } from 'vitest'
import { createMeter } from '../../../src/host/datasets/progress-meter.ts'

it('tells how long the rest takes at the pace since the first piece, not since the start', () => {
  const left: (number | null)[] = []
  let milliseconds = 0
  const report = createMeter(100, 1100, ({ estimatedSecondsLeft }) => { left.push(estimatedSecondsLeft) }, () => milliseconds)
  for (const [at, done] of [[0, 100], [9_000, 200], [10_000, 300], [11_000, 400], [18_000, 1100]] as const) {
    milliseconds = at
    report(done)
  }
  expect(left).toEqual([null, null, 8, 7, 0])
})
