import { Wallet } from 'ethers'
import { connectChain, type ChainConnection } from '../../../src/host/chain/connect.ts'
import { deployMarket } from '../../../src/host/chain/deploy.ts'
import { createMarket, noArbiter, type ListingTerms, type Market } from '../../../src/host/chain/market.ts'
import { createOutbox, type Outbox, type OutboxOptions } from '../../../src/host/chain/outbox.ts'
import { startPracticeChain, type PracticeChain } from '../../../src/host/chain/practice-chain.ts'
import { openProfileDatabase, type ProfileDatabase } from '../../../src/host/storage/database.ts'

export const now = (): Date => new Date()
export const openMemory = (): ProfileDatabase => openProfileDatabase(':memory:')

export interface Party {
  readonly wallet: Wallet
  readonly database: ProfileDatabase
  readonly outbox: Outbox
  readonly market: Market
}

export interface Stage {
  readonly chain: PracticeChain
  readonly connection: ChainConnection
  /** A fresh account with a profile database of its own. */
  createParty(balanceWei?: bigint): Promise<Party>
  close(): Promise<void>
}

export const createWalletOutbox = (
  wallet: Wallet, connection: ChainConnection, database: ProfileDatabase, options: Partial<OutboxOptions> = {},
): Outbox => createOutbox({ database, connection, wallet: () => wallet, now, ...options })

/** A practice chain with a deployed market. */
export const openStage = async (minimumSeconds = 1): Promise<Stage> => {
  const chain = await startPracticeChain()
  const bare = connectChain({ name: 'practice', rpcUrl: chain.rpcUrl, chainId: chain.chainId })
  const deployer = new Wallet(chain.accounts[0]?.privateKey ?? '')
  const { address } = await deployMarket({ outbox: createWalletOutbox(deployer, bare, openMemory()), minimumSeconds })
  const connection = bare.withContract(address)
  return {
    chain,
    connection,
    createParty: async (balanceWei = 10n ** 20n) => {
      const wallet = new Wallet(Wallet.createRandom().privateKey)
      await chain.setBalance(wallet.address, balanceWei)
      const database = openMemory()
      const outbox = createWalletOutbox(wallet, connection, database)
      return { wallet, database, outbox, market: createMarket({ connection, outbox }) }
    },
    close: async () => {
      connection.close()
      await chain.stop()
    },
  }
}

export const terms = (changes: Partial<ListingTerms> = {}): ListingTerms => ({
  valueWei: 1_000_000n, guaranteeWei: 500_000n, interactionFeeWei: 1000n,
  deliverySeconds: 3600, expirationSeconds: 3600, disputeSeconds: 3600,
  arbiter: noArbiter, detailsHash: `0x${'ab'.repeat(32)}`, ...changes,
})
