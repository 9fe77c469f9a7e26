import { stripVTControlCharacters } from 'node:util'
import { z } from 'zod'

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

const vitestReport = z.object({
  success: z.boolean(),
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
})

/** Counts a vitest JSON report; a file that could not even be loaded counts as one failed test. Throws on anything else. */
export const countVitest = (json: string): Counts => {
  const report = vitestReport.parse(JSON.parse(json))
  const unloaded = report.testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0).length
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded, skipped: report.numPendingTests }
}

const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
})

/** Counts a Playwright JSON report; a test that passed only when tried again counts as failed. */
export const countPlaywright = (json: string): Counts => {
  const { expected, unexpected, flaky, skipped } = playwrightReport.parse(JSON.parse(json)).stats
  return { passed: expected, failed: unexpected + flaky, skipped }
}

/** Reads the last `N passed, N failed` that a tool printed (`N tests passed, N failed, N skipped` too), or null where there is none. */
export const findCounts = (output: string): Counts | null => {
  const last = [...stripVTControlCharacters(output).matchAll(/(\d+) (?:tests? )?passed, (\d+) failed(?:, (\d+) skipped)?/g)].at(-1)
  if (last === undefined) return null
  return { passed: Number(last[1]), failed: Number(last[2]), skipped: Number(last[3] ?? 0) }
}

/**
 * What a suite's end adds to the sum. A command that fails without a failed test, or that ran nothing at all, is itself one
 * failure: silence must never read as success.
 */
export const settle = (counts: Counts, exitCode: number): Counts => {
  const ranNothing = counts.passed + counts.failed + counts.skipped === 0
  return counts.failed === 0 && (exitCode !== 0 || ranNothing) ? { ...counts, failed: 1 } : counts
}
