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
  testResults: z.array(z.object({
    name: z.string(),
    status: z.string(),
    message: z.string().default(''),
    assertionResults: z.array(z.object({ status: z.string(), fullName: z.string(), failureMessages: z.array(z.string()).nullish() })),
  })),
})

const hasFailed = ({ status }: { readonly status: string }): boolean => status === 'failed'

const firstLine = (text: string): string => stripVTControlCharacters(text).split('\n', 1)[0] ?? ''

/** What failed in a vitest JSON report, each with its file and the first line of why; files that failed outside their tests too. */
export const nameFailures = (json: string): readonly string[] =>
  vitestReport.parse(JSON.parse(json)).testResults.filter(hasFailed).flatMap(({ name, message, assertionResults }) => {
    const file = name.replace(/^.*\/test\//, 'test/')
    const tests = assertionResults.filter(hasFailed)
    if (tests.length === 0) return [`${file}: ${firstLine(message)}`]
    return tests.map(({ fullName, failureMessages }) => `${file}: ${fullName}: ${firstLine(failureMessages?.[0] ?? '')}`)
  })

/**
 * Counts a vitest JSON report; a file that failed outside its tests (in loading or at its end) counts as one failed test. Throws on
 * anything else.
 */
export const countVitest = (json: string): Counts => {
  const report = vitestReport.parse(JSON.parse(json))
  const outside = report.testResults.filter(({ status, assertionResults }) => status === 'failed' && !assertionResults.some(hasFailed)).length
  return { passed: report.numPassedTests, failed: report.numFailedTests + outside, skipped: report.numPendingTests }
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
