import Database from 'better-sqlite3'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectChain, type ChainConnection } from '../../../src/host/chain/connect.ts'
import { createMarketEvents } from '../../../src/host/chain/market-events.ts'
import { createMarketViews } from '../../../src/host/chain/market-views.ts'
import { homeOf, keychainOf, roles, type Role, type Setting } from './setting.ts'

/** Everything that must not depend on whether a process was killed on the way: money, states, answers, what is written down. */
export type Outcome = Readonly<Record<string, unknown>>

const questions: Readonly<Record<string, string>> = {
  'wallet': 'SELECT address, backed_up FROM wallet',
  'networks': 'SELECT name, contract FROM network',
  'datasets': 'SELECT name, rows, test_rows FROM datasets',
  'tensors': 'SELECT kind, rows, chunk_rows, root IS NOT NULL AS done, certificate IS NOT NULL AS certified FROM tensors ORDER BY kind',
  'leaves': 'SELECT kind, chunk FROM tensor_leaves ORDER BY kind, chunk',
  'chunks': 'SELECT owner_kind, owner, chunk FROM chunks ORDER BY owner_kind, owner, chunk',
  'listings': 'SELECT id, number, state, terms ->> \'valueWei\' AS value FROM listings',
  'sales': 'SELECT purchase, state, refusal, sealed IS NOT NULL AS sealed FROM sales',
  'ledger': 'SELECT purchase FROM ledger',
  'ledgerCells': 'SELECT count(*) AS count FROM ledger_cells',
  'sources': 'SELECT count(*) AS count FROM sources',
  'purchases': 'SELECT number, answer, integers, proof_verified, answer_fault, request IS NOT NULL AS requested, sealed IS NOT NULL AS sealed FROM purchases',
  'results': 'SELECT purchase, program -> \'$.cells\' AS cells FROM results',
  'receipts': 'SELECT role, purchase FROM receipts',
  // Each payout has a random key of its own.
  // A request's hash follows from its own trade: keys that end with one are told without it.
  'transactions': `SELECT CASE WHEN key LIKE 'withdraw:%' THEN 'withdraw' WHEN instr(key, ':0x') > 0 THEN substr(key, 1, instr(key, ':0x') - 1) ELSE key END AS key,
    attempt, status, value_wei FROM transactions ORDER BY key`,
  'signed': 'SELECT nonce, state FROM signed_transactions ORDER BY nonce',
}

const readProfile = (home: string): Outcome => {
  const path = join(home, 'profile.sqlite')
  if (!existsSync(path)) return {}
  const database = new Database(path, { readonly: true })
  try {
    return { ...Object.fromEntries(Object.entries(questions).map(([name, sql]) => [name, database.prepare(sql).all()])), sound: database.pragma('integrity_check', { simple: true }) }
  } finally {
    database.close()
  }
}

/** What each account paid in fees, and how many transactions it sent, block by block: told by the chain, not by the profiles. */
const readFees = async ({ provider }: ChainConnection): Promise<ReadonlyMap<string, { feesWei: bigint; count: number }>> => {
  const fees = new Map<string, { feesWei: bigint; count: number }>()
  const height = await provider.getBlockNumber()
  for (let number = 1; number <= height; number += 1) {
    for (const hash of (await provider.getBlock(number))?.transactions ?? []) {
      const receipt = await provider.getTransactionReceipt(hash)
      if (receipt === null) throw new Error(`block ${number} holds a transaction without a receipt`)
      const before = fees.get(receipt.from) ?? { feesWei: 0n, count: 0 }
      fees.set(receipt.from, { feesWei: before.feesWei + receipt.gasUsed * receipt.gasPrice, count: before.count + 1 })
    }
  }
  return fees
}

const readChain = async ({ rpcUrl, contract }: Setting, accounts: Readonly<Record<Role, string>>): Promise<Outcome> => {
  const connection = connectChain({ name: 'practice', rpcUrl, chainId: 31337 })
  try {
    const views = createMarketViews(connection, contract)
    const events = createMarketEvents(connection, contract, 0)
    const fees = await readFees(connection)
    const parties = await Promise.all(Object.entries(accounts).map(async ([role, account]) => {
      const { feesWei = 0n, count = 0 } = fees.get(account) ?? {}
      return [role, {
        balanceBeforeFees: String(await views.readAccountBalance(account) + feesWei),
        credit: String(await views.readBalance(account)),
        transactions: count,
      }]
    }))
    const purchases = await Promise.all((await events.findPurchases({})).map(async (id) => {
      const { state, heldWei, buyer, answerHash } = await views.readPurchase(id)
      const { moves, credits, burnedWei } = await events.readHistory(id)
      return {
        id: String(id), state, heldWei: String(heldWei), buyer, answered: BigInt(answerHash) !== 0n, moves: moves.map(({ name }) => name),
        credits: credits.map(({ account, amountWei }) => `${account} ${amountWei}`).sort(), burned: String(burnedWei),
      }
    }))
    const listings = await Promise.all((await events.findListingIds({})).map(async (id) => {
      const { open, terms } = await views.readListing(id)
      return { id: String(id), open, valueWei: String(terms.valueWei) }
    }))
    const escrow = String(await views.readAccountBalance(contract))
    return { parties: Object.fromEntries(parties) as unknown, purchases, listings, escrow }
  } finally {
    connection.close()
  }
}

/** What a killed backup or restoration had begun, and nobody has cleared away. */
const findLeft = (folder: string): readonly string[] =>
  [folder, ...roles.map((role) => homeOf(folder, role))].filter((path) => existsSync(path)).flatMap((path) => readdirSync(path)).filter((name) => /\.(?:partial|restoring)$/.test(name))

const countSecrets = (home: string): number => (existsSync(keychainOf(home)) ? Object.keys(JSON.parse(readFileSync(keychainOf(home), 'utf8')) as object).length : 0)

export const readOutcome = async (folder: string, setting: Setting, accounts: Readonly<Record<Role, string>>): Promise<Outcome> => ({
  chain: await readChain(setting, accounts),
  seller: readProfile(homeOf(folder, 'seller')),
  buyer: readProfile(homeOf(folder, 'buyer')),
  left: findLeft(folder),
  secretsInKeychains: roles.map((role) => countSecrets(homeOf(folder, role))),
})

/** Where two outcomes differ, as paths with both values. */
export const compareOutcomes = (expected: unknown, found: unknown, path = ''): string[] => {
  if (typeof expected === 'object' && expected !== null && typeof found === 'object' && found !== null) {
    const names = new Set([...Object.keys(expected), ...Object.keys(found)])
    return [...names].flatMap((name) => compareOutcomes(
      (expected as Record<string, unknown>)[name], (found as Record<string, unknown>)[name], `${path}/${name}`))
  }
  return Object.is(expected, found) ? [] : [`${path}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`]
}
