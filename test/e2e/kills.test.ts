import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { countKills, runCampaign } from '../campaigns/kills/campaign.ts'
import { cases } from '../campaigns/kills/cases.ts'
import { openJournal } from '../campaigns/kills/journal.ts'
import { createFolder } from './support/cleanup.ts'

describe('forty kills (S18)', () => {
  it('at points drawn from all that a trade passes leave money, states, answers and profiles as if nobody had been killed', { timeout: 600_000 }, async () => {
    const seed = process.env['HESYSTEM_SEED'] ?? randomBytes(6).toString('hex')
    const folder = createFolder('kills')
    const journal = openJournal(join(folder, 'journal.jsonl'), { seed, commit: '' })
    await runCampaign({ kills: 40, lanes: 1, folder, journal, say: () => undefined })
    const failed = journal.entries.filter(({ faults }) => faults.length > 0)
    expect(failed, `seed ${seed}`).toEqual([])
    expect(countKills(journal.entries)).toBeGreaterThanOrEqual(40)
    expect(new Set(journal.entries.map((entry) => entry.case)).size).toBeGreaterThan(cases.length / 3)
    const storage = cases.filter(({ endsAsMainLine }) => endsAsMainLine).map(({ name }) => name)
    expect(journal.entries.map((entry) => entry.case)).toEqual(expect.arrayContaining(storage))
  })
})
