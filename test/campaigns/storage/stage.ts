import assert from 'node:assert/strict'
import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { JsonRpcProvider } from 'ethers'
import { findFreePort } from '../../../src/cli/demo/free-port.ts'
import { failpointVariable } from '../../../src/host/failpoint.ts'
import { startCommand, type Running } from '../support/processes.ts'
import { importWages, openTradeStage, rows, valueWei, type TradeStage } from '../support/trade-stage.ts'
import { runCommand, type CommandOptions, type Outcome } from './command.ts'

const meanWage = rows.reduce((sum, [wage]) => sum + wage, 0) / rows.length

/**
 * A trade that stands still in its middle: paid for, computed, asked for; the seller's server has decrypted the answer, signed its
 * delivery and was killed by `kill -9` before the chain heard of it. Both profiles are as that left them.
 */
export interface HalfTrade {
  readonly stage: TradeStage
  readonly seller: string
  readonly buyer: string
  readonly port: number
  /** Brings chain and both profiles back to that middle. */
  restore(): Promise<void>
  run(home: string, words: readonly string[], options?: Partial<CommandOptions>): Promise<Outcome>
  serve(environment?: Readonly<Record<string, string>>, port?: number): Promise<Running>
  /** The buyer's request answered, confirmed, and both paid out: what has to come out of every trade that goes on. */
  finish(): Promise<void>
  close(): Promise<void>
}

export const readRows = <T>(home: string, sql: string): T[] => {
  const database = new Database(join(home, 'profile.sqlite'), { readonly: true })
  try {
    return database.prepare<[], T>(sql).all()
  } finally {
    database.close()
  }
}

/** A profile is copied only while nobody has it open. */
const copyHome = (from: string, to: string): void => {
  rmSync(to, { recursive: true, force: true })
  cpSync(from, to, { recursive: true, preserveTimestamps: true })
}

export const openHalfTrade = async (): Promise<HalfTrade> => {
  const stage = await openTradeStage()
  const [seller, buyer] = [await stage.createParty('seller'), await stage.createParty('buyer')]
  await importWages(seller.host)
  const port = await findFreePort()
  const { listings } = await seller.host.trade()
  const { id } = await listings.create({ dataset: 'wages', valueWei, serverUrl: `http://127.0.0.1:${port}`, minRows: 4 })
  const { url } = await listings.publish(id)
  await seller.host.close()
  await buyer.host.close()
  const scriptPath = join(stage.folder, 'answer.ts')
  writeFileSync(scriptPath, 'export default data.col(\'wage\').mean()\n')
  const provider = new JsonRpcProvider(stage.chain.rpcUrl, stage.chain.chainId, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 })

  const run: HalfTrade['run'] = (home, words, options = {}) =>
    runCommand(home, words, { ...options, environment: { ...stage.environment, ...options.environment } })
  const done = async (home: string, words: readonly string[]): Promise<Outcome> => {
    const outcome = await run(home, words)
    assert.equal(outcome.exitCode, 0, `${words.join(' ')}: ${outcome.stderr}`)
    return outcome
  }
  const serving = new Set<Running>()
  const serve: HalfTrade['serve'] = async (environment = {}, at = port) => {
    const running = startCommand(['--home', seller.home, '--json', 'serve', '--port', String(at)], { ...stage.environment, ...environment })
    serving.add(running)
    await running.waitFor('"url"')
    return running
  }
  const stopAll = async (): Promise<void> => {
    for (const running of serving) await running.stop()
    serving.clear()
  }

  await serve({ [failpointVariable]: 'chain.signed' })
  await done(buyer.home, ['buy', url])
  await done(buyer.home, ['compute', '1', scriptPath])
  const asking = startCommand(['--home', buyer.home, '--json', 'request', '1'], stage.environment)
  for (const running of serving) await running.waitFor('killed at')
  await asking.stop()
  await stopAll()
  assert.ok(existsSync(join(seller.home, 'profile.sqlite-wal')), 'the killed server left no write-ahead log')
  const kept = (home: string): string => `${home}-kept`
  for (const { home } of [seller, buyer]) copyHome(home, kept(home))
  let snapshot = await provider.send('evm_snapshot', []) as string

  return {
    stage, seller: seller.home, buyer: buyer.home, port, run, serve,
    restore: async () => {
      await stopAll()
      for (const { home } of [seller, buyer]) copyHome(kept(home), home)
      assert.equal(await provider.send('evm_revert', [snapshot]), true)
      snapshot = await provider.send('evm_snapshot', []) as string
    },
    finish: async () => {
      const { stdout } = await done(buyer.home, ['request', '1'])
      const { answer } = JSON.parse(stdout) as { answer: number }
      assert.ok(Math.abs(answer - meanWage) < 1e-12, `the answer is ${answer}, not ${meanWage}`)
      await done(buyer.home, ['confirm', '1'])
      await stopAll()
      for (const { home } of [seller, buyer]) await done(home, ['wallet', 'withdraw'])
      assert.deepEqual(await stage.readBooks(), { heldWei: 0n, creditedWei: 0n, burnedWei: 0n, balanceWei: 0n })
      assert.equal(readRows(seller.home, 'SELECT purchase FROM ledger').length, 1, 'one decryption is written down')
      // One to publish, one to deliver, one to be paid out: nothing was delivered twice.
      assert.equal(await provider.getTransactionCount(seller.address), 3)
    },
    close: async () => {
      await stopAll()
      provider.destroy()
      await stage.close()
    },
  }
}
