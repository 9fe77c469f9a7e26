import { Transaction, type BaseWallet, type TransactionReceipt } from 'ethers'
import { AppError, isAppError, toErrorDocument } from '../../shared/errors.ts'
import { failpoint as systemFailpoint } from '../failpoint.ts'
import type { ProfileDatabase } from '../storage/database.ts'
import type { ChainConnection } from './connect.ts'
import { estimateCost, type Call, type CostEstimate } from './fees.ts'
import { nothingWaits, recheckSettled, type Reorganised } from './recheck.ts'
import { isCancellation, planReplacement, type Replacement, type ReplacementKind } from './replacement.ts'
import { createTransactionNetwork, toOutcome } from './transaction-network.ts'
import {
  createTransactionStore,
  type SignedTransaction, type StoredTransaction, type TransactionIntent, type TransactionOutcome, type TransactionStore,
} from './transaction-store.ts'

export type { Call, CostEstimate } from './fees.ts'
export type { Reorganised } from './recheck.ts'
export type { Replacement, ReplacementKind } from './replacement.ts'
export type { StoredTransaction, TransactionIntent, TransactionStatus } from './transaction-store.ts'

export interface ConfirmedTransaction extends TransactionOutcome {
  readonly key: string
  readonly purpose: string
}

export interface SendRequest extends TransactionIntent {
  /** The most that may leave the wallet, value and fee together; above it nothing is signed. */
  readonly maxCostWei?: bigint
}

export interface ResumeOutcome {
  readonly key: string
  readonly result: 'confirmed' | 'failed' | 'withdrawn' | 'unfinished'
  readonly error: AppError | null
}

/** Named points just after each durable step: tests interrupt there. */
export type OutboxStep = 'intended' | 'signed' | 'broadcast' | 'mined'

export interface OutboxOptions {
  readonly database: ProfileDatabase
  readonly connection: ChainConnection
  /** The account that signs; asked anew for each step, and may throw while it is locked. */
  readonly wallet: () => BaseWallet
  readonly now: () => Date
  /** Blocks, the transaction's own included, after which it counts as confirmed: by default 1 on a development chain, else 3. */
  readonly confirmations?: number
  /** How long `send` waits for a confirmation before it throws `chain.not-confirmed`: by default 900 s. */
  readonly patienceSeconds?: number
  readonly failpoint?: (step: OutboxStep, key: string) => void
  /** Told after each durable step: what is shown of transactions has changed. */
  readonly onStep?: () => void
}

export interface Outbox {
  readonly connection: ChainConnection
  /** The checksummed address that signs. */
  readonly account: () => string
  /** What this call can cost, for showing it first. Throws as `send` does before signing; signs and stores nothing. */
  estimate(call: Call): Promise<CostEstimate>
  /**
   * Writes the intent down, signs, stores the bytes, broadcasts, and waits for the confirmation. The same key again
   * resumes, or gives the earlier outcome. An error before the signature (`chain.wrong-*`, `chain.insufficient-funds`,
   * `chain.cost-above-limit`, `chain.unreachable`, `escrow.*` where it would revert) leaves nothing behind. Afterwards:
   * `escrow.*` when it was mined and reverted (final: see `retryFailed`); `chain.unreachable`, `chain.not-confirmed`,
   * `chain.transaction-refused` are retryable and go on with the same bytes. Another payload: `chain.key-reused`.
   */
  send(request: SendRequest): Promise<ConfirmedTransaction>
  /** Goes on with all that is unfinished, in order; to be called once at start. Never throws for a single transaction. */
  resume(): Promise<readonly ResumeOutcome[]>
  /** Frees a key whose transaction failed on the chain, so that the next `send` under it is a new attempt. */
  retryFailed(key: string): void
  /** What taking the place of a transaction that waits would cost. Throws `chain.nothing-to-replace`, and as `send` does before signing. */
  planReplacement(hash: string, kind: ReplacementKind): Promise<Replacement>
  /**
   * Signs and sends what was planned, and waits for whichever of the two is mined; another replacement of the same one makes it throw
   * `chain.nothing-to-replace`. The step's own `send` throws `chain.cancelled` where nothing came of it; its key is free then.
   */
  replace(plan: Replacement): Promise<StoredTransaction>
  /** Sends the same bytes again, in case the network lost them. Throws `chain.nothing-to-replace`, `chain.transaction-refused`. */
  resend(hash: string): Promise<void>
  /** Looks again at what counted as confirmed and may still be moved; what was taken back is unfinished again, for `resume`. */
  recheck(): Promise<readonly Reorganised[]>
  find(key: string): StoredTransaction | null
  list(): readonly StoredTransaction[]
  /** The bytes under which a transaction waits, or null where it does not. */
  findWaiting(key: string): SignedTransaction | null
  /** Ends all waiting with `runtime.cancelled`; what is under way stays written down. */
  close(): void
}

/** What a signature needs of an estimate. */
type Fees = Pick<CostEstimate, 'gasLimit' | 'maxFeePerGasWei' | 'maxPriorityFeePerGasWei' | 'maxCostWei'>

/** Every so many polls without a receipt the bytes are sent again, in case the network dropped them. */
const pollsPerBroadcast = 10

/** Runs tasks one after the other; a failed one does not stop the next. */
const createQueue = (): (<T>(task: () => Promise<T>) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const next = last.then(task, task)
    last = next.catch(() => undefined)
    return next
  }
}

export const createOutbox = (options: OutboxOptions): Outbox => {
  const { database, connection, now } = options
  const confirmations = options.confirmations ?? (connection.isDevelopment ? 1 : 3)
  const patienceMilliseconds = (options.patienceSeconds ?? 900) * 1000
  const longestPause = (): number => (connection.isDevelopment ? 100 : connection.provider.pollingInterval)
  const interrupt = options.failpoint ?? ((step) => { systemFailpoint(`chain.${step}`) })
  const failpoint = (step: OutboxStep, key: string): void => {
    options.onStep?.()
    interrupt(step, key)
  }
  const closing = new AbortController()
  const inTurn = createQueue()
  const underWay = new Map<string, { readonly request: SendRequest; readonly result: Promise<ConfirmedTransaction> }>()

  const account = (): string => options.wallet().address
  const openStore = (): TransactionStore => createTransactionStore(database, connection.chainId, account(), now)

  const network = createTransactionNetwork(connection, account)

  const estimateBeside = async (call: Call, chainNonce: number): Promise<CostEstimate> => {
    const reservedWei = openStore().listLive().filter((live) => live.nonce >= chainNonce).reduce((sum, live) => sum + live.maxCostWei, 0n)
    return estimateCost(connection, account(), call, reservedWei)
  }

  const signAt = (intent: TransactionIntent, cost: Fees, nonce: number): SignedTransaction => {
    const transaction = Transaction.from({
      type: 2, chainId: connection.chainId, nonce, to: intent.to, data: intent.data, value: intent.valueWei,
      gasLimit: cost.gasLimit, maxFeePerGas: cost.maxFeePerGasWei, maxPriorityFeePerGas: cost.maxPriorityFeePerGasWei,
    })
    transaction.signature = options.wallet().signingKey.sign(transaction.unsignedHash)
    const { hash, serialized } = transaction
    if (hash === null) throw new AppError('bug.unexpected', 'A signed transaction has no hash.')
    return { hash, raw: serialized, nonce, maxCostWei: cost.maxCostWei }
  }

  /** Bytes signed for a chain that was begun anew since would hold on the new one too. */
  const sendAgain = async (signed: SignedTransaction): Promise<void> => {
    await connection.assertReady()
    await network.broadcast(signed)
  }

  /** All checks, then the signature, stored with its nonce in one step. Whatever fails before it leaves no intent behind. */
  const sign = async (store: TransactionStore, row: StoredTransaction, maxCostWei: bigint | undefined): Promise<SignedTransaction> => {
    try {
      await connection.assertReady()
      // A transaction that the network has lost or refused would hold up all after it.
      for (const live of store.listLive()) await network.broadcast(live)
      const chainNonce = await network.readNonce('latest')
      const cost = await estimateBeside(row, chainNonce)
      if (maxCostWei !== undefined && cost.maxCostWei > maxCostWei) {
        throw new AppError('chain.cost-above-limit', `This could cost up to ${cost.maxCostWei} wei, more than the ${maxCostWei} wei allowed.`, {
          details: { key: row.key, maxCostWei: cost.maxCostWei.toString(), limitWei: maxCostWei.toString() },
        })
      }
      return store.sign(row.id, chainNonce, (nonce) => signAt(row, cost, nonce))
    } catch (error) {
      store.withdraw(row.id)
      throw error
    }
  }

  const submit = (store: TransactionStore, row: StoredTransaction, maxCostWei: bigint | undefined): Promise<void> => inTurn(async () => {
    const signed = await sign(store, row, maxCostWei)
    failpoint('signed', row.key)
    await network.broadcast(signed)
    failpoint('broadcast', row.key)
  })

  const pause = async (milliseconds: number): Promise<void> => {
    closing.signal.throwIfAborted()
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer)
        reject(closing.signal.reason as AppError)
      }
      const timer = setTimeout(() => {
        closing.signal.removeEventListener('abort', stop)
        resolve()
      }, milliseconds)
      closing.signal.addEventListener('abort', stop, { once: true })
    })
  }

  const settle = async (store: TransactionStore, row: StoredTransaction, receipt: TransactionReceipt): Promise<void> => {
    const mined = store.listSigned(row.id).find(({ hash }) => hash === receipt.hash)
    const cancelled = mined !== undefined && isCancellation(mined, row)
    const failure = cancelled
      ? new AppError('chain.cancelled', `${row.purpose}: this was cancelled, and nothing of it has happened.`, { details: { key: row.key, hash: receipt.hash } })
      : receipt.status === 1 ? null : await network.explainFailure(row, receipt)
    failpoint('mined', row.key)
    store.settle(row.id, toOutcome(receipt), failure === null ? null : toErrorDocument(failure), cancelled)
  }

  /** Waits for the receipt with its confirmations; sends the bytes again where they got lost; gives up a nonce others took. */
  const follow = async (store: TransactionStore, row: StoredTransaction): Promise<'settled' | 'replaced'> => {
    const endsAt = performance.now() + patienceMilliseconds
    let pauseMilliseconds = connection.isDevelopment ? 5 : longestPause()
    for (let poll = 1; ; poll += 1) {
      const signed = store.listSigned(row.id)
      const hashes = signed.map(({ hash }) => hash)
      const receipt = await network.findReceipt(hashes)
      if (receipt !== null) {
        if (await network.countConfirmations(receipt) >= confirmations) {
          await settle(store, row, receipt)
          return 'settled'
        }
      } else if (poll % pollsPerBroadcast === 0) {
        const live = signed.find((candidate) => candidate.live)
        if (live === undefined || await network.isReplaced(live, hashes)) return 'replaced'
        await sendAgain(live)
      }
      if (performance.now() > endsAt) {
        throw new AppError('chain.not-confirmed', `${row.purpose}: the transaction has been sent and is not confirmed yet.`, { details: { key: row.key, hash: hashes[0] ?? '' }, retryable: true })
      }
      await pause(pauseMilliseconds)
      pauseMilliseconds = Math.min(pauseMilliseconds * 1.5, longestPause())
    }
  }

  const toResult = (row: StoredTransaction): ConfirmedTransaction => {
    if (row.error !== null) throw row.error
    if (row.outcome === null) throw new AppError('bug.unexpected', `Transaction ${row.key} has no outcome.`)
    return { key: row.key, purpose: row.purpose, ...row.outcome }
  }

  /**
   * Another transaction took the nonce: back to an intent, to be signed anew. Not in a profile put back from a backup, whose owner may have
   * sped this very step up since: signed anew, it would happen twice.
   */
  const giveUp = (store: TransactionStore, row: StoredTransaction): void => {
    store.voidSigned(row.id)
    if (!store.isFromBackup(row)) return
    store.withdraw(row.id)
    throw new AppError('chain.replaced-elsewhere', `${row.purpose}: written down before this profile was restored, and another transaction has taken its place since.`, {
      details: { key: row.key },
    })
  }

  /** Carries one row from wherever it is to its end. */
  const carry = async (store: TransactionStore, id: number, maxCostWei?: bigint): Promise<ConfirmedTransaction> => {
    for (;;) {
      const row = store.read(id)
      if (row.status === 'intended') await submit(store, row, maxCostWei)
      else if (row.status !== 'signed') return toResult(row)
      if (await follow(store, row) === 'replaced') giveUp(store, row)
    }
  }

  const run = async (request: SendRequest): Promise<ConfirmedTransaction> => {
    const store = openStore()
    const { key, purpose, to, data, valueWei, maxCostWei } = request
    const row = store.begin({ key, purpose, to, data, valueWei })
    if (row.status === 'intended') failpoint('intended', key)
    // Bytes of an earlier run may never have left this machine.
    if (row.status === 'signed') for (const signed of store.listSigned(row.id)) if (signed.live) await sendAgain(signed)
    return carry(store, row.id, maxCostWei)
  }

  const send = (request: SendRequest): Promise<ConfirmedTransaction> => {
    const present = underWay.get(request.key)
    if (present !== undefined) {
      const { to, data, valueWei } = present.request
      if (to === request.to && data === request.data && valueWei === request.valueWei) return present.result
      return Promise.reject(new AppError('chain.key-reused', `The step ${request.key} is under way with other contents.`, { details: { key: request.key } }))
    }
    const result = run(request).finally(() => underWay.delete(request.key))
    underWay.set(request.key, { request, result })
    return result
  }

  const findLive = (store: TransactionStore, hash: string): { row: StoredTransaction; live: SignedTransaction } => {
    for (const row of store.listUnfinished()) {
      const live = store.listSigned(row.id).find((signed) => signed.live && signed.hash === hash)
      if (live !== undefined) return { row, live }
    }
    throw nothingWaits(hash)
  }

  const replace = async ({ replaces, intent, ...fees }: Replacement): Promise<StoredTransaction> => {
    const store = openStore()
    const { row } = findLive(store, replaces.hash)
    await inTurn(async () => {
      await connection.assertReady()
      const replacement = signAt(intent, fees, replaces.nonce)
      store.replace(row.id, replaces.hash, replacement)
      failpoint('signed', row.key)
      await network.broadcast(replacement)
      failpoint('broadcast', row.key)
    })
    // Not by its key: where the cancellation is mined at once, the key is free, and would begin another attempt.
    const following = underWay.get(row.key)?.result ?? carry(store, row.id)
    await following.catch((error: unknown) => { if (!isAppError(error, 'chain.cancelled')) throw error })
    return store.read(row.id)
  }

  const resumeOne = async (row: StoredTransaction): Promise<ResumeOutcome> => {
    try {
      await send(row)
      return { key: row.key, result: 'confirmed', error: null }
    } catch (error) {
      if (!isAppError(error)) throw error
      const status = openStore().find(row.key)?.status
      const result = status === undefined || status === 'retried' ? 'withdrawn' : status === 'failed' ? 'failed' : 'unfinished'
      return { key: row.key, result, error }
    }
  }

  return {
    connection,
    account,
    estimate: async (call) => {
      await connection.assertReady()
      return estimateBeside(call, await network.readNonce('latest'))
    },
    send,
    resume: async () => {
      const unfinished = openStore().listUnfinished()
      systemFailpoint('recovery.transactions')
      if (unfinished.length === 0) return []
      await connection.assertReady()
      return Promise.all(unfinished.map(resumeOne))
    },
    retryFailed: (key) => { openStore().allowRetry(key) },
    planReplacement: async (hash, kind) => {
      await connection.assertReady()
      const { row, live } = findLive(openStore(), hash)
      return planReplacement(connection, account(), row, live, kind)
    },
    replace,
    resend: async (hash) => {
      await connection.assertReady()
      await network.broadcast(findLive(openStore(), hash).live)
    },
    // A development chain is not reorganised; begun anew under an old profile it only looks as if it had been.
    recheck: async () => (connection.isDevelopment ? [] : recheckSettled(openStore(), network)),
    findWaiting: (key) => {
      const row = openStore().find(key)
      return row?.status === 'signed' ? openStore().listSigned(row.id).find(({ live }) => live) ?? null : null
    },
    find: (key) => openStore().find(key),
    list: () => openStore().list(),
    close: () => { closing.abort(new AppError('runtime.cancelled', 'Waiting for the transaction was stopped; it stays written down.', { retryable: true })) },
  }
}
