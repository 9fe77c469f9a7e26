/**
 * npm run campaign:kills: processes of a trade, killed at every named point, recovered, and held against a trade that nobody killed.
 * `--kills N` for how many (1,000), `--lanes N` for how many rounds at once (2), `--fresh` to begin anew, `--keep` to write no report;
 * `--storage` for backups and restored profiles alone, in a chapter of their own.
 */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

enableCompileCache()
const { countKills, runCampaign } = await import('./kills/campaign.ts')
const { cases } = await import('./kills/cases.ts')
const { openJournal } = await import('./kills/journal.ts')
const { describeKills, describeStorageKills } = await import('./kills/report.ts')
const { recordRun } = await import('../../scripts/reliability.ts')

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' }, lanes: { type: 'string', default: '2' },
    storage: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false },
  },
})
const kills = Number(values.kills)
const temporary = join(import.meta.dirname, '../../.tmp')
const name = values.storage ? 'campaign-kills-storage' : 'campaign-kills'
const path = join(temporary, `${name}.jsonl`)
const folder = join(temporary, name)
const only = values.storage ? cases.filter(({ endsAsMainLine }) => endsAsMainLine) : cases
if (values.fresh) rmSync(path, { force: true })
rmSync(folder, { recursive: true, force: true })
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
const journal = openJournal(path, { seed: process.env.HESYSTEM_SEED ?? randomBytes(6).toString('hex'), commit })
console.log(`seed ${journal.seed}, begun at ${journal.commit}, ${countKills(journal.entries)} kills so far; ${kills} wanted`)

await runCampaign({ kills, lanes: Number(values.lanes), folder, journal, only, say: (line) => { console.log(line) } })
const failed = journal.entries.filter(({ faults }) => faults.length > 0)
if (!values.keep) recordRun(values.storage ? describeStorageKills(journal) : describeKills(journal))
console.log(`${countKills(journal.entries)} kills landed in ${journal.entries.length} trials, ${failed.length} failed`)
process.exitCode = failed.length === 0 ? 0 : 1
