import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { PracticeState } from '../../shared/window-contract/networks.ts'
import type { Job } from '../../shared/window-contract/jobs.ts'
import { AppError, isAppError, toErrorDocument } from '../../shared/errors.ts'
import { isStateDamaged, startPracticeChain, type PracticeChain } from '../chain/practice-chain.ts'
import { findPracticeChainProgram } from '../chain/practice-program.ts'
import { sampleScriptPath } from '../datasets/sample.ts'
import { isPracticeChain, practiceChainId } from '../settings/known-chains.ts'
import { writePrivateFile } from '../secrets/private-file.ts'
import type { WindowContext } from './context.ts'
import { toErrorJson } from './documents.ts'
import type { JobRun } from './jobs.ts'
import { openPracticeSeller, type PracticeSeller } from './practice-seller.ts'

export interface Practice {
  state(): PracticeState
  start(): Job
  /** Starts again what ran when the program last ended, where its network is still the one in use. */
  resume(): Job | null
  stop(): Promise<void>
}

export interface PracticeOptions {
  /** Bits of the practice seller's keys: play money needs no long ones. */
  readonly keyBits?: 2048 | 3072 | 4096
  readonly sellerWorkers?: number
  /** Looks for the chain's program; by default where it usually is. */
  readonly findProgram?: () => string | null
}

const networkName = 'practice'
const scriptName = 'average-wages.ts'
const playMoneyWei = 100n * 10n ** 18n
const enoughPlayMoneyWei = 10n ** 18n

interface Running {
  readonly chain: PracticeChain
  readonly seller: PracticeSeller
}

/** The practice seller's profile has a passphrase of its own in a file beside it: it guards play money. */
const ensurePassphraseFile = (folder: string): string => {
  const path = join(folder, 'passphrase')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writePrivateFile(path, randomBytes(24).toString('base64url'), { exclusive: true })
  return path
}

/** A local chain and a seller of the sample wages beside the user's own profile, in the same process. */
export const createPractice = (
  { host, jobs, changes, scripts, onBug }: Pick<WindowContext, 'host' | 'jobs' | 'changes' | 'scripts' | 'onBug'>, options: PracticeOptions = {},
): Practice => {
  const folder = join(host.home, 'practice')
  const chainFolder = join(folder, 'chain')
  const findProgram = options.findProgram ?? (() => findPracticeChainProgram())
  let running: Running | null = null
  let failure: PracticeState['error'] = null

  const end = async (): Promise<void> => {
    const ended = running
    running = null
    changes.announce('practice', 'networks', 'market')
    await ended?.seller.close()
    await ended?.chain.stop()
  }

  const startChain = (chainId: number): Promise<PracticeChain> => startPracticeChain({
    chainId,
    dataDir: chainFolder,
    onUnexpectedEnd: (message) => {
      failure = toErrorJson(toErrorDocument(new AppError('chain.practice-chain-failed', message)))
      end().catch(onBug)
    },
  })

  const openSeller = (chain: PracticeChain, run: JobRun): Promise<PracticeSeller> => openPracticeSeller({
    home: join(folder, 'seller'),
    passphraseFile: ensurePassphraseFile(folder),
    chain,
    keyBits: options.keyBits ?? 2048,
    ...(options.sellerWorkers === undefined ? {} : { workers: options.sellerWorkers }),
    run,
    onBug,
  })

  const prepareBuyer = async (chain: PracticeChain, contract: string): Promise<void> => {
    const { address } = host.wallet.find() ?? host.wallet.create()
    host.networks.save({ name: networkName, kind: 'practice', rpcUrl: chain.rpcUrl, chainId: chain.chainId, contract })
    host.networks.use(networkName)
    const { market } = await host.trade()
    if (await market.readAccountBalance(address) < enoughPlayMoneyWei) await chain.setBalance(address, playMoneyWei)
    const files = await scripts.list()
    if (!files.some(({ name }) => name === scriptName)) await scripts.save(scriptName, readFileSync(sampleScriptPath(), 'utf8'))
  }

  /** From what an earlier start has left. All of it has ended again where something failed. */
  const begin = async (chainId: number, job: JobRun): Promise<Running> => {
    job.step('Starting the practice chain')
    const chain = await startChain(chainId)
    let seller: PracticeSeller | null = null
    try {
      seller = await openSeller(chain, job)
      job.step('Filling your wallet with play money')
      await prepareBuyer(chain, seller.contract)
      return { chain, seller }
    } catch (error) {
      await seller?.close()
      await chain.stop()
      throw error
    }
  }

  /** The chain has lost its state, and with it the seller's contract, or is another one than this profile has traded on. */
  const isLost = (error: unknown): boolean => isAppError(error, 'chain.wrong-contract') || isAppError(error, 'chain.begun-anew')
    || (isAppError(error, 'chain.practice-chain-failed') && isStateDamaged(chainFolder))

  const run = async (job: JobRun): Promise<{ kind: 'practice', listingUrl: string, script: string }> => {
    failure = null
    try {
      const kept = host.networks.find(networkName)?.chainId ?? practiceChainId
      for (let chainId = isPracticeChain(kept) ? kept : practiceChainId; running === null; chainId += 1) {
        try {
          running = await begin(chainId, job)
        } catch (error) {
          if (!isLost(error) || !isPracticeChain(chainId + 1)) throw error
          // What the seller knows is of a world that is gone; what was bought there is kept, under that chain's id.
          job.step('The practice chain was lost; a new one begins')
          rmSync(folder, { recursive: true, force: true })
        }
      }
      return { kind: 'practice', listingUrl: running.seller.listingUrl, script: scriptName }
    } catch (error) {
      if (!job.signal.aborted) failure = toErrorJson(toErrorDocument(error))
      throw error
    } finally {
      changes.announce('practice', 'wallet', 'networks', 'market', 'scripts')
    }
  }

  const start = (): Job => jobs.findRunning('practice')
    ?? (running === null
      ? jobs.start({ kind: 'practice', label: 'Starting practice mode' }, run)
      : jobs.start({ kind: 'practice', label: 'Practice mode is on', stoppable: false }, ((listingUrl) => () =>
        Promise.resolve({ kind: 'practice', listingUrl, script: scriptName }))(running.seller.listingUrl)))

  return {
    state: () => {
      const job = jobs.findRunning('practice')
      return {
        state: job !== null ? 'starting' : running !== null ? 'running' : failure !== null ? 'failed' : 'off',
        possible: findProgram() !== null,
        job: job?.id ?? null,
        listingUrl: running?.seller.listingUrl ?? null,
        script: running === null ? null : scriptName,
        error: failure,
      }
    },
    start,
    resume: () => (host.networks.findActive()?.name === networkName && existsSync(join(folder, 'seller')) ? start() : null),
    stop: async () => {
      const job = jobs.findRunning('practice')
      if (job !== null) await jobs.stop(job.id)
      failure = null
      await end()
    },
  }
}
