import type { DisputeJson } from '../../shared/window-contract/disputes.ts'
import { isAppError } from '../../shared/errors.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import type { Trade } from '../create-host.ts'
import { noArbiter, type PurchaseOnChain } from '../chain/market.ts'
import { computeVerdict, evidenceSchema, readDisputed } from '../protocol/evidence.ts'
import { findTrade, type WindowContext } from './context.ts'
import { toTermsJson } from './documents.ts'
import type { Handlers } from './handlers.ts'

const rolesOf = ({ buyer, seller, terms }: PurchaseOnChain, account: string): DisputeJson['roles'] => {
  const parties = [['buyer', buyer], ['seller', seller], ['arbiter', terms.arbiter]] as const
  return parties.filter(([, address]) => address === account).map(([role]) => role)
}

const findOwnPurchase = ({ purchases }: Trade, number: bigint) => {
  try {
    return purchases.get(number)
  } catch (error) {
    if (isAppError(error, 'input.not-found')) return null
    throw error
  }
}

const toDispute = async (trade: Trade, onChain: PurchaseOnChain, nowSeconds: number): Promise<DisputeJson> => {
  const { market, listings } = trade
  const bought = findOwnPurchase(trade, onChain.id)
  const sold = listings.list().find(({ details, number }) => number === onChain.listing
    && details.chain_id === market.chainId && details.contract_address.toLowerCase() === market.contract.toLowerCase())
  const roles = rolesOf(onChain, trade.market.account)
  const hasArbiter = onChain.terms.arbiter !== noArbiter
  const inTime = nowSeconds <= onChain.deadlineSeconds
  return {
    purchase: onChain.id.toString(),
    listing: onChain.listing.toString(),
    title: (bought ?? sold)?.details.title ?? null,
    url: bought?.url ?? (await market.readListing(onChain.listing)).url,
    detailsHash: onChain.terms.detailsHash,
    seller: onChain.seller,
    buyer: onChain.buyer,
    roles,
    terms: toTermsJson(onChain.terms),
    heldWei: onChain.heldWei.toString(),
    disputedAtSeconds: onChain.disputedAtSeconds,
    deadlineSeconds: hasArbiter ? onChain.deadlineSeconds : null,
    rulable: roles.includes('arbiter') && inTime,
    closable: !hasArbiter || !inTime,
    hasEvidence: roles.includes('buyer') && typeof bought?.request === 'string',
  }
}

/** Open disputes, from every side: the buyer's evidence, the arbiter's verdict, and closing what nobody rules on. */
export const createDisputesHandlers = ({ host }: Pick<WindowContext, 'host'>): Handlers<'disputes'> => ({
  list: async () => {
    const trade = await findTrade(host)
    if (trade === null) return []
    const { market } = trade
    const nowSeconds = await market.readTime()
    const purchases = await Promise.all((await market.findDisputed()).map((number) => market.readPurchase(number)))
    const disputes = await Promise.all(purchases.filter(({ state }) => state === 'Disputed').map((onChain) => toDispute(trade, onChain, nowSeconds)))
    return disputes.sort((left, right) => right.roles.length - left.roles.length)
  },
  evidence: async ({ purchase }) => {
    const evidence = await (await host.trade()).purchases.disclose(BigInt(purchase))
    return { fileName: `evidence-${purchase}.json`, json: `${JSON.stringify(evidence, null, 2)}\n` }
  },
  judge: async ({ json }) => {
    const evidence = parseJsonAs(evidenceSchema, json, 'the evidence file', 'input.evidence-invalid')
    const { market } = await host.trade()
    const onChain = await market.readPurchase(BigInt(evidence.request.purchase))
    const verdict = computeVerdict(evidence, market, onChain)
    const disputed = verdict.for === null ? null : readDisputed(evidence)
    const { arbiter } = onChain.terms
    return {
      purchase: onChain.id.toString(), state: onChain.state, seller: onChain.seller, buyer: onChain.buyer, ...verdict,
      arbiter: arbiter === noArbiter ? null : arbiter,
      rulable: arbiter === market.account && onChain.state === 'Disputed' && await market.readTime() <= onChain.deadlineSeconds,
      disputed: disputed === null ? null : { ...disputed, columns: [...disputed.columns] },
    }
  },
})
