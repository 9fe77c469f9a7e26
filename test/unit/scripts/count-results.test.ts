import { describe, expect, it } from 'vitest'
import { countPlaywright, countVitest, findCounts, nameFailures, settle } from '../../../scripts/count-results.ts'

describe('the sum of all test runners', () => {
  it('reads a vitest report, and counts and names a file that failed outside its tests as a failure', () => {
    const passed = { status: 'passed', fullName: 'adds', failureMessages: [] }
    const report = JSON.stringify({
      success: false, numPassedTests: 3, numFailedTests: 1, numPendingTests: 2,
      testResults: [
        {
          name: '/clone/test/unit/a.test.ts', status: 'failed', message: '',
          assertionResults: [passed, { status: 'failed', fullName: 'sums it up', failureMessages: ['Error: 3, not 4\n    at a.ts'] }],
        },
        { name: '/clone/test/unit/b.test.ts', status: 'failed', message: 'Error: no such file\n    at b.ts', assertionResults: [] },
        { name: '/clone/test/unit/c.test.ts', status: 'failed', message: 'the end failed', assertionResults: [passed] },
        { name: '/clone/test/unit/d.test.ts', status: 'passed', message: '', assertionResults: [passed] },
      ],
    })
    expect(countVitest(report)).toEqual({ passed: 3, failed: 3, skipped: 2 })
    expect(nameFailures(report)).toEqual([
      'test/unit/a.test.ts: sums it up: Error: 3, not 4', 'test/unit/b.test.ts: Error: no such file', 'test/unit/c.test.ts: the end failed',
    ])
  })

  it('counts a Playwright test that passed only the second time as a failure', () => {
    const report = { stats: { expected: 4, unexpected: 0, flaky: 1, skipped: 0 } }
    expect(countPlaywright(JSON.stringify(report))).toEqual({ passed: 4, failed: 1, skipped: 0 })
  })

  it('reads the last line of counts that a tool printed', () => {
    const forge = 'Suite result: ok. 2 passed; 0 failed\nRan 2 test suites in 1.2s: 31 tests passed, 1 failed, 2 skipped (34 total tests)\n'
    expect(findCounts(forge)).toEqual({ passed: 31, failed: 1, skipped: 2 })
    expect(findCounts('1 passed, 5 failed\n...\n6 passed, 0 failed\n')).toEqual({ passed: 6, failed: 0, skipped: 0 })
    expect(findCounts('\u001b[32m6 passed\u001b[0m, 0 failed')).toEqual({ passed: 6, failed: 0, skipped: 0 })
    expect(findCounts('built in 96ms')).toBeNull()
  })

  it('never reads silence as success', () => {
    expect(settle({ passed: 0, failed: 0, skipped: 0 }, 0).failed).toBe(1)
    expect(settle({ passed: 7, failed: 0, skipped: 0 }, 1).failed).toBe(1)
    expect(settle({ passed: 7, failed: 2, skipped: 0 }, 1).failed).toBe(2)
    expect(settle({ passed: 7, failed: 0, skipped: 1 }, 0).failed).toBe(0)
  })
})
