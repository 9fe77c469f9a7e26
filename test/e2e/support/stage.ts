import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Wallet } from 'ethers'
import { connectChain, type ChainConnection } from '../../../src/host/chain/connect.ts'
import { createMarketViews, type MarketViews } from '../../../src/host/chain/market-views.ts'
import { deployMarket } from '../../../src/host/chain/deploy.ts'
import { createOutbox } from '../../../src/host/chain/outbox.ts'
import { startPracticeChain, type PracticeChain } from '../../../src/host/chain/practice-chain.ts'
import { createHost, type Host } from '../../../src/host/index.ts'
import type { ServeOptions, Serving } from '../../../src/host/seller/serve.ts'
import { openProfileDatabase } from '../../../src/host/storage/database.ts'
import { createFolder, onCleanup } from './cleanup.ts'
import { createCommandLine, type CommandLine, type Environment } from './command-line.ts'

export interface Party {
  readonly home: string
  readonly address: string
  readonly privateKey: string
  /** Its profile in this process; only one at once. */
  open(): Promise<Host>
  /** Its profile in processes of its own. */
  readonly cli: CommandLine
}

export interface PartyOptions {
  readonly balanceWei?: bigint
  /** Instead of the practice chain's own address: a relay in between. */
  readonly rpcUrl?: string
}

export interface Stage {
  readonly chain: PracticeChain
  /** The market's address; times in its terms may be as short as a second. */
  readonly contract: string
  readonly folder: string
  /** What every process of this stage needs: where the passphrase of its profiles stands. */
  readonly environment: Environment
  /** What the market says, over a connection of its own, until the test file is over. */
  readMarket(): MarketViews
  /** A home with a wallet of its own, funded, on the stage's network. */
  createParty(name: string, options?: PartyOptions): Promise<Party>
}

const ether = 10n ** 18n

/** A host that is closed when the test file is over. */
const openHost = async (home: string, environment: Environment): Promise<Host> => {
  const host = await createHost({ home, environment, engine: { workers: 2 } })
  let closing: Promise<void> | null = null
  const close = (): Promise<void> => (closing ??= host.close())
  onCleanup(close)
  return { ...host, close }
}

/** A practice chain with a market, and a folder for the parties' homes. */
export const openStage = async (): Promise<Stage> => {
  const folder = createFolder()
  const passphraseFile = join(folder, 'passphrase')
  writeFileSync(passphraseFile, 'correct horse battery staple')
  const environment = { HESYSTEM_PASSPHRASE_FILE: passphraseFile }
  const chain = await startPracticeChain()
  onCleanup(() => chain.stop())
  const connect = (): ChainConnection => connectChain({ name: 'practice', rpcUrl: chain.rpcUrl, chainId: chain.chainId })
  const connection = connect()
  const deployer = new Wallet(chain.accounts[9]?.privateKey ?? '')
  const outbox = createOutbox({ database: openProfileDatabase(':memory:'), connection, wallet: () => deployer, now: () => new Date() })
  const { address: contract } = await deployMarket({ outbox, minimumSeconds: 1 })
  connection.close()
  return {
    chain,
    contract,
    folder,
    environment,
    readMarket: () => {
      const reading = connect()
      onCleanup(() => { reading.close() })
      return createMarketViews(reading, contract)
    },
    createParty: async (name, { balanceWei = 100n * ether, rpcUrl = chain.rpcUrl } = {}) => {
      const home = join(folder, name)
      const { address, privateKey } = Wallet.createRandom()
      await chain.setBalance(address, balanceWei)
      const host = await openHost(home, environment)
      host.wallet.importPrivateKey(privateKey)
      host.networks.add({ name: 'practice', kind: 'practice', rpcUrl, chainId: chain.chainId, contract })
      host.networks.use('practice')
      await host.close()
      return { home, address, privateKey, open: () => openHost(home, environment), cli: createCommandLine(home, environment) }
    },
  }
}

/** The seller's server in this process, saying nothing and reclaiming nothing unless asked; ended when the test file is over. */
export const serve = async (host: Host, options: Partial<ServeOptions> = {}): Promise<Serving> => {
  const { serve: start } = await host.trade()
  const quiet = { host: '127.0.0.1', port: 0, watchIntervalMilliseconds: 200, autoReclaim: false, onEvent: () => undefined }
  const serving = await start({ ...quiet, ...options })
  onCleanup(() => serving.stop())
  return serving
}
