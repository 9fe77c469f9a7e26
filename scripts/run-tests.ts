/**
 * Everything that CI runs, one suite after the other; a failing suite does not stop the next. The last line is the sum over all of
 * them, `N passed, N failed`, after the names of what failed and the minutes each part took; the exit code is 0 only if nothing
 * failed. Arguments name the suites to run, by default all.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { countVitest, findCounts, nameFailures, settle, type Counts } from './count-results.ts'
import { runCommand } from './run-command.ts'
import { addShares, describeShares, shareVitest, type Shares } from './time-shares.ts'

type Suite = { readonly name: string } & ({ readonly vitest: readonly string[] } | { readonly script: string })

const suites: readonly Suite[] = [
  { name: 'check', script: 'check' },
  { name: 'unit', vitest: ['test/architecture', 'test/unit'] },
  { name: 'forge', script: 'test:forge' },
  { name: 'contract', vitest: ['test/contract'] },
  { name: 'integration', vitest: ['test/integration'] },
  { name: 'e2e', vitest: ['test/e2e'] },
  { name: 'build', script: 'build' },
  { name: 'desktop', script: 'test:desktop' },
  { name: 'electron', script: 'test:electron' },
]

// The programs that tests start are compiled once, not once each.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'node-compile-cache')
const reports = mkdtempSync(join(tmpdir(), 'hesystem-reports-'))

let shares: Shares = {}
const failures: string[] = []

const runVitest = async (name: string, folders: readonly string[]): Promise<Counts> => {
  const report = join(reports, `${name}.json`)
  const startedAt = performance.now()
  const { exitCode } = await runCommand(
    'vitest', ['run', ...folders, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], { show: true },
  )
  try {
    const json = readFileSync(report, 'utf8')
    shares = addShares(shares, shareVitest(json, performance.now() - startedAt, process.cwd()))
    failures.push(...nameFailures(json))
    return settle(countVitest(json), exitCode)
  } catch (error) {
    console.error(`${name}: vitest left no report that could be read`, error)
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

/** A script that prints no counts is one test: skipped if it says so, else passed if it ended with 0. */
const runScript = async (script: string): Promise<Counts> => {
  const { exitCode, output } = await runCommand('npm', ['run', '--silent', script], { show: true })
  const skipped = exitCode === 0 && /^skipped: /m.test(output)
  const uncounted: Counts = { passed: exitCode === 0 && !skipped ? 1 : 0, failed: 0, skipped: skipped ? 1 : 0 }
  return settle(findCounts(output) ?? uncounted, exitCode)
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !suites.some((suite) => suite.name === name))
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(', ')}; there are ${suites.map(({ name }) => name).join(', ')}.`)
  process.exit(2)
}

const table: string[] = []
let passed = 0
let failed = 0
for (const suite of suites.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  console.log(`\n== ${suite.name}`)
  const startedAt = performance.now()
  const counts = 'vitest' in suite ? await runVitest(suite.name, suite.vitest) : await runScript(suite.script)
  const seconds = (performance.now() - startedAt) / 1000
  passed += counts.passed
  failed += counts.failed
  table.push(`${suite.name.padEnd(12)} ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped, ${seconds.toFixed(1)} s`)
}
rmSync(reports, { recursive: true, force: true })

if (failures.length > 0) console.log(`\nFailed:\n${failures.join('\n')}`)
console.log(`\n${table.join('\n')}\n\n${describeShares(shares)}\n\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
