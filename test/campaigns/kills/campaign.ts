import { join } from 'node:path'
import { cases, mainLine, targetsOf, type Case } from './cases.ts'
import { createChance, type Chance } from './chance.ts'
import type { Entry, Journal } from './journal.ts'
import { openRound, type Round } from './round.ts'
import { runReference, runTrial, type Reference, type Trial } from './trial.ts'

export interface CampaignOptions {
  /** Kills that must have landed. */
  readonly kills: number
  /** Rounds that are under way at once, each with a chain and a trade of its own. */
  readonly lanes: number
  /** Where rounds keep their files. */
  readonly folder: string
  readonly journal: Journal
  readonly say: (line: string) => void
}

/** Most kills that follow one another in a trial, and the highest passing at which a recovery is killed. */
const longestChain = 3
const highestPassing = 6

export const countKills = (entries: readonly Entry[]): number => entries.reduce((sum, { kills }) => sum + kills, 0)

const isOfMainLine = ({ begins, victim }: Case): boolean =>
  mainLine[begins]?.role === victim.role && mainLine[begins].operation === victim.operation

const referenceOf = (round: Round, one: Case): Promise<Reference> | Reference => (isOfMainLine(one)
  ? { passed: round.passed[one.begins] ?? [], outcome: round.outcome }
  : runReference(round, one))

const chooseAgain = (chance: Chance): number[] =>
  Array.from({ length: chance.below(longestChain) }, () => 1 + chance.below(highestPassing))

const attempt = async (round: Round, one: Case, reference: Reference, trial: Trial): Promise<Pick<Entry, 'kills' | 'faults'>> => {
  try {
    const { kills, differences } = await runTrial(round, one, reference.outcome, trial)
    return { kills, faults: differences }
  } catch (error) {
    return { kills: 0, faults: [error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error)] }
  }
}

/** The cases from the last step of the trade to the first, and of each as many targets as are wanted, drawn by the seed. */
const runRound = async (number: number, quota: number, isEnough: () => boolean, options: CampaignOptions): Promise<void> => {
  const { folder, journal, say } = options
  const seed = `${journal.seed}/${number}`
  const round = await openRound(seed, join(folder, `round-${number}`))
  const chance = createChance(`${seed}/trials`)
  let failed = false
  try {
    for (const one of cases) {
      if (isEnough()) break
      const reference = await referenceOf(round, one)
      for (const target of chance.shuffle(targetsOf(reference.passed)).slice(0, quota)) {
        const again = chooseAgain(chance)
        const isDone = journal.entries.some((entry) => entry.round === number && entry.case === one.name
          && entry.target.point === target.point && entry.target.passing === target.passing)
        if (isDone || isEnough()) continue
        const startedAt = performance.now()
        const { kills, faults } = await attempt(round, one, reference, { target, again })
        journal.add({ round: number, case: one.name, target, kills, seconds: (performance.now() - startedAt) / 1000, faults })
        failed ||= faults.length > 0
        say(`${countKills(journal.entries)}  round ${number}, ${one.name}, ${target.point}@${target.passing}: ${faults.length === 0 ? `${kills} killed` : faults.join('\n')}`)
      }
    }
  } finally {
    await round.close(failed)
  }
}

/** Runs rounds until there are enough kills; a round that an earlier run began is taken up where it stopped. */
export const runCampaign = async (options: CampaignOptions): Promise<void> => {
  const { kills, lanes, journal } = options
  const isEnough = (): boolean => countKills(journal.entries) >= kills
  // A short campaign goes through all cases, with a few targets each; a long one takes all targets of a round.
  const quota = Math.max(1, Math.ceil(kills / lanes / cases.length / 2))
  let next = 0
  const work = async (): Promise<void> => {
    while (!isEnough()) {
      const number = next
      next += 1
      await runRound(number, quota, isEnough, options)
    }
  }
  await Promise.all(Array.from({ length: lanes }, work))
}
