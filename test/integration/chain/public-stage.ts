import { Wallet } from 'ethers'
import { join } from 'node:path'
import { connectChain } from '../../../src/host/chain/connect.ts'
import { deployMarket } from '../../../src/host/chain/deploy.ts'
import { startPracticeChain } from '../../../src/host/chain/practice-chain.ts'
import type { Host } from '../../../src/host/index.ts'
import { openHost, type Role } from '../../campaigns/kills/setting.ts'
import { queryProfile } from '../../e2e/support/profile.ts'
import { createWalletOutbox, openMemory } from './support.ts'

/** No practice chain's, so that blocks are counted and may be taken back, as on a public network. */
const chainId = 17017

/** A party's profile on a chain that it takes for a public one, asked more often than a person would. */
export const openPublicHost = async (folder: string, role: Role): Promise<Host> => {
  const host = await openHost(folder, role)
  if (host.networks.list().some(({ name }) => name === 'public')) (await host.chain()).connection.provider.pollingInterval = 20
  return host
}

export interface PublicStage {
  readonly contract: string
  rpc(method: string, ...args: unknown[]): Promise<unknown>
  height(): Promise<number>
  /** A funded party with a profile of its own in `folder`. */
  openParty(folder: string, role: Role): Promise<Host>
  /** Takes back everything after a block and loses it, but for the payment of one party, which is mined there before all else. */
  reorganise(afterBlock: number, payer: Host): Promise<void>
  close(): Promise<void>
}

/** A chain with a market, on which transactions get their confirmations. */
export const openPublicStage = async (): Promise<PublicStage> => {
  const chain = await startPracticeChain({ chainId })
  const network = { name: 'public', rpcUrl: chain.rpcUrl, chainId }
  const bare = connectChain(network)
  const { provider } = bare
  provider.pollingInterval = 20
  const rpc = (method: string, ...args: unknown[]): Promise<unknown> => provider.send(method, args) as Promise<unknown>

  let isHeld = false
  let mined: Promise<unknown> = Promise.resolve()
  let [looked, busy] = [0, 0]
  /** Blocks come while the newest transaction wants confirmations, and else not: a chain of thousands would be slow to reorganise. */
  const mineWhereWanted = async (): Promise<void> => {
    const height = await provider.getBlockNumber()
    for (; looked < height; looked += 1) if ((await provider.getBlock(looked + 1))?.transactions.length !== 0) busy = looked + 1
    if (!isHeld && height - busy < 4) await rpc('anvil_mine', '0x1')
  }
  const miner = setInterval(() => { mined = mined.then(mineWhereWanted) }, 100)

  const deployer = new Wallet(chain.accounts[9]?.privateKey ?? '')
  const { address: contract } = await deployMarket({ outbox: createWalletOutbox(deployer, bare, openMemory()), minimumSeconds: 1 })
  return {
    contract,
    rpc,
    height: () => provider.getBlockNumber(),
    openParty: async (folder, role) => {
      const wallet = Wallet.createRandom()
      await chain.setBalance(wallet.address, 10n ** 20n)
      const host = await openHost(folder, role)
      host.wallet.importPrivateKey(wallet.privateKey)
      host.networks.save({ ...network, kind: 'custom', contract })
      host.networks.use(network.name)
      const { connection } = await host.chain()
      connection.provider.pollingInterval = 20
      return host
    },
    reorganise: async (afterBlock, payer) => {
      const [payment] = queryProfile<{ raw: string }>(payer.home, 'SELECT raw FROM signed_transactions ORDER BY nonce')
      isHeld = true
      await mined
      // No block between these, so that nobody is faster.
      await rpc('evm_setAutomine', false)
      await rpc('anvil_reorg', await provider.getBlockNumber() - afterBlock, [[payment?.raw, 0]])
      await rpc('anvil_dropAllTransactions')
      await rpc('evm_setAutomine', true)
      isHeld = false
    },
    close: async () => {
      clearInterval(miner)
      await mined
      bare.close()
      await chain.stop()
    },
  }
}

/** The program of a buyer's process that asks for the answer of its one purchase. */
export const requestProgram = join(import.meta.dirname, 'request-process.ts')
