import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { AppError, isAppError } from '../../shared/errors.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import { columnNotesSchema } from '../../shared/window-contract/datasets.ts'
import { deployMarket } from '../chain/deploy.ts'
import type { PracticeChain } from '../chain/practice-chain.ts'
import { createHost, type Host } from '../create-host.ts'
import { sampleColumnsPath, sampleDatasetPath } from '../datasets/sample.ts'
import type { Serving } from '../seller/serve.ts'
import type { JobRun } from './jobs.ts'

export interface PracticeSeller {
  readonly contract: string
  readonly listingUrl: string
  close(): Promise<void>
}

export interface PracticeSellerOptions {
  /** A profile of its own. */
  readonly home: string
  readonly passphraseFile: string
  readonly chain: PracticeChain
  readonly keyBits: 2048 | 3072 | 4096
  readonly workers?: number
  readonly run: JobRun
  readonly onBug: (error: unknown) => void
}

const dataset = 'cps-wages-1985'
const listing = 'cps-wages-1985'
const networkName = 'practice'
const priceWei = 20_000_000_000_000_000n
const watchMilliseconds = 500

const prepareMarket = async (host: Host, chain: PracticeChain): Promise<string> => {
  const [account] = chain.accounts
  if (account === undefined) throw new AppError('bug.unexpected', 'The practice chain has no account.')
  if (host.wallet.find() === null) host.wallet.importPrivateKey(account.privateKey)
  const contract = host.networks.find(networkName)?.contract ?? null
  const network = { name: networkName, kind: 'practice', rpcUrl: chain.rpcUrl, chainId: chain.chainId, contract }
  host.networks.save(network)
  host.networks.use(networkName)
  if (contract !== null) return contract
  const { outbox } = await host.chain()
  const { address } = await deployMarket({ outbox, minimumSeconds: 1 })
  host.networks.save({ ...network, contract: address })
  return address
}

/** Imported, encrypted, with test data: each step is left alone where an earlier start has done it. */
const prepareDataset = async ({ datasets }: Host, keyBits: PracticeSellerOptions['keyBits'], { signal, step, progress }: JobRun): Promise<void> => {
  if (!datasets.list().some(({ name }) => name === dataset)) {
    step('Importing 534 wages of 1985')
    const columns = parseJsonAs(z.record(z.string(), columnNotesSchema), readFileSync(sampleColumnsPath(), 'utf8'), 'the sample\'s columns', 'bug.unexpected')
    await datasets.importTable({ name: dataset, path: sampleDatasetPath(), options: { missing: 'drop', columns } })
  }
  step('Encrypting the table, as a seller does once')
  await datasets.encrypt(dataset, { keyBits, signal, onProgress: progress })
  step('Encrypting made-up test data')
  datasets.createTestData(dataset)
  await datasets.encryptTestData(dataset, { keyBits, signal, onProgress: progress })
}

interface Shop {
  readonly serving: Serving
  readonly listingUrl: string
}

const openShop = async (host: Host, { step, signal }: JobRun, onBug: (error: unknown) => void): Promise<Shop> => {
  step('Opening the practice seller\'s shop')
  signal.throwIfAborted()
  const { listings, serve } = await host.trade()
  const serveAt = (port: number): Promise<Serving> => serve({
    host: '127.0.0.1', port, watchIntervalMilliseconds: watchMilliseconds, autoReclaim: true,
    onEvent: (event) => { if (event.kind === 'bug' || (event.kind === 'failed' && !isAppError(event.error))) onBug(event.error) },
  })
  const known = listings.list().find(({ id }) => id === listing)
  const earlierPort = known === undefined ? 0 : Number(new URL(known.url).port)
  const serving = await serveAt(earlierPort).catch((error: unknown) => {
    if (!isAppError(error, 'runtime.port-unavailable')) throw error
    return serveAt(0)
  })
  try {
    if (known === undefined) {
      await listings.create({
        dataset, id: listing, title: 'Wages of 1985', serverUrl: serving.localUrl, valueWei: priceWei, condition: 1,
        description: 'Wages, schooling and experience of 534 workers in the US Current Population Survey of 1985 (Berndt 1991; public domain). Sold by the practice seller in this app.',
      })
    } else if (new URL(known.url).origin !== serving.localUrl && known.number !== null) {
      await listings.relocate(listing, serving.localUrl)
    }
    await listings.publish(listing)
    return { serving, listingUrl: listings.show(listing).url }
  } catch (error) {
    await serving.stop()
    throw error
  }
}

/**
 * Opens the practice seller: a profile of its own, the sample on sale, its server running. What an earlier start has done is
 * found again. Throws `chain.begun-anew` or `chain.wrong-contract` where the chain is another one than then, `runtime.cancelled`.
 */
export const openPracticeSeller = async (options: PracticeSellerOptions): Promise<PracticeSeller> => {
  const { home, passphraseFile, chain, keyBits, workers, run, onBug } = options
  const host = await createHost({
    home,
    secretStore: 'passphrase',
    environment: { HESYSTEM_PASSPHRASE_FILE: passphraseFile },
    ...(workers === undefined ? {} : { engine: { workers } }),
  })
  try {
    run.step('Putting a market on the chain')
    const contract = await prepareMarket(host, chain)
    await host.trade()
    await prepareDataset(host, keyBits, run)
    const { serving, listingUrl } = await openShop(host, run, onBug)
    return {
      contract,
      listingUrl,
      close: async () => {
        await serving.stop()
        await host.close()
      },
    }
  } catch (error) {
    await host.close()
    throw error
  }
}
