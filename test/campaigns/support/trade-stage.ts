import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Contract, JsonRpcProvider, Wallet } from 'ethers'
import { findFreePort } from '../../../src/cli/demo/free-port.ts'
import { marketInterface } from '../../../src/host/chain/artifact.ts'
import { connectChain } from '../../../src/host/chain/connect.ts'
import { deployMarket } from '../../../src/host/chain/deploy.ts'
import { createOutbox } from '../../../src/host/chain/outbox.ts'
import { startPracticeChain, type PracticeChain } from '../../../src/host/chain/practice-chain.ts'
import { createHost, type Host } from '../../../src/host/index.ts'
import type { ListingDraft } from '../../../src/host/seller/listing-service.ts'
import { openProfileDatabase } from '../../../src/host/storage/database.ts'
import { startCommand, type Running } from './processes.ts'

/** Twelve rows of numbers with decimals and negatives. */
export const rows: readonly (readonly [wage: number, hours: number, score: number])[] = [
  [12.5, 40, -3], [10, 38.25, 4], [11.75, 41, 5], [9.5, 37, 6], [14, 36, -7], [13.25, 35, 8],
  [8.75, 42, 0], [15.5, 20, -1], [7.25, 44.5, 2], [16, 38, 3], [12, 39.75, -4], [10.5, 40, 1],
]
export const valueWei = 1_000_000_000_000_001n
const passphrase = 'correct horse battery staple'
const ether = 10n ** 18n

/** A practice chain with a market, and parties with profiles in a folder of their own. */
export interface TradeStage {
  readonly chain: PracticeChain
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  /** A funded wallet in a new profile on this chain. Close the host before another process opens the profile. */
  createParty(name: string): Promise<{ readonly home: string, readonly host: Host, readonly address: string, readonly privateKey: string }>
  open(home: string): Promise<Host>
  /** What the contract says it holds, owes and has burned, and the ether it has. */
  readBooks(): Promise<{ readonly heldWei: bigint, readonly creditedWei: bigint, readonly burnedWei: bigint, readonly balanceWei: bigint }>
  /** Ends this, too, when the stage is closed. */
  onClose(end: () => Promise<void>): void
  close(): Promise<void>
}

export const openTradeStage = async (): Promise<TradeStage> => {
  const folder = mkdtempSync(join(tmpdir(), 'hesystem-campaign-'))
  const passphraseFile = join(folder, 'passphrase')
  writeFileSync(passphraseFile, passphrase, { mode: 0o600 })
  const environment = { HESYSTEM_PASSPHRASE_FILE: passphraseFile }
  const chain = await startPracticeChain()
  const connection = connectChain({ name: 'practice', rpcUrl: chain.rpcUrl, chainId: chain.chainId })
  const deployer = new Wallet(chain.accounts[9]?.privateKey ?? '')
  const outbox = createOutbox({ database: openProfileDatabase(':memory:'), connection, wallet: () => deployer, now: () => new Date() })
  const { address: contract } = await deployMarket({ outbox, minimumSeconds: 1 })
  connection.close()
  const provider = new JsonRpcProvider(chain.rpcUrl, chain.chainId, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 })
  const ends: (() => Promise<void>)[] = []
  const market = new Contract(contract, marketInterface, provider)
  const open = (home: string): Promise<Host> => createHost({ home, environment, engine: { workers: 1 } })
  return {
    chain,
    folder,
    environment,
    open,
    readBooks: async () => {
      const [heldWei, creditedWei, burnedWei] = (await market.getFunction('totals')()) as [bigint, bigint, bigint]
      return { heldWei, creditedWei, burnedWei, balanceWei: await provider.getBalance(contract) }
    },
    createParty: async (name) => {
      const home = join(folder, name)
      const { address, privateKey } = Wallet.createRandom()
      await chain.setBalance(address, 1_000_000n * ether)
      const host = await open(home)
      host.wallet.importPrivateKey(privateKey)
      host.networks.add({ name: 'practice', kind: 'practice', rpcUrl: chain.rpcUrl, chainId: chain.chainId, contract })
      host.networks.use('practice')
      return { home, host, address, privateKey }
    },
    onClose: (end) => { ends.push(end) },
    close: async () => {
      for (const end of ends.toReversed()) await end()
      provider.destroy()
      await chain.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export const importWages = async (host: Host): Promise<void> => {
  await host.datasets.importTable({ name: 'wages', text: ['wage,hours,score', ...rows.map((row) => row.join(','))].join('\n') })
  host.datasets.createTestData('wages', { rows: 8 })
  await host.datasets.encrypt('wages', { keyBits: 2048 })
  await host.datasets.encryptTestData('wages', { keyBits: 2048 })
}

export interface Shop {
  readonly home: string
  readonly address: string
  readonly url: string
  readonly serving: Running
}

/** A seller of `wages` whose server is a process of its own, as `hesystem serve` starts it. */
export const openShop = async (
  stage: TradeStage, prepare: (host: Host) => Promise<void> = importWages, draft: Partial<ListingDraft> = {},
): Promise<Shop> => {
  const { home, host, address } = await stage.createParty('seller')
  await prepare(host)
  const port = await findFreePort()
  const { listings } = await host.trade()
  const { id } = await listings.create({ dataset: 'wages', valueWei, serverUrl: `http://127.0.0.1:${port}`, minRows: 4, ...draft })
  const { url } = await listings.publish(id)
  await host.close()
  const serving = startCommand(['--home', home, '--json', 'serve', '--port', String(port)], stage.environment)
  stage.onClose(() => serving.stop())
  await serving.waitFor('"url"')
  return { home, address, url, serving }
}
