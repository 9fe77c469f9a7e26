import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHost, type Host } from '../../../src/host/index.ts'
import type { PracticeAccount } from '../../../src/host/chain/practice-chain.ts'
import { openStage, type Stage } from '../chain/support.ts'

export const passphrase = 'a passphrase for tests'
export const deliverySeconds = 3600

/** 40 rows of whole and decimal numbers, different in every row. */
export const table: readonly (readonly [hours: number, wage: number, union: number])[] =
  Array.from({ length: 40 }, (_, row) => [20 + (row * 7) % 23, 8.25 + row * 0.75, row % 3 === 0 ? 1 : 0])

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

export const createFolder = (): string => mkdtempSync(join(tmpdir(), 'hesystem-client-'))

/** A practice chain with a market, and what `initialize` needs to know of it. */
export interface Marketplace {
  readonly stage: Stage
  readonly network: { readonly rpcUrl: string; readonly chainId: number; readonly contract: string }
  /** Funded accounts that nobody else uses. */
  takeAccount(): PracticeAccount
}

export const openMarketplace = async (): Promise<Marketplace> => {
  const stage = await openStage()
  // The first one has deployed the market.
  const accounts = stage.chain.accounts.slice(1)
  return {
    stage,
    network: { rpcUrl: stage.chain.rpcUrl, chainId: stage.chain.chainId, contract: stage.connection.contract ?? '' },
    takeAccount: () => {
      const account = accounts.shift()
      if (account === undefined) throw new Error('all practice accounts are taken')
      return account
    },
  }
}

export interface Shop {
  /** The listing's details URL. */
  readonly url: string
  readonly seller: Host
  /** Ends the seller's server. */
  shut(): Promise<void>
  close(): Promise<void>
}

const prepareSeller = async (home: string, { network, takeAccount }: Marketplace): Promise<Host> => {
  const seller = await createHost({ home, secretStore: 'passphrase', environment: {}, askPassphrase: () => Promise.resolve(passphrase) })
  seller.wallet.importPrivateKey(takeAccount().privateKey)
  seller.networks.add({ name: 'practice', kind: 'practice', ...network })
  seller.networks.use('practice')
  const { datasets } = seller
  await datasets.importTable({ name: 'wages', text: ['hours,wage,union', ...table.map((row) => row.join(','))].join('\n') })
  datasets.createTestData('wages', { rows: 50 })
  await datasets.encrypt('wages', { keyBits: 2048 })
  await datasets.encryptTestData('wages', { keyBits: 2048 })
  return seller
}

/** A seller with a served listing over `table`: price 1,000,000 wei, answers of groups of at least 5 rows. */
export const openShop = async (marketplace: Marketplace): Promise<Shop> => {
  const home = createFolder()
  const seller = await prepareSeller(home, marketplace)
  const { listings, serve } = await seller.trade()
  const serving = await serve({ host: '127.0.0.1', port: 0, watchIntervalMilliseconds: 200, autoReclaim: false, onEvent: () => undefined })
  const { id } = await listings.create({ dataset: 'wages', valueWei: 1_000_000n, serverUrl: serving.localUrl, minRows: 5, deliverySeconds })
  const { url } = await listings.publish(id)
  return {
    url,
    seller,
    shut: () => serving.stop(),
    close: async () => {
      await serving.stop()
      await seller.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
