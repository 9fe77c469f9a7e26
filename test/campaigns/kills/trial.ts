import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Case } from './cases.ts'
import { needsServer, openCompany, type Step } from './company.ts'
import { queryProfile } from '../../e2e/support/profile.ts'
import { compareOutcomes, type Outcome } from './outcome.ts'
import { runLogged, type Round } from './round.ts'
import { homeOf } from './setting.ts'
import { assertDone, assertLanded, launch, type Target, type Victim } from './victim.ts'

const pauseMilliseconds = 20
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await sleep(pauseMilliseconds)
}

/** The last moment at which a buyer's signed request is on the chain, and its content has not been sent. */
const halfRequest: Target = { point: 'ask.before:POST /v1/purchases/N/result', passing: 1 }

/** The seller's answer is decrypted, and neither sealed nor sent. */
const decrypted: Target = { point: 'answer.decrypted', passing: 1 }

const setUp = async (round: Round, what: Case['setUp'], { role }: Case['victim']): Promise<void> => {
  if (what === 'decrypted-and-backup') {
    const seller = launch(round.folder, 'seller', 'serve', { target: decrypted })
    const asking = openCompany(round.folder, round.setting)
    const asked = asking.persist({ role: 'buyer', operation: 'request' }).catch((error: unknown) => error)
    assertLanded(await seller.ended, decrypted)
    await asking.close()
    await asked
  }
  if (what === 'backup' || what === 'decrypted-and-backup') {
    const company = openCompany(round.folder, round.setting)
    try {
      await company.run({ role, operation: 'backup' })
    } finally {
      await company.close()
    }
  }
  if (what === 'half-request') {
    const company = openCompany(round.folder, round.setting)
    try {
      await company.serve()
      assertLanded(await launch(round.folder, 'buyer', 'request', { target: halfRequest }).ended, halfRequest)
    } finally {
      await company.close()
    }
  }
  if (what === 'time-passes') {
    await round.connection.provider.send('evm_increaseTime', [30 * 24 * 3600])
    await round.connection.provider.send('anvil_mine', ['0x1'])
  }
}

export interface Reference {
  /** The points that the victim passes where nobody kills it, in their order. */
  readonly passed: readonly string[]
  readonly outcome: Outcome
}

const salesAreDone = (folder: string): boolean =>
  queryProfile<{ state: string }>(homeOf(folder, 'seller'), 'SELECT state FROM sales').every(({ state }) => state !== 'received' && state !== 'answered' && state !== 'refused')

/** A serving seller beside the buyer's step, from its start until its part is done; ends when the process has. */
const serveLogged = async ({ folder, setting }: Round, beside: Step): Promise<string[]> => {
  const log = join(folder, 'points.log')
  writeFileSync(log, '')
  const company = openCompany(folder, setting)
  const seller = launch(folder, 'seller', 'serve', { log })
  try {
    await company.persist(beside)
    await until(() => salesAreDone(folder))
  } finally {
    seller.stop()
    await company.close()
  }
  assertDone(await seller.ended)
  const passed = readFileSync(log, 'utf8').split('\n').filter((line) => line !== '')
  rmSync(log)
  return passed
}

/** The case as it goes where nobody is killed. */
export const runReference = async (round: Round, { begins, setUp: first, victim, rest, endsAsMainLine }: Case): Promise<Reference> => {
  await round.restore(begins)
  await setUp(round, first, victim)
  const { role, operation, beside } = victim
  const passed = operation === 'serve' && beside !== undefined
    ? await serveLogged(round, beside)
    : await runLogged(round.folder, round.setting, { role, operation } as Step)
  const company = openCompany(round.folder, round.setting)
  try {
    for (const step of rest) await company.run(step)
  } finally {
    await company.close()
  }
  await until(() => salesAreDone(round.folder))
  return { passed, outcome: endsAsMainLine === true ? round.outcome : await round.readOutcome() }
}

export interface Trial {
  readonly target: Target
  /** Kill the recovery too, at its so-manyth point of any name; then the recovery from that; and so on. */
  readonly again: readonly number[]
}

/** Starts the victim, waits for its death, and sees that it died where it should. */
const kill = async (victim: Victim, target: Target): Promise<void> => { assertLanded(await victim.ended, target) }

/**
 * Starts the same thing again, as people do, and kills that; gives how many were killed. A recovery that is done before its point is one:
 * an operation that has ended, or a server that has nothing left to do.
 */
const killRecoveries = async (
  folder: string, { role, operation }: Case['victim'], again: readonly number[], isIdle: () => boolean = () => false,
): Promise<number> => {
  let kills = 0
  for (const passing of again) {
    const recovery = launch(folder, role, operation, { target: { point: '*', passing } })
    const watch = setInterval(() => { if (isIdle()) recovery.stop() }, pauseMilliseconds)
    const ended = await recovery.ended
    clearInterval(watch)
    if (ended.exitCode === 0 || (isIdle() && ended.signal === 'SIGTERM')) return kills
    assertLanded(ended, { point: '*', passing })
    kills += 1
  }
  return kills
}

export interface Verdict {
  readonly kills: number
  /** Where the outcome is not that of the run that was never killed; empty: it is. */
  readonly differences: readonly string[]
}

/** Kills, recovers, carries the trade to its end, and compares. Throws where a kill does not land or the trade cannot go on. */
export const runTrial = async (round: Round, one: Case, reference: Outcome, trial: Trial): Promise<Verdict> => {
  const { folder, setting } = round
  const { role, operation, beside } = one.victim
  await round.restore(one.begins)
  await setUp(round, one.setUp, one.victim)
  const company = openCompany(folder, setting)
  let kills = 1
  try {
    if (operation === 'serve' && beside !== undefined) {
      const seller = launch(folder, role, operation, { target: trial.target })
      let bought = false
      const selling = async (): Promise<void> => {
        await kill(seller, trial.target)
        kills += await killRecoveries(folder, one.victim, trial.again, () => bought && salesAreDone(folder))
        await company.serve()
      }
      await Promise.all([selling(), company.persist(beside).then(() => { bought = true })])
    } else {
      const step = { role, operation } as Step
      if (needsServer.has(operation)) await company.serve()
      await kill(launch(folder, role, operation, { target: trial.target }), trial.target)
      kills += await killRecoveries(folder, one.victim, trial.again)
      await company.run(step)
    }
    for (const step of one.rest) await company.run(step)
    await until(() => salesAreDone(folder))
  } finally {
    await company.close()
  }
  return { kills, differences: compareOutcomes(reference, await round.readOutcome()) }
}
