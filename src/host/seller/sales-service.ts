import type { Market, PurchaseOnChain, PurchaseState } from '../chain/market.ts'
import { AppError } from '../../shared/errors.ts'
import type { ListingStore } from './listing-store.ts'
import { declineKey } from './move-keys.ts'
import type { SaleStore, SaleSummary } from './sale-store.ts'

export interface SaleView {
  readonly onChain: PurchaseOnChain
  /** The listing's id in this profile; null for one made elsewhere with the same wallet. */
  readonly listing: string | null
  readonly sale: SaleSummary | null
  /** Whether the money can be reclaimed now: delivered, and the buyer's time is over. */
  readonly reclaimable: boolean
}

export interface SalesService {
  list(): Promise<readonly SaleView[]>
  /** Throws `access.forbidden` where another wallet sold it. */
  show(purchase: bigint): Promise<SaleView & { readonly programText: string }>
  /**
   * Those that may still need a move: what was seen closed, deep enough to stay so, is not asked about again, so that a look costs what is
   * open and not what was ever sold.
   */
  listOpen(): Promise<readonly SaleView[]>
  decline(purchase: bigint): Promise<PurchaseOnChain>
  reclaim(purchase: bigint): Promise<PurchaseOnChain>
}

/** Blocks below which no reorganisation is expected on any chain we name: two of Ethereum's epochs. */
const finalDepth = 64
const closedStates: readonly PurchaseState[] = ['Settled', 'Refunded']

/** So many purchases are asked of the chain at once. */
const batchSize = 50

const inBatches = async <Item, Outcome>(items: readonly Item[], act: (item: Item) => Promise<Outcome>): Promise<Outcome[]> => {
  const outcomes: Outcome[] = []
  for (let start = 0; start < items.length; start += batchSize) {
    outcomes.push(...await Promise.all(items.slice(start, start + batchSize).map(act)))
  }
  return outcomes
}

/** What was sold, as the contract tells it, with what this profile knows beside it. */
export const createSalesService = (market: Market, listings: ListingStore, sales: SaleStore): SalesService => {
  /** Not one of a purchase that bore the number before a reorganisation. */
  const findSale = ({ id, requestHash }: PurchaseOnChain): SaleSummary | null => {
    const sale = sales.summarise(id)
    return BigInt(requestHash) === 0n || sale?.requestHash === requestHash ? sale : null
  }
  const toView = (onChain: PurchaseOnChain, now: number): SaleView => ({
    onChain,
    listing: listings.findByNumber(market, onChain.listing)?.id ?? null,
    sale: findSale(onChain),
    reclaimable: onChain.state === 'Delivered' && now > onChain.deadlineSeconds,
  })
  const readMine = async (purchase: bigint): Promise<PurchaseOnChain> => {
    const onChain = await market.readPurchase(purchase)
    const { seller } = onChain
    if (seller !== market.account) throw new AppError('access.forbidden', `Purchase ${purchase} was sold by another wallet.`, { details: { seller } })
    return onChain
  }
  const over = new Set<bigint>()
  const noteIfOver = async ({ onChain: { id, state } }: SaleView): Promise<void> => {
    if (!closedStates.includes(state)) return
    const deep = await market.findPurchase(id, { confirmations: finalDepth })
    if (deep !== null && closedStates.includes(deep.state)) over.add(id)
  }
  const showAll = async (skip: ReadonlySet<bigint>): Promise<readonly SaleView[]> => {
    const now = await market.readTime()
    const numbers = await market.findPurchases({ seller: market.account })
    return inBatches(numbers.filter((number) => !skip.has(number)), async (number) => toView(await market.readPurchase(number), now))
  }
  return {
    list: () => showAll(new Set()),
    show: async (number) => {
      const view = toView(await readMine(number), await market.readTime())
      return { ...view, programText: view.sale === null ? '' : sales.find(number)?.program ?? '' }
    },
    listOpen: async () => {
      const views = await showAll(over)
      await inBatches(views, noteIfOver)
      return views
    },
    decline: async (purchase) => {
      const onChain = await readMine(purchase)
      await market.decline(declineKey(purchase, onChain.requestHash), purchase)
      const sale = findSale(onChain)
      if (sale !== null && sale.state !== 'declined') sales.finish(sale, 'declined')
      return market.readPurchase(purchase)
    },
    reclaim: async (purchase) => {
      await readMine(purchase)
      await market.reclaim(`purchase:${purchase}:reclaim`, purchase)
      return market.readPurchase(purchase)
    },
  }
}
