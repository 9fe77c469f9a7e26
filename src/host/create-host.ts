import { randomUUID } from 'node:crypto'
import type { BaseWallet } from 'ethers'
import { AppError } from '../shared/errors.ts'
import { createBackupService, type BackupService } from './backup/backup-service.ts'
import type { BackupReport } from './backup/create-backup.ts'
import { takeRestored } from './backup/take-restored.ts'
import { createEngine } from '../engine/create-engine.ts'
import type { Engine, EngineOptions } from '../engine/engine.ts'
import { createChainIdentity } from './chain/chain-identity.ts'
import { connectChain, type ChainConnection } from './chain/connect.ts'
import { createListingIndex } from './chain/listing-index.ts'
import { createAskElsewhere } from './chain/market-elsewhere.ts'
import { createMarket, type Market } from './chain/market.ts'
import { createOutbox, type Outbox } from './chain/outbox.ts'
import { resumeTransactions } from './chain/resume-transactions.ts'
import { createListingOpener, type OpenListing } from './buyer/open-listing.ts'
import { createPurchaseService, type PurchaseService } from './buyer/purchase-service.ts'
import { createDatabaseUrls, type DatabaseUrls } from './datasets/database-urls.ts'
import { createDatasetService, type DatasetService } from './datasets/dataset-service.ts'
import { createJudges } from './judging/judges.ts'
import { createLedger } from './ledger/ledger.ts'
import type { TradeCounts } from './operations/metrics.ts'
import type { ServeObserver } from './operations/observe.ts'
import { createTradeCounts } from './operations/trade-counts.ts'
import { createReceiptService, type ReceiptService } from './receipts/receipt-service.ts'
import { createDeliveries } from './seller/deliveries.ts'
import { createForgotten } from './seller/forgotten.ts'
import { guardMoves, type MoveGuard } from './seller/guard-moves.ts'
import { createListingService, type ListingService } from './seller/listing-service.ts'
import { createListingStore, type StoredListing } from './seller/listing-store.ts'
import { createSaleStore } from './seller/sale-store.ts'
import { createSalesService, type SalesService } from './seller/sales-service.ts'
import { createTlsIdentities, type TlsIdentities } from './seller/tls-identity.ts'
import type { ServeOptions, Serving } from './seller/serve.ts'
import { openProfile, type OpenProfileOptions } from './secrets/open-profile.ts'
import { createEngineSettings, toEngineOptions, type EngineSettings } from './settings/engine-settings.ts'
import type { Network } from './settings/network-schema.ts'
import { createNetworkService, type NetworkService } from './settings/networks.ts'
import { createSettingsService, type SettingsService } from './settings/settings.ts'
import { createWalletService, type WalletService } from './wallet/wallet-service.ts'
import { createWindowStore, type WindowStore } from './window/window-store.ts'

export interface HostOptions extends OpenProfileOptions {
  /** Instead of what the profile's configuration says. */
  readonly engine?: EngineOptions
  /** What gave `engine`, where the profile's configuration did not: a variable, another file. */
  readonly engineSetBy?: string | null
  /** A queue in Redis whose workers share what needs no private key. */
  readonly redisUrl?: string
  /** A PostgreSQL that takes encrypted tables instead of the profile's own file. */
  readonly chunksUrl?: string
  readonly now?: () => Date
  /** Watches all serving of this host: metrics, logs. */
  readonly observer?: ServeObserver
  /** Told what its owner should know and nobody asked about, such as a transaction that a reorganisation took back. */
  readonly onNotice?: (message: string) => void
}

/** Everything that needs the active network: opened when first asked for, and anew when the network has become another. */
export interface Trade {
  readonly connection: ChainConnection
  readonly outbox: Outbox
  readonly market: Market
  readonly listings: ListingService
  readonly sales: SalesService
  /** What is on sale behind a URL, checked against the contract and its keys certified. */
  readonly openListing: OpenListing
  readonly purchases: PurchaseService
  readonly receipts: ReceiptService
  /** How many comparisons and products a purchase of this wallet's listings was helped with. */
  readonly countHelp: (purchase: bigint, buyer: string) => number
  /** `guard`, where given, has the last word on every transaction that serving sends by itself. */
  serve(options: ServeOptions & { readonly guard?: MoveGuard }): Promise<Serving>
  /** Pays out everything the contract owes the wallet, to it or to another address. Throws `escrow.nothing-to-withdraw`. */
  withdraw(to?: string): Promise<{ readonly amountWei: bigint; readonly to: string; readonly transaction: string }>
}

/** All behaviour of the program for one profile; the shells give it a folder and a way to ask for a passphrase (architecture.md). */
export interface Host {
  readonly home: string
  readonly wallet: WalletService
  readonly settings: SettingsService
  readonly networks: NetworkService
  readonly datasets: DatasetService
  readonly databaseUrls: DatabaseUrls
  readonly window: WindowStore
  /** Listings and sales by state, for metrics. */
  readonly countTrade: () => TradeCounts
  /** The certificate for serving one's own network. */
  readonly tls: TlsIdentities
  /** Everything this profile is, in one encrypted file. Throws `input.already-exists`, `input.passphrase-too-short`, `store.unwritable`. */
  backUp(path: string, passphrase: string): Promise<BackupReport>
  readonly backups: BackupService
  /**
   * Seals the profile's secrets under another passphrase. Throws `access.no-passphrase` where they rest in the keychain,
   * `access.wrong-passphrase`, `input.passphrase-too-short`, `store.unwritable`.
   */
  changePassphrase(next: string): Promise<void>
  engine(): Promise<Engine>
  /** How the engine was told to be at this start, and what the profile says for the next. */
  readonly engineSettings: EngineSettings & { readonly started: EngineOptions, readonly setBy: string | null }
  /** The active network without a contract, for deploying one. Throws `chain.network-missing`. */
  chain(): Promise<{ readonly connection: ChainConnection; readonly outbox: Outbox }>
  /**
   * Throws `chain.network-missing`, `chain.unreachable`, `chain.wrong-chain`, `chain.begun-anew`, `chain.wrong-contract`,
   * `access.wallet-missing`.
   */
  trade(): Promise<Trade>
  /** Drafts and what was published, on any network; they are there where no chain answers. */
  listListings(): readonly StoredListing[]
  /** The trade of the network in use, where one is open already. */
  findOpenTrade(): Promise<Trade> | null
  /** Calls `listener` whenever a transaction is written down, signed, sent or mined; gives what ends that. */
  onTransaction(listener: () => void): () => void
  close(): Promise<void>
}

/** Runs `create` at the first call and gives every caller its outcome; after a failure the next call tries anew. */
const once = <T>(create: () => Promise<T>): { get: () => Promise<T>; current: () => Promise<T> | null } => {
  let current: Promise<T> | null = null
  return {
    current: () => current,
    get: () => {
      current ??= create().catch((error: unknown) => {
        current = null
        throw error
      })
      return current
    },
  }
}

interface PerNetwork<T> {
  get(): Promise<T>
  current(): Promise<T> | null
}

/** Opens `T` for the network in use; when that has become another, or changed, the old one is closed and a new one opened. */
const perNetwork = <T>(getNetwork: () => Network, open: (network: Network) => Promise<T>, close: (opened: T) => void): PerNetwork<T> => {
  let current: { readonly network: string, readonly opened: Promise<T> } | null = null
  return {
    current: () => current?.opened ?? null,
    get: async () => {
      const network = getNetwork()
      const name = JSON.stringify(network)
      if (current?.network === name) return current.opened
      current?.opened.then(close, () => undefined)
      const opened = open(network).catch((error: unknown) => {
        if (current?.opened === opened) current = null
        throw error
      })
      current = { network: name, opened }
      return opened
    },
  }
}

/** Opens a profile and puts the services together over it: the composition root. */
export const createHost = async (options: HostOptions): Promise<Host> => {
  await takeRestored(options)
  const profile = await openProfile(options)
  const { home, database, vault, secretStore, close } = profile
  const now = options.now ?? (() => new Date())
  const onNotice = options.onNotice ?? (() => undefined)
  const backups = createBackupService({ profile, access: options, now })
  const settings = createSettingsService(database)
  const networks = createNetworkService(database, settings)
  const wallet = createWalletService({ database, vault })
  const engineSettings = createEngineSettings(home)
  const started = options.engine ?? toEngineOptions(engineSettings.get())
  const engine = once(() => createEngine(started))
  // Workers elsewhere compute and encrypt. What is decrypted, answered or believed comes from this computer alone.
  const { redisUrl, chunksUrl } = options
  const sharedEngine = redisUrl === undefined ? engine : once(async () => {
    const { openRemoteTasks } = await import('./workers/remote-tasks.ts')
    return createEngine(started, await openRemoteTasks(redisUrl))
  })
  // Clients of databases that most profiles do not use are loaded when they are: they would slow every start down.
  const chunkDatabase = chunksUrl === undefined ? null : (await import('./datasets/chunk-database.ts')).openChunkDatabase(chunksUrl)
  const listingStore = createListingStore(database)
  const findUse = (name: string): string | null => listingStore.list().find(({ dataset }) => dataset === name)?.id ?? null
  const datasets: DatasetService = createDatasetService({
    database, vault, engine: engine.get, sharedEngine: sharedEngine.get, chunkDatabase, findUse,
    renameUse: listingStore.renameDataset,
    beforeEncrypt: (name) => ledger.assertApart(name),
    // Where a table comes from is told by its rows.
    beforeDrop: (name) => { ledger.register(name) },
  })
  const judges = createJudges()
  const ledger = createLedger({ database, vault, datasets, judges, now })
  const unlockedWallet = once<BaseWallet>(() => wallet.unlock())

  const askElsewhere = createAskElsewhere({ database, listNetworks: networks.list, now })

  const transactionListeners = new Set<() => void>()
  const tellOfTransaction = (): void => { for (const listener of transactionListeners) listener() }

  const chain = perNetwork(networks.getActive, async (network) => {
    const connection = connectChain(network, { identity: createChainIdentity(database, network.chainId, now) })
    await connection.assertReady()
    const signer = await unlockedWallet.get()
    return { connection, outbox: createOutbox({ database, connection, wallet: () => signer, now, onStep: tellOfTransaction }) }
  }, ({ connection, outbox }) => {
    outbox.close()
    connection.close()
  })

  const trade = perNetwork(networks.getActive, async (): Promise<Trade> => {
    const { connection, outbox } = await chain.get()
    await resumeTransactions(outbox, onNotice)
    const { contract } = connection
    const market = createMarket({
      connection, outbox, ...(contract === null ? {} : { listingIndex: createListingIndex(database, connection.chainId, contract) }),
    })
    const saleStore = createSaleStore(database, market)
    const sales = createSalesService(market, listingStore, saleStore)
    const openListing = createListingOpener({ market, engine: engine.get })
    const purchases = createPurchaseService({
      database, vault, wallet: unlockedWallet.get, engine: engine.get, sharedEngine: sharedEngine.get, market, openListing, now, onNotice,
    })
    const records = { listings: listingStore, sales: saleStore }
    const receipts = createReceiptService({ database, market, wallet: unlockedWallet.get, purchases, ledger, ...records, now })
    return {
      connection, outbox, market, sales, openListing, purchases, receipts,
      countHelp: (purchase, buyer) => ledger.countHelp({ chainId: market.chainId, contract: market.contract, purchase, buyer }),
      listings: createListingService({ database, datasets, ledger, market: () => Promise.resolve(market), now }),
      withdraw: async (to) => {
        const amountWei = await market.readBalance(market.account)
        if (amountWei === 0n) throw new AppError('escrow.nothing-to-withdraw', 'The contract owes this wallet nothing.')
        // Each payout is a move of its own: an interrupted one is finished when the profile is next opened.
        const key = `withdraw:${randomUUID()}`
        const { hash } = to === undefined ? await market.withdraw(key) : await market.withdrawTo(key, to)
        return { amountWei, to: to ?? market.account, transaction: hash }
      },
      serve: async ({ guard, ...serveOptions }) => {
        const { startServing } = await import('./seller/serve.ts')
        const acting = guard === undefined ? market : guardMoves(market, guard)
        const { assertAnswersKnown, assertHelpKnown } = createForgotten({ market, askElsewhere, listings: listingStore, ledger })
        return startServing(serveOptions, {
          ...records, datasets, ledger, judges, engine: engine.get, market: acting, assertHelpKnown, now,
          createReceipt: receipts.signAsSeller, findExplorer: networks.findExplorer,
          ...(options.observer === undefined ? {} : { observer: options.observer }),
          salesService: createSalesService(acting, listingStore, saleStore),
          deliveries: createDeliveries({ ...records, datasets, ledger, engine: engine.get, market: acting, assertAnswersKnown, now }),
        })
      },
    }
  }, () => undefined)

  return {
    home, wallet, settings, networks, datasets,
    databaseUrls: createDatabaseUrls(secretStore),
    window: createWindowStore(database, now),
    countTrade: createTradeCounts(database),
    tls: createTlsIdentities(secretStore, now),
    backups,
    backUp: async (path, passphrase) => {
      const { report, keep } = await backups.make(path, passphrase)
      keep()
      return report
    },
    changePassphrase: async (next) => {
      if (secretStore.changePassphrase === undefined) throw new AppError('access.no-passphrase', 'The secrets of this profile rest in the system keychain.')
      await secretStore.changePassphrase(next)
    },
    engine: engine.get,
    engineSettings: { ...engineSettings, started, setBy: options.engineSetBy ?? null },
    chain: chain.get,
    trade: trade.get,
    listListings: listingStore.list,
    findOpenTrade: trade.current,
    onTransaction: (listener) => {
      transactionListeners.add(listener)
      return () => { transactionListeners.delete(listener) }
    },
    close: async () => {
      await judges.close()
      await (await engine.current())?.close()
      if (sharedEngine !== engine) await (await sharedEngine.current())?.close()
      await chunkDatabase?.close()
      const opened = await chain.current()
      opened?.outbox.close()
      opened?.connection.close()
      close()
    },
  }
}
