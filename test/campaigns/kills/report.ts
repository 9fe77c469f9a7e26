import type { recordRun } from '../../../scripts/reliability.ts'
import { countKills } from './campaign.ts'
import type { Entry, Journal } from './journal.ts'

/** The kind of a point: `store.before` of `store.before:insert-sales`. */
const kindOf = ({ target }: Entry): string => target.point.replace(/:.*$/, '')

const countBy = (entries: readonly Entry[], nameOf: (entry: Entry) => string): readonly (readonly string[])[] => {
  const groups = Map.groupBy(entries, nameOf)
  return [...groups].sort(([one], [other]) => one.localeCompare(other)).map(([name, members]) => [
    name, String(new Set(members.map(({ target }) => target.point)).size), String(members.length), String(countKills(members)),
    String(members.filter(({ faults }) => faults.length > 0).length),
  ])
}

/** The campaign's chapter of docs/reliability.md. */
export const describeKills = ({ seed, entries }: Journal): Parameters<typeof recordRun>[0] => {
  const failed = entries.filter(({ faults }) => faults.length > 0)
  const columns = ['points', 'trials', 'kills', 'failed']
  return {
    name: 'kills',
    title: 'Kills',
    command: 'npm run campaign:kills',
    what: 'A whole trade, from two empty profiles to two paid-out wallets with receipts, and its other ends (litigation, decline, reclaim, dispute), on a real chain. One party\'s process is killed at a named point by SIGKILL, started again, in two trials of three killed again while it recovers, and the trade goes on to its end. Money, states, answers and what both profiles hold must then equal those of the same trade where nobody was killed; a first kill that does not land is a failure.',
    seconds: entries.reduce((sum, { seconds }) => sum + seconds, 0),
    seed,
    passed: failed.length === 0,
    figures: [
      ['kills that landed', String(countKills(entries))],
      ['of them while recovering from another', String(countKills(entries) - entries.length + failed.length)],
      ['trials', String(entries.length)],
      ['different points', String(new Set(entries.map(({ target }) => target.point)).size)],
      ['different points and passings', String(new Set(entries.map((entry) => `${entry.case} ${entry.target.point}@${entry.target.passing}`)).size)],
      ['trades with a table, keys and a chain of their own', String(new Set(entries.map(({ round }) => round)).size)],
      ['trials that ended otherwise than without a kill', String(failed.length)],
    ],
    tables: [
      { title: 'By what was being done', header: ['what', ...columns], rows: countBy(entries, (entry) => entry.case) },
      { title: 'By the kind of point', header: ['kind', ...columns], rows: countBy(entries, kindOf) },
    ],
  }
}

/** The same of backups and restored profiles alone. */
export const describeStorageKills = (journal: Journal): Parameters<typeof recordRun>[0] => ({
  ...describeKills(journal),
  name: 'kills-storage',
  title: 'Kills of backups and restorations',
  command: 'npm run campaign:kills -- --storage --kills 150',
  what: 'A backup is made in the midst of a trade, by the seller before the answer or after its decryption, by the buyer before the request or after the answer; profile and keychain are lost and a new profile is restored. The process that makes the backup, or that restores it, is killed at each of its points, started again and mostly killed again. The trade must then end exactly as the one where nothing was lost: same money, states, answers and books, one decryption written down, and no half-made file left.',
})
