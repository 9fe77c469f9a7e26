import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { claims, type Claim } from './reliability-overview.ts'
import { projectRoot } from './run-command.ts'

/** What one long campaign showed when it last ran: a file of `docs/reliability`, a chapter of `docs/reliability.md`. */
export interface CampaignRun {
  /** The file's name, without its ending. */
  readonly name: string
  readonly title: string
  /** What repeats it. */
  readonly command: string
  /** What was done, and what would have made it fail: a sentence or two. */
  readonly what: string
  /** ISO 8601, UTC. */
  readonly endedAt: string
  /** Seconds of work, over all the times it was taken up again. */
  readonly seconds: number
  readonly commit: string
  readonly machine: string
  readonly seed: string
  readonly passed: boolean
  readonly figures: readonly (readonly [what: string, value: string])[]
  /** Further tables, e.g. figures over time. */
  readonly tables?: readonly { readonly title: string, readonly header: readonly string[], readonly rows: readonly (readonly string[])[] }[]
  /** What the figures do not say, e.g. that the machine was busy. */
  readonly notes?: readonly string[]
}

const folder = join(projectRoot, 'docs/reliability')
const page = join(projectRoot, 'docs/reliability.md')

const intro = `# Reliability

Written by \`npm exec -- node scripts/write-reliability.ts\` from the files in \`docs/reliability\`, each of which its campaign wrote when it
last ran whole. The short form of each campaign runs with every \`npm test\`.
`

const toTable = (header: readonly string[], rows: readonly (readonly string[])[], alignment = '---:'): string =>
  [header, header.map((_, at) => (at === 0 ? '---' : alignment)), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const toChapter = (run: CampaignRun): string => [
  `## ${run.title}`,
  run.what,
  `\`${run.command}\`: ${run.passed ? 'passed' : 'FAILED'}, ${Math.round(run.seconds).toLocaleString('en')} s, ended ${run.endedAt.slice(0, 16).replace('T', ' ')} UTC, commit ${run.commit}, ${run.machine}, seed ${run.seed}.`,
  toTable(['what', 'figure'], run.figures),
  ...(run.tables ?? []).map(({ title, header, rows }) => `${title}\n\n${toTable(header, rows)}`),
  ...(run.notes ?? []).map((note) => `*${note}*`),
].join('\n\n')

const sayFigure = ({ figure }: Claim, runs: readonly CampaignRun[]): string => {
  if ('page' in figure) return `[${figure.page}](${figure.page})`
  const run = runs.find(({ name }) => name === figure.run)
  if (run === undefined) return 'none yet: never run whole'
  const [what, value] = run.figures.find(([name]) => name === figure.name) ?? run.figures[0] ?? ['', 'none']
  return `${what}: ${value}${run.passed ? '' : ' (FAILED)'}`
}

const toOverview = (runs: readonly CampaignRun[]): string => toTable(
  ['what is claimed', 'command', 'short form in `npm test`', 'figure'],
  claims.map((claim) => [claim.what, `\`${claim.command}\``, claim.shortForms.map((file) => `\`${file}\``).join(', '), sayFigure(claim, runs)]),
  '---',
)

/** Writes `docs/reliability.md` anew from all the runs that there are. */
export const writeReliability = (): void => {
  const runs = readdirSync(folder).filter((file) => file.endsWith('.json')).sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as CampaignRun)
  writeFileSync(page, `${[intro.trimEnd(), toOverview(runs), ...runs.map(toChapter)].join('\n\n')}\n`)
}

/** The commit the work stands on, with a + where files differ from it. */
const describeCommit = (): string => {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: projectRoot, encoding: 'utf8' }).trim()
  return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no', '--', 'src', 'contracts', 'test') === '' ? '' : '+'}`
}

/** Keeps what a campaign showed, and the page with it. */
export const recordRun = (run: Omit<CampaignRun, 'endedAt' | 'commit' | 'machine'>): void => {
  mkdirSync(folder, { recursive: true })
  const whole: CampaignRun = {
    ...run, endedAt: new Date().toISOString(), commit: describeCommit(), machine: `${cpus().length} cores of ${cpus()[0]?.model.trim() ?? 'an unknown machine'}`,
  }
  writeFileSync(join(folder, `${run.name}.json`), `${JSON.stringify(whole, null, 2)}\n`)
  writeReliability()
}
