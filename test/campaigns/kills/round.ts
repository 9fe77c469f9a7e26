import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keccak256, toUtf8Bytes, Wallet } from 'ethers'
import { findFreePort } from '../../../src/cli/demo/free-port.ts'
import { connectChain, type ChainConnection } from '../../../src/host/chain/connect.ts'
import { deployMarket } from '../../../src/host/chain/deploy.ts'
import { createOutbox } from '../../../src/host/chain/outbox.ts'
import { startPracticeChain } from '../../../src/host/chain/practice-chain.ts'
import { openProfileDatabase } from '../../../src/host/storage/database.ts'
import { mainLine } from './cases.ts'
import { createChance } from './chance.ts'
import { openCompany, needsServer, type Step } from './company.ts'
import { answerCount } from './operations.ts'
import { readOutcome, type Outcome } from './outcome.ts'
import { roles, settingName, type Setting } from './setting.ts'
import { assertDone, launch } from './victim.ts'

const ether = 10n ** 18n

/** One table, one pair of keys, one chain: a trade that was never killed, kept at each of its steps to be started from again. */
export interface Round {
  /** The folder of the trial under way. */
  readonly folder: string
  readonly setting: Setting
  readonly connection: ChainConnection
  /** The points that each step of the main line passed. */
  readonly passed: readonly (readonly string[])[]
  /** What the main line came to. */
  readonly outcome: Outcome
  /** Folder and chain as they were before a step of the main line. Later steps' chains cannot be had back after earlier ones'. */
  restore(step: number): Promise<void>
  readOutcome(): Promise<Outcome>
  /** Ends the chain and removes all files; `keep`: but those of the trial under way. */
  close(keep: boolean): Promise<void>
}

const createSetting = async (seed: string, rpcUrl: string, contract: string): Promise<Setting> => {
  const chance = createChance(seed)
  const rows = Array.from({ length: 8 }, () => [chance.below(4000) / 100, chance.below(60)].join(','))
  return {
    rpcUrl, contract,
    port: await findFreePort(),
    privateKeys: { seller: keccak256(toUtf8Bytes(`${seed}/seller`)), buyer: keccak256(toUtf8Bytes(`${seed}/buyer`)) },
    csv: ['wage,hours', ...rows].join('\n'),
    answer: chance.below(answerCount),
    valueWei: String(10n ** 15n + BigInt(chance.below(1_000_000))),
    chunkRows: 3,
  }
}

const deploy = async (connection: ChainConnection, deployer: Wallet): Promise<string> => {
  const database = openProfileDatabase(':memory:')
  const outbox = createOutbox({ database, connection, wallet: () => deployer, now: () => new Date() })
  const { address } = await deployMarket({ outbox, minimumSeconds: 1 })
  outbox.close()
  database.close()
  return address
}

/** Runs one operation in a process of its own that nobody kills, beside a serving seller where it needs one; gives the points it passed. */
export const runLogged = async (folder: string, setting: Setting, { role, operation }: Step): Promise<string[]> => {
  const company = openCompany(folder, setting)
  const log = join(folder, 'points.log')
  rmSync(log, { force: true })
  writeFileSync(log, '')
  try {
    if (needsServer.has(operation)) await company.serve()
    assertDone(await launch(folder, role, operation, { log }).ended)
  } finally {
    await company.close()
  }
  const passed = readFileSync(log, 'utf8').split('\n').filter((line) => line !== '')
  rmSync(log)
  return passed
}

/** `base` is the round's own folder, made here and removed at the end. */
export const openRound = async (seed: string, base: string): Promise<Round> => {
  mkdirSync(base, { recursive: true })
  const folder = join(base, 'trial')
  const keptAt = (step: number): string => join(base, `before-${step}`)
  const chain = await startPracticeChain()
  const bare = connectChain({ name: 'practice', rpcUrl: chain.rpcUrl, chainId: chain.chainId })
  const contract = await deploy(bare, new Wallet(chain.accounts[9]?.privateKey ?? ''))
  const setting = await createSetting(seed, chain.rpcUrl, contract)
  const accounts = { seller: new Wallet(setting.privateKeys.seller).address, buyer: new Wallet(setting.privateKeys.buyer).address }
  for (const role of roles) await chain.setBalance(accounts[role], 100n * ether)
  mkdirSync(folder)
  writeFileSync(join(folder, settingName), JSON.stringify(setting))

  const snapshot = async (): Promise<string> => String(await bare.provider.send('evm_snapshot', []))
  const snapshots: string[] = []
  const passed: string[][] = []
  for (const [step, { role, operation }] of mainLine.entries()) {
    cpSync(folder, keptAt(step), { recursive: true })
    snapshots.push(await snapshot())
    passed.push(await runLogged(folder, setting, { role, operation }))
  }
  return {
    folder, setting, passed,
    connection: bare,
    outcome: await readOutcome(folder, setting, accounts),
    restore: async (step) => {
      if (await bare.provider.send('evm_revert', [snapshots[step]]) !== true) throw new Error(`the chain cannot go back to step ${step}`)
      snapshots[step] = await snapshot()
      rmSync(folder, { recursive: true, force: true })
      cpSync(keptAt(step), folder, { recursive: true })
    },
    readOutcome: () => readOutcome(folder, setting, accounts),
    close: async (keep) => {
      bare.close()
      await chain.stop()
      if (keep) mainLine.forEach((_, step) => { rmSync(keptAt(step), { recursive: true, force: true }) })
      else rmSync(base, { recursive: true, force: true })
    },
  }
}
