import { AppError, isAppError, toErrorDocument } from '../../shared/errors.ts'
import { formatEther } from '../../shared/units.ts'
import type { ServeEventJson, ServeState } from '../../shared/window-contract/serve.ts'
import type { Trade } from '../create-host.ts'
import { describeReorganised } from '../chain/recheck.ts'
import type { GuardedMove, MoveGuard } from '../seller/guard-moves.ts'
import type { ServeEvent } from '../seller/serve-event.ts'
import type { Serving } from '../seller/serve.ts'
import { createBroadcast } from './broadcast.ts'
import { findTrade, type WindowContext } from './context.ts'
import { toErrorJson } from './documents.ts'
import type { Authorisation } from './window-store.ts'

export const defaultServeHost = '127.0.0.1'
export const defaultServePort = 7373
/** Functions of the contract that the standing authorisation covers: an answer, a refusal that refunds, and what silence leaves. */
export const authorisedFunctions = ['deliverResult', 'decline', 'reclaim'] as const

export interface ServeControl {
  readonly isOn: () => boolean
  state(): Promise<ServeState>
  /** Serves on this authorisation, which is kept until `off`. Throws `access.serving` where it is on already. */
  on(authorisation: Authorisation): Promise<Serving>
  off(): Promise<void>
  /** Lets the standing authorisation sign for one more listing, which the owner is just publishing; nothing where serving is off. */
  cover(listing: string): void
  /** Serves again where an authorisation of the network in use stands from before a restart. */
  resume(): Promise<void>
  events(signal?: AbortSignal): AsyncGenerator<ServeEventJson, void, void>
  /** Ends the server; the authorisation stays, for the next start. */
  close(): Promise<void>
}

const mostEvents = 200

const describeEvent = (event: ServeEvent): Pick<ServeEventJson, 'kind' | 'purchase' | 'words' | 'error'> => {
  const purchase = event.kind === 'bug' || event.kind === 'reorganised' ? null : event.purchase?.toString() ?? null
  switch (event.kind) {
    case 'sale-advanced': return { kind: event.kind, purchase, words: `Purchase ${purchase ?? ''} moved on to its next step.`, error: null }
    case 'declined-unseen': return { kind: event.kind, purchase, words: `Purchase ${purchase ?? ''} was declined: its request never arrived.`, error: null }
    case 'reclaimed': return { kind: event.kind, purchase, words: `The payment of purchase ${purchase ?? ''} was reclaimed.`, error: null }
    case 'reorganised': return { kind: 'failed', purchase, words: describeReorganised(event), error: null }
    case 'bug':
    case 'failed': {
      const error = toErrorJson(toErrorDocument(event.error))
      return { kind: 'failed', purchase, words: error.message, error }
    }
  }
}

const reachOf = ({ publicUrl, ownTls }: Authorisation): ServeState['reach'] =>
  (publicUrl !== null ? 'internet' : ownTls ? 'network' : 'this-computer')

const startOfDay = (time: Date): string => `${time.toISOString().slice(0, 10)}T00:00:00.000Z`

export const createServeControl = (
  { host, changes, now, onBug }: Pick<WindowContext, 'host' | 'changes' | 'now' | 'onBug'>, onEvent: (event: ServeEventJson) => void = () => undefined,
): ServeControl => {
  const { window } = host
  const broadcast = createBroadcast()
  const events: ServeEventJson[] = []
  let current: { readonly serving: Serving, readonly authorisation: Authorisation, readonly since: string } | null = null
  let phase: ServeState['state'] = 'off'

  const tell = (event: Pick<ServeEventJson, 'kind' | 'purchase' | 'words' | 'error'>): void => {
    const noted = { id: (events.at(-1)?.id ?? 0) + 1, at: now().toISOString(), ...event }
    events.push(noted)
    onEvent(noted)
    if (events.length > mostEvents) events.shift()
    broadcast.announce()
    changes.announce('serve', 'sales')
  }
  const setPhase = (next: ServeState['state']): void => {
    phase = next
    changes.announce('serve')
  }

  const assertCovered = async (move: GuardedMove, authorisation: Authorisation, { market, listings }: Trade): Promise<void> => {
    const { listing } = await market.readPurchase(move.purchase)
    const covered = listings.list().some(({ id, number }) => number === listing && authorisation.listings.includes(id))
    if (!covered) {
      throw new AppError('access.not-authorised', `Serving was not allowed to sign for listing ${listing}.`, { details: { purchase: move.purchase.toString() } })
    }
    const { maxFeeWei } = await market.estimate(move.function, move.args, move.valueWei)
    const spentWei = window.sumFeesSince(startOfDay(now()))
    if (spentWei + maxFeeWei > authorisation.maxGasPerDayWei) {
      throw new AppError('access.not-authorised', `This could cost up to ${formatEther(maxFeeWei)} ether in gas; of today's allowance ${formatEther(authorisation.maxGasPerDayWei - spentWei)} ether are left.`, {
        details: { purchase: move.purchase.toString(), maxFeeWei: maxFeeWei.toString(), spentWei: spentWei.toString() },
      })
    }
  }

  const createGuard = (authorisation: Authorisation, trade: Trade): MoveGuard => async (move, act) => {
    // What was sent before is only followed up: nothing is signed anew.
    if (trade.market.wasSent(move.key)) return act()
    await assertCovered(move, current?.authorisation ?? authorisation, trade)
    const words = `${move.function} for purchase ${move.purchase}`
    const id = window.beginSignature({ by: 'standing-authorisation', move: move.function, words })
    try {
      const transaction = await act()
      window.endSignature(id, { error: null, feeWei: transaction.gasUsed * transaction.effectiveGasPriceWei })
      tell({ kind: 'authorised', purchase: move.purchase.toString(), words: `Signed ${words} on the standing authorisation.`, error: null })
      return transaction
    } catch (error) {
      window.endSignature(id, { error: toErrorDocument(error).code })
      throw error
    } finally {
      changes.announce('activity')
    }
  }

  const start = async (authorisation: Authorisation): Promise<Serving> => {
    if (phase !== 'off') throw new AppError('access.serving', 'Serving is on already.')
    setPhase('starting')
    try {
      const trade = await host.trade()
      await host.engine()
      const serving = await trade.serve({
        host: authorisation.host,
        port: authorisation.port,
        ...(authorisation.publicUrl === null ? {} : { publicUrl: authorisation.publicUrl }),
        ...(authorisation.ownTls ? { tls: await host.tls.get() } : {}),
        watchIntervalMilliseconds: trade.connection.isDevelopment ? 1000 : 15_000,
        autoReclaim: host.settings.get().autoReclaim,
        guard: createGuard(authorisation, trade),
        onEvent: (event) => {
          if (event.kind === 'bug' || (event.kind === 'failed' && !isAppError(event.error))) onBug(event.error)
          tell(describeEvent(event))
        },
      })
      current = { serving, authorisation: { ...authorisation, port: serving.port }, since: now().toISOString() }
      setPhase('on')
      tell({ kind: 'started', purchase: null, words: `Serving at ${authorisation.publicUrl ?? serving.localUrl}.`, error: null })
      return serving
    } catch (error) {
      setPhase('off')
      throw error
    }
  }

  const end = async (): Promise<void> => {
    if (current === null) return
    const { serving } = current
    setPhase('stopping')
    current = null
    try {
      await serving.stop()
    } finally {
      setPhase('off')
      tell({ kind: 'stopped', purchase: null, words: 'Serving has stopped.', error: null })
    }
  }

  /** What waits for the seller. A network that does not answer is told of by the status; the switch is shown all the same. */
  const listOpen = async (): Promise<ServeState['open']> => {
    try {
      const sales = await (await findTrade(host))?.sales.list() ?? []
      return sales.filter(({ onChain }) => onChain.state === 'Paid' || onChain.state === 'Requested')
        .map(({ onChain }) => ({ purchase: onChain.id.toString(), state: onChain.state, deadlineSeconds: onChain.deadlineSeconds }))
    } catch (error) {
      if (isAppError(error) && error.code.startsWith('chain.')) return []
      throw error
    }
  }

  const listOnSale = async (): Promise<ServeState['listings']> => {
    if (current === null) return []
    const { market, listings } = await host.trade()
    const base = current.authorisation.publicUrl ?? current.serving.localUrl
    const certificateHash = current.authorisation.ownTls ? (await host.tls.get()).certificateHash : undefined
    return listings.list()
      .filter(({ state, details }) => state === 'published' && details.chain_id === market.chainId && details.contract_address === market.contract)
      .map(({ id, details, url }) => ({
        id,
        title: details.title,
        url: new URL(details.meta_link, base).href,
        publishedUrl: url,
        certificateAgrees: details.tls?.certificateHash === certificateHash,
      }))
  }

  return {
    isOn: () => phase !== 'off',
    state: async () => {
      const authorisation = window.findAuthorisation()
      return {
        state: phase,
        reach: current === null ? null : reachOf(current.authorisation),
        localUrl: current?.serving.localUrl ?? null,
        publicUrl: current?.authorisation.publicUrl ?? null,
        listings: await listOnSale(),
        authorisation: authorisation === null ? null : {
          listings: authorisation.listings,
          functions: [...authorisedFunctions],
          maxGasPerDayWei: authorisation.maxGasPerDayWei.toString(),
          spentTodayWei: window.sumFeesSince(startOfDay(now())).toString(),
          grantedAt: authorisation.grantedAt,
        },
        since: current?.since ?? null,
        open: await listOpen(),
      }
    },
    on: async (authorisation) => {
      const serving = await start(authorisation)
      window.saveAuthorisation({ ...authorisation, port: serving.port })
      return serving
    },
    off: async () => {
      window.removeAuthorisation()
      await end()
    },
    cover: (listing) => {
      if (current === null || current.authorisation.listings.includes(listing)) return
      const authorisation = { ...current.authorisation, listings: [...current.authorisation.listings, listing] }
      window.saveAuthorisation(authorisation)
      current = { ...current, authorisation }
      changes.announce('serve')
    },
    resume: async () => {
      const authorisation = window.findAuthorisation()
      const network = host.networks.findActive()
      if (authorisation === null || network?.chainId !== authorisation.chainId || network.contract !== authorisation.contract) return
      await start(authorisation)
    },
    async* events(signal) {
      let last = 0
      for (;;) {
        const seen = broadcast.revision()
        for (const event of events.filter(({ id }) => id > last)) {
          last = event.id
          yield event
        }
        await broadcast.after(seen, signal)
        if (signal?.aborted === true) return
      }
    },
    close: end,
  }
}
