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
  /** The cases to choose from; by default all. */
  readonly only?: readonly Case[]
  readonly say: (line: string) => void
}

/** Most kills that follow one another in a trial, and the highest passing at which a recovery is killed. */
const longestChain = 3
const highestPassing = 6

/** A campaign of up to so many kills a case is short; its trials kill about so often. */
const shortTrialsPerCase = 6
const shortKillsPerTrial = 2.5

export const countKills = (entries: readonly Entry[]): number => entries.reduce((sum, { kills }) => sum + kills, 0)

const isOfMainLine = ({ begins, victim }: Case): boolean =>
  mainLine[begins]?.role === victim.role && mainLine[begins].operation === victim.operation

const referenceOf = (round: Round, one: Case): Promise<Reference> | Reference => (isOfMainLine(one)
  ? { passed: round.passed[one.begins] ?? [], outcome: round.outcome }
  : runReference(round, one))

const chooseAgain = (chance: Chance, least: number): number[] =>
  Array.from({ length: least + chance.below(longestChain) }, () => 1 + chance.below(highestPassing))

/**
 * How many targets of a case are tried. A long campaign takes all there are; a short one, to be done within one round, spreads what is left
 * to kill over the cases that are left, drawing which of them it leaves out, and kills each recovery too: setting a trial up costs most.
 */
const createPlan = (kills: number, chosen: readonly Case[], chance: Chance): ((left: number, casesLeft: number, one?: Case) => number) => {
  if (kills > chosen.length * shortTrialsPerCase) return () => Infinity
  return (left, casesLeft, one) => {
    if (casesLeft === 1) return left
    const share = left / shortKillsPerTrial / casesLeft
    const drawn = Math.floor(share) + (chance.below(1000) < (share % 1) * 1000 ? 1 : 0)
    return one?.endsAsMainLine === true ? Math.max(1, drawn) : drawn
  }
}

const attempt = async (round: Round, one: Case, reference: Reference, trial: Trial): Promise<Pick<Entry, 'kills' | 'faults'>> => {
  try {
    const { kills, differences } = await runTrial(round, one, reference.outcome, trial)
    return { kills, faults: differences }
  } catch (error) {
    return { kills: 0, faults: [error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error)] }
  }
}

/** The cases from the last step of the trade to the first, and of each as many targets as are wanted, drawn by the seed. */
const runRound = async (number: number, wanted: number, isEnough: () => boolean, options: CampaignOptions): Promise<void> => {
  const { folder, journal, only: chosen = cases, say } = options
  const seed = `${journal.seed}/${number}`
  const round = await openRound(seed, join(folder, `round-${number}`))
  const chance = createChance(`${seed}/trials`)
  const plan = createPlan(wanted, chosen, chance)
  const isShort = plan(1, chosen.length) !== Infinity
  // A short campaign's plan tells what is enough.
  const isOver = (): boolean => !isShort && isEnough()
  const countOwn = (): number => countKills(journal.entries.filter((entry) => entry.round === number))
  let failed = false
  try {
    for (const [at, one] of chosen.entries()) {
      if (isOver()) break
      const quota = plan(Math.max(0, wanted - countOwn()), chosen.length - at, one)
      if (quota === 0) continue
      const reference = await referenceOf(round, one)
      const targets = targetsOf(reference.passed)
      for (const target of chance.shuffle(targets).slice(0, Math.min(quota, targets.length))) {
        const again = chooseAgain(chance, isShort ? 1 : 0)
        const isDone = journal.entries.some((entry) => entry.round === number && entry.case === one.name
          && entry.target.point === target.point && entry.target.passing === target.passing)
        if (isDone || isOver()) continue
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
  let next = 0
  const work = async (): Promise<void> => {
    while (!isEnough()) {
      const number = next
      next += 1
      await runRound(number, Math.ceil(kills / lanes), isEnough, options)
    }
  }
  await Promise.all(Array.from({ length: lanes }, work))
}
