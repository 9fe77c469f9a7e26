import Database from 'better-sqlite3'
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { isAppError } from '../../../src/shared/errors.ts'
import { findProfileHeader, openTable, restoreBackup, type AnswerValue, type Host, type Tensor, type Trade } from '../../../src/host/index.ts'
import type { Serving } from '../../../src/host/seller/serve.ts'
import { homeOf, keychainOf, secretsOf, type Role, type Setting } from './setting.ts'

/**
 * One thing that a person, or their program, does and does again after a crash: every operation goes on from wherever an earlier run of it
 * was stopped, and is done when it returns.
 */
type Operation = (host: Host, setting: Setting, role: Role) => Promise<void>

const dataset = 'wages'
const listing = 'answers'
/** The first purchase on the round's own contract. */
const purchase = 1n

const backupPassphrase = 'the passphrase of a backup alone'
const backupOf = (home: string): string => `${home}.backup`

const urlOf = ({ port }: Setting): string => `http://127.0.0.1:${port}`

/** The key is made and kept, and nothing encrypted; then a few rows a chunk, for a table of a few rows would be one. */
const makeKey = async (host: Host, chunkRows: number): Promise<void> => {
  const stop = new AbortController()
  try {
    await host.datasets.encrypt(dataset, { keyBits: 2048, signal: stop.signal, onProgress: () => { stop.abort() } })
  } catch (error) {
    if (!isAppError(error, 'runtime.cancelled')) throw error
  }
  const database = new Database(join(host.home, 'profile.sqlite'))
  database.prepare('UPDATE tensors SET chunk_rows = ? WHERE kind = \'data\' AND NOT EXISTS (SELECT 1 FROM tensor_leaves WHERE kind = \'data\')').run(chunkRows)
  database.close()
}

const answers: readonly ((data: Tensor) => AnswerValue)[] = [
  (data) => ({ mean: data.col('wage').mean(), totals: data.sum(0) }),
  (data) => data.sum(0),
  (data) => [data.col('hours').sum(), data.col('wage').sum()],
]
export const answerCount = answers.length

const buyerHas = async ({ purchases }: Trade): Promise<boolean> => (await purchases.show(purchase)).purchase.request !== null

export const operations = {
  'begin': async (host, { privateKeys, rpcUrl, contract }, role) => {
    if (host.wallet.find() === null) host.wallet.importPrivateKey(privateKeys[role])
    host.networks.save({ name: 'practice', kind: 'practice', rpcUrl, chainId: 31337, contract })
    host.networks.use('practice')
  },
  'import': async (host, { csv }) => {
    if (!host.datasets.list().some(({ name }) => name === dataset)) await host.datasets.importTable({ name: dataset, text: csv })
    host.datasets.createTestData(dataset, { rows: 6 })
  },
  'make-key': (host, { chunkRows }) => makeKey(host, chunkRows),
  'encrypt': async (host) => {
    await host.datasets.encrypt(dataset, { keyBits: 2048 })
    await host.datasets.encryptTestData(dataset, { keyBits: 2048 })
  },
  'publish': async (host, setting) => {
    const { listings } = await host.trade()
    const draft = { id: listing, dataset, valueWei: BigInt(setting.valueWei), serverUrl: urlOf(setting), minRows: 4, condition: 1 }
    if (!listings.list().some(({ id }) => id === listing)) await listings.create(draft)
    await listings.publish(listing)
  },
  'buy': async (host, setting) => {
    await (await host.trade()).purchases.buy(`${urlOf(setting)}/v1/listings/${listing}`, { resume: true })
  },
  'compute': async (host, { answer }) => {
    const trade = await host.trade()
    if (await buyerHas(trade)) return
    const { details } = trade.purchases.get(purchase)
    const create = answers[answer]
    if (create === undefined) throw new RangeError(`there is no answer ${answer}`)
    await trade.purchases.computeAnswer(purchase, create(openTable(details, details.dataset).data))
  },
  'request': async (host) => { await (await host.trade()).purchases.request(purchase) },
  'confirm': async (host) => { await (await host.trade()).purchases.confirm(purchase) },
  'litigate': async (host) => { await (await host.trade()).purchases.litigate(purchase) },
  'dispute': async (host) => { await (await host.trade()).purchases.dispute(purchase) },
  'decline': async (host) => { await (await host.trade()).sales.decline(purchase) },
  'reclaim': async (host) => { await (await host.trade()).sales.reclaim(purchase) },
  'reprice': async (host, { valueWei }) => {
    const { listings } = await host.trade()
    const next = BigInt(valueWei) * 2n
    if (listings.show(listing).terms.valueWei !== next) await listings.reprice(listing, { valueWei: next })
  },
  'receipt': async (host) => { await (await host.trade()).receipts.export(purchase) },
  'withdraw': async (host) => {
    const { market, withdraw } = await host.trade()
    if (await market.readBalance(market.account) > 0n) await withdraw()
  },
  'open': async (host) => { await host.trade() },
  'backup': async (host) => {
    const path = backupOf(host.home)
    if (!existsSync(path)) await host.backUp(path, backupPassphrase)
  },
} as const satisfies Readonly<Record<string, Operation>>

/** What happens to a profile that nobody has open. */
type ClosedOperation = (folder: string, role: Role) => Promise<void>

export const closedOperations = {
  /** Home and keychain are lost, once; a new profile is made of the last backup. */
  'restore': async (folder, role) => {
    const home = homeOf(folder, role)
    if (!existsSync(`${home}.lost`)) {
      renameSync(keychainOf(home), `${keychainOf(home)}.lost`)
      renameSync(home, `${home}.lost`)
    }
    if (existsSync(home) && findProfileHeader(home) !== null) return
    await restoreBackup({ home, ...secretsOf(home), path: backupOf(home), backupPassphrase, now: () => new Date() })
  },
} as const satisfies Readonly<Record<string, ClosedOperation>>

export type OperationName = keyof typeof operations | keyof typeof closedOperations

/** Does what is named, with the party's profile as `open` gives it where it needs one that is open. */
export const perform = async (
  name: OperationName, folder: string, setting: Setting, role: Role, open: () => Promise<Host>,
): Promise<void> => {
  if (name === 'restore') await closedOperations[name](folder, role)
  else await operations[name](await open(), setting, role)
}

export const serve = async (host: Host, { port }: Setting): Promise<Serving> =>
  (await host.trade()).serve({ host: '127.0.0.1', port, watchIntervalMilliseconds: 200, autoReclaim: false, onEvent: () => undefined })
