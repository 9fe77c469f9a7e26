import { AppError } from '../../shared/errors.ts'
import { formatEther } from '../../shared/units.ts'
import { warnSellerOfDisputes } from '../../shared/dispute-warnings.ts'
import type { Move } from '../../shared/window-contract/signing.ts'
import type { Host, Trade } from '../create-host.ts'
import { deployMarket, encodeDeployment } from '../chain/deploy.ts'
import { noArbiter, toDisputeTerms, type ListingTerms } from '../chain/market.ts'
import { toContractTerms } from '../chain/terms.ts'
import { usualGuaranteeWei } from '../../shared/usual-terms.ts'
import type { StoredListing } from '../seller/listing-store.ts'
import { decodeCall, type MovePlan, type PlannedCall } from './move-plan.ts'

type MoveOf<Kind extends Move['kind']> = Extract<Move, { kind: Kind }>

/** What every plan of a single call has in common. */
export const planCall = ({ market }: Trade, planned: PlannedCall): Pick<MovePlan, 'call' | 'estimate'> => ({
  call: decodeCall(market.contract, planned),
  estimate: () => market.estimate(planned.function, planned.args, planned.valueWei),
})

export const describeDeadlines = (terms: ListingTerms): MovePlan['deadlines'] => [
  { what: 'The seller’s time to answer a request', seconds: terms.deliverySeconds },
  { what: 'The buyer’s time to confirm or dispute an answer', seconds: terms.expirationSeconds },
  ...(terms.arbiter === noArbiter ? [] : [{ what: 'The arbiter’s time to rule on a dispute', seconds: terms.disputeSeconds }]),
]

const nothing = {
  warnings: [], counterparty: null, priceWei: null, guaranteeWei: null, deadlines: [], termsHash: null, stoppable: false,
} as const

/** The practice chain asks for the shortest times a contract may allow; real networks for an hour (escrow.md). */
const minimumSecondsFor = (kind: string): number => (kind === 'practice' ? 1 : 3600)

export const planDeploy = async (host: Host): Promise<MovePlan> => {
  const network = host.networks.getActive()
  if (network.contract !== null) {
    throw new AppError('input.already-exists', `Network ${network.name} already trades at ${network.contract}.`, { details: { contract: network.contract } })
  }
  const { outbox } = await host.chain()
  const minimumSeconds = minimumSecondsFor(network.kind)
  return {
    ...nothing,
    kind: 'deploy',
    title: `Deploy a market contract on ${network.name}`,
    words: ['A market contract of your own is put on this network, and this profile trades there from then on.',
      'Nobody owns it afterwards: it has no administrator, and it cannot be changed.'],
    subject: network.name,
    call: { to: null, function: 'constructor', args: [{ name: 'minimumSeconds', value: String(minimumSeconds) }] },
    estimate: () => outbox.estimate({ to: null, data: encodeDeployment(minimumSeconds), valueWei: 0n }),
    carryOut: async () => {
      const { address } = await deployMarket({ outbox, minimumSeconds })
      host.networks.save({ ...network, contract: address })
      return { kind: 'contract', contract: address }
    },
  }
}

const planPublish = (trade: Trade, listing: StoredListing): MovePlan => {
  const { terms, url, details } = listing
  return {
    ...nothing,
    ...planCall(trade, { function: 'createListing', args: [toContractTerms(terms), url], valueWei: 0n }),
    kind: 'publish',
    title: `Publish “${details.title}”`,
    words: [
      `Anybody can then buy one answer at a time for ${formatEther(terms.valueWei)} ether and a guarantee of ${formatEther(terms.guaranteeWei)} ether, which they get back.`,
      'For each answer you deposit the same guarantee until the buyer confirms, disputes, or stays silent for too long.',
      'Terms, address and the hash of the details stand on the chain for good.',
    ],
    warnings: warnSellerOfDisputes(toDisputeTerms(terms, details.seller)),
    subject: listing.id,
    priceWei: terms.valueWei,
    guaranteeWei: terms.guaranteeWei,
    deadlines: describeDeadlines(terms),
    carryOut: async () => {
      await trade.listings.publish(listing.id, listing)
      return { kind: 'listing', listing: listing.id }
    },
  }
}

const planChange = (
  trade: Trade, listing: StoredListing, kind: MovePlan['kind'], planned: PlannedCall, said: Pick<MovePlan, 'title' | 'words'>, act: () => Promise<unknown>,
): MovePlan => ({
  ...nothing,
  ...planCall(trade, planned),
  ...said,
  kind,
  subject: listing.id,
  carryOut: async () => {
    await act()
    return { kind: 'listing', listing: listing.id }
  },
})

const planReprice = (trade: Trade, listing: StoredListing, number: bigint, move: MoveOf<'reprice'>): MovePlan => {
  const valueWei = BigInt(move.valueWei)
  const hasArbiter = listing.terms.arbiter !== noArbiter
  const terms: ListingTerms = {
    ...listing.terms,
    valueWei,
    guaranteeWei: move.guaranteeWei === undefined ? usualGuaranteeWei(valueWei, hasArbiter) : BigInt(move.guaranteeWei),
    interactionFeeWei: move.interactionFeeWei === undefined ? listing.terms.interactionFeeWei : BigInt(move.interactionFeeWei),
  }
  const { guaranteeWei, interactionFeeWei } = terms
  return {
    ...planChange(trade, listing, 'reprice', { function: 'reprice', args: [number, toContractTerms(terms)], valueWei: 0n }, {
      title: `Give “${listing.details.title}” a new price`,
      words: [
        `New purchases cost ${formatEther(valueWei)} ether with a guarantee of ${formatEther(guaranteeWei)} ether; until now it was ${formatEther(listing.terms.valueWei)} ether.`,
        'Purchases made before keep the terms they were made under.',
      ],
    }, () => trade.listings.reprice(listing.id, { valueWei, guaranteeWei, interactionFeeWei })),
    warnings: warnSellerOfDisputes(toDisputeTerms(terms, listing.details.seller)),
    priceWei: valueWei,
    guaranteeWei,
    deadlines: describeDeadlines(terms),
  }
}

/** Moves of the seller's own listings. Throws `input.not-found`, `escrow.wrong-state` for one that was not published. */
export const planListingMove = (trade: Trade, move: MoveOf<'publish' | 'close' | 'open' | 'reprice' | 'relocate'>): MovePlan => {
  const listing = trade.listings.show(move.listing)
  if (move.kind === 'publish') {
    if (listing.number === null) return planPublish(trade, listing)
    throw new AppError('escrow.wrong-state', `Listing ${listing.id} is published already.`, { details: { listing: listing.id } })
  }
  const { number } = listing
  if (number === null) throw new AppError('escrow.wrong-state', `Listing ${listing.id} has not been published yet.`, { details: { listing: listing.id } })
  const { title, meta_link: path } = listing.details
  switch (move.kind) {
    case 'close':
      return planChange(trade, listing, 'close', { function: 'closeListing', args: [number], valueWei: 0n }, {
        title: `Close “${title}”`,
        words: ['Nobody can buy from it any more, until you open it again.', 'Purchases under way go on: keep serving until they have ended.'],
      }, () => trade.listings.close(listing.id))
    case 'open':
      return planChange(trade, listing, 'open', { function: 'reopenListing', args: [number], valueWei: 0n }, {
        title: `Open “${title}” again`, words: ['It can be bought again, on the same terms.'],
      }, () => trade.listings.open(listing.id))
    case 'relocate': {
      const url = URL.canParse(path, move.serverUrl) ? new URL(path, move.serverUrl).href : move.serverUrl
      return planChange(trade, listing, 'relocate', { function: 'relocate', args: [number, url], valueWei: 0n }, {
        title: `Move “${title}” to another address`, words: [`Buyers will look for it at ${url}; those with a purchase under way, too.`],
      }, () => trade.listings.relocate(listing.id, move.serverUrl))
    }
    case 'reprice':
      return planReprice(trade, listing, number, move)
  }
}
