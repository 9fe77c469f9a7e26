import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { countVitest } from '../../../scripts/count-results.ts'
import { recordRun } from '../../../scripts/reliability.ts'
import { runCommand } from '../../../scripts/run-command.ts'

/** A file that tests note what they did in, for a campaign that runs them longer than `npm test` does. */
const figuresVariable = 'HESYSTEM_FIGURES'
/** How many times as much as in `npm test` a test draws at random. */
const lengthVariable = 'HESYSTEM_TEST_LENGTH'

/** 1 in `npm test`. */
export const testLength = (): number => Number(process.env[lengthVariable] ?? 1)

/** Those of the cases that `npm test` runs, the first so many; in a campaign all. */
export const casesOf = <T>(shortOnes: number, cases: readonly T[]): readonly T[] => (testLength() > 1 ? cases : cases.slice(0, shortOnes))

/** Adds to a campaign's figure of that name; outside a campaign nothing. */
export const noteFigure = (what: string, count = 1): void => {
  const path = process.env[figuresVariable]
  if (path !== undefined) appendFileSync(path, `${JSON.stringify([what, count])}\n`)
}

interface TestCampaign {
  readonly passed: number
  readonly failed: number
  /** Sums, in the order in which they were first noted. */
  readonly figures: ReadonlyMap<string, number>
  readonly seconds: number
}

/** Runs test files at this length, showing what they say, and sums up what they note. */
const runTests = async (
  files: readonly string[], length: number, environment: Readonly<Record<string, string>>,
): Promise<TestCampaign> => {
  const folder = mkdtempSync(join(tmpdir(), 'hesystem-campaign-'))
  const [path, report] = [join(folder, 'figures'), join(folder, 'report.json')]
  writeFileSync(path, '')
  try {
    const { seconds } = await runCommand(
      'vitest', ['run', ...files, '--testTimeout=3600000', '--hookTimeout=3600000', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      { show: true, environment: { ...environment, [figuresVariable]: path, [lengthVariable]: String(length) } },
    )
    const { passed, failed } = countVitest(readFileSync(report, 'utf8'))
    const figures = new Map<string, number>()
    for (const line of readFileSync(path, 'utf8').split('\n').filter((text) => text !== '')) {
      const [what, count] = JSON.parse(line) as [string, number]
      figures.set(what, (figures.get(what) ?? 0) + count)
    }
    return { passed, failed, figures, seconds }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export interface TestCampaignTask {
  readonly name: string
  readonly title: string
  readonly what: string
  /** Under test/, without their ending. */
  readonly files: readonly string[]
}

/** Runs test files `--length` times (10) as long as `npm test` does, and records what they noted; ends with 1 where one failed. */
export const runTestCampaign = async ({ name, title, what, files }: TestCampaignTask): Promise<void> => {
  const { values } = parseArgs({ options: { length: { type: 'string', default: '10' } } })
  const seed = process.env['HESYSTEM_SEED'] ?? randomBytes(6).toString('hex')
  const { passed, failed, figures, seconds } = await runTests(files.map((file) => `test/${file}.test.ts`), Number(values.length), { HESYSTEM_SEED: seed })
  if (failed > 0 || passed === 0) {
    console.error(`${failed} of ${passed + failed} tests failed, seed ${seed}`)
    process.exit(1)
  }
  const args = process.argv.slice(2)
  recordRun({
    name, title, what, seconds, seed,
    command: `npm run campaign:${name}${args.length === 0 ? '' : ` -- ${args.join(' ')}`}`,
    passed: true,
    figures: [['cases', String(passed)], ...[...figures].map(([of, count]): [string, string] => [of, count.toLocaleString('en')])],
  })
}
