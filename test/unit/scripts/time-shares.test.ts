import { describe, expect, it } from 'vitest'
import { addShares, describeShares, shareVitest } from '../../../scripts/time-shares.ts'

const report = (...files: readonly (readonly [string, number])[]): string =>
  JSON.stringify({ testResults: files.map(([name, took]) => ({ name: `/clone/${name}`, startTime: 1_000, endTime: 1_000 + took })) })

describe('the time the parts take', () => {
  it('is the suite\'s, shared out by what each file took', () => {
    const shares = shareVitest(
      report(['test/unit/engine/a.test.ts', 30_000], ['test/e2e/kills.test.ts', 60_000], ['test/e2e/demo.test.ts', 30_000]), 60_000, '/clone',
    )
    expect(shares).toEqual({ 'engine': 15_000, 'nothing lost': 30_000, 'trade': 15_000 })
  })

  it('goes to the first part that names the file', () => {
    const file = (name: string): string[] => Object.keys(shareVitest(report([name, 1]), 1, '/clone'))
    expect(file('test/integration/trust/rehearsed-comparisons.test.ts')).toEqual(['scripts'])
    expect(file('test/integration/trust/ledger.test.ts')).toEqual(['trust'])
    expect(file('test/e2e/window/journeys.test.ts')).toEqual(['window'])
  })

  it('marks a part that takes more than it may', () => {
    const shares = addShares({ engine: 100_000 }, { 'engine': 30_000, 'fits in': 6_000 })
    expect(describeShares(shares).split('\n').filter((line) => /^(engine|fits in)/.test(line))).toEqual([
      'engine         2.2 of 2 min  over',
      'fits in        0.1 of 3 min',
    ])
  })
})
