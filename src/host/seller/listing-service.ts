import { getAddress } from 'ethers'
import { decryptionProofBytes, isProvable } from '../../crypto/decryption-proof.ts'
import { findTableColumns } from '../../compute/products.ts'
import type { KeyBits } from '../../crypto/types.ts'
import type { DisclosedPolicy, Policy, PolicyMode, PrivatePolicy, Details } from '../../shared/schemas/details.ts'
import { AppError, isAppError } from '../../shared/errors.ts'
import { mostWei } from '../../shared/units.ts'
import { usualAnswerCells, usualFeeWei, usualGuaranteeWei } from '../../shared/usual-terms.ts'
import type { ProfileDatabase } from '../storage/database.ts'
import type { DatasetService } from '../datasets/dataset-service.ts'
import type { ImportReport } from '../datasets/import-report.ts'
import { hashTerms, type Market, type ListingTerms } from '../chain/market.ts'
import { answerMaskBits } from '../../policy/private.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { sealedLength, sealedLimit } from '../protocol/answer-codec.ts'
import { assertPlainWords, encodeDetails, hashDetails } from '../trade/details-document.ts'
import type { AttackReport } from '../../policy/rehearse.ts'
import { assertMomentsSafe, assertNoGroupsAnswered } from './assert-moments.ts'
import { rehearseListing } from './rehearse-listing.ts'
import { createListingStore, type StoredListing } from './listing-store.ts'
import { createTurns } from './turns.ts'

export interface ListingDraft {
  readonly dataset: string
  /** By default the dataset's name with a running number. */
  readonly id?: string
  readonly title?: string
  readonly description?: string
  readonly valueWei: bigint
  readonly guaranteeWei?: bigint
  readonly interactionFeeWei?: bigint
  readonly deliverySeconds?: number
  readonly expirationSeconds?: number
  readonly disputeSeconds?: number
  readonly arbiter?: string
  /** Where the seller's server answers: scheme and host; the details URL follows from it. */
  readonly serverUrl: string
  /** `disclosed` by default: the buyer shows the program. In `private` mode nobody but the buyer knows it. */
  readonly mode?: PolicyMode
  /** In `disclosed` mode alone. */
  readonly minRows?: number
  readonly condition?: number
  readonly maxAnswerCells?: number
  readonly maxAnswerBits?: number
  /** Different numbers answered from the source in all; by default half as many as the table has cells, in `private` mode far fewer. */
  readonly maxTotalCells?: number
  /** Different comparisons answered from the source in all, while scripts run; by default none. */
  readonly comparisons?: number
  /** Products of two encrypted cells made in all, in `private` mode; by default none. */
  readonly products?: number
  readonly confirmations?: number
  /** SHA-256 of the certificate that the server shows where no authority signs for it; buyers then take no other. */
  readonly certificateHash?: string
  /** A draft whose place this one takes, id and all. */
  readonly replaces?: string
}

export interface ListingService {
  /** Writes a draft down. Throws `escrow.wrong-terms` for what cannot stand, `input.*` for names, addresses and second moments. */
  create(draft: ListingDraft): Promise<StoredListing>
  /** `shown`: the draft as its seller agreed to it. Throws `escrow.wrong-state` where another was written in its place since. */
  publish(id: string, shown?: StoredListing): Promise<StoredListing>
  close(id: string): Promise<StoredListing>
  open(id: string): Promise<StoredListing>
  reprice(id: string, change: Pick<ListingDraft, 'guaranteeWei' | 'interactionFeeWei'> & { readonly valueWei: bigint }): Promise<StoredListing>
  /** `serverUrl` as in a draft. */
  relocate(id: string, serverUrl: string): Promise<StoredListing>
  /** What the known attacks would get out of the listing now, by itself and with the others of its source; nothing is counted. */
  rehearse(id: string): readonly AttackReport[]
  /** Takes a draft out of the profile. Throws `escrow.wrong-state` for what was published, or is being. */
  discard(id: string): Promise<void>
  list(): readonly StoredListing[]
  /** Throws `input.not-found`. */
  show(id: string): StoredListing
}

export interface ListingServiceDependencies {
  readonly database: ProfileDatabase
  readonly datasets: DatasetService
  readonly ledger: Ledger
  readonly market: () => Promise<Market>
  readonly now: () => Date
}

const hourSeconds = 3600
const defaults = { deliverySeconds: hourSeconds, expirationSeconds: 24 * hourSeconds, disputeSeconds: 7 * 24 * hourSeconds }
const noArbiter = '0x0000000000000000000000000000000000000000'

/** Whether scripts may ask the key holder while they run. */
const sellsHelp = ({ comparisons = 0, products = 0 }: Pick<ListingDraft, 'comparisons' | 'products'>): boolean => comparisons > 0 || products > 0

const createTerms = (draft: ListingDraft, detailsHash: string): ListingTerms => {
  const arbiter = draft.arbiter === undefined ? noArbiter : getAddress(draft.arbiter)
  return {
    valueWei: draft.valueWei,
    guaranteeWei: draft.guaranteeWei ?? usualGuaranteeWei(draft.valueWei, arbiter !== noArbiter),
    interactionFeeWei: draft.interactionFeeWei ?? (sellsHelp(draft) ? usualFeeWei(draft.valueWei) : 0n),
    deliverySeconds: draft.deliverySeconds ?? defaults.deliverySeconds,
    expirationSeconds: draft.expirationSeconds ?? defaults.expirationSeconds,
    disputeSeconds: draft.disputeSeconds ?? defaults.disputeSeconds,
    arbiter,
    detailsHash,
  }
}

/** What the contract would refuse is refused here first, in words and for free. */
const assertTerms = (terms: ListingTerms, help: Pick<ListingDraft, 'comparisons' | 'products'>): void => {
  if (terms.valueWei <= 0n) throw new AppError('escrow.wrong-terms', 'The price must be more than nothing.')
  if (terms.valueWei > mostWei || terms.guaranteeWei > mostWei) throw new AppError('escrow.wrong-terms', 'Price or guarantee is more than the contract can hold.')
  if (terms.guaranteeWei < 0n || terms.interactionFeeWei < 0n) throw new AppError('escrow.wrong-terms', 'Amounts cannot be negative.')
  if (terms.interactionFeeWei > terms.valueWei) throw new AppError('escrow.wrong-terms', 'The interaction fee is larger than the price it is part of.')
  if (terms.interactionFeeWei === 0n && sellsHelp(help)) {
    throw new AppError('escrow.wrong-terms', 'Comparisons and products need an interaction fee: without one a buyer uses them up, and takes the whole price back.')
  }
  if (terms.arbiter === noArbiter && terms.guaranteeWei * 2n < terms.valueWei) {
    throw new AppError('escrow.wrong-terms', 'Without an arbiter the guarantee must be at least half the price; otherwise disputing costs too little.', {
      details: { valueWei: terms.valueWei.toString(), guaranteeWei: terms.guaranteeWei.toString() },
    })
  }
}

type Limits = Pick<ListingDraft, 'mode' | 'comparisons' | 'products' | 'minRows' | 'condition' | 'maxAnswerCells' | 'maxAnswerBits'>

const createDisclosedPolicy = (draft: Limits, rows: number): DisclosedPolicy => {
  const minRows = draft.minRows ?? 10
  if (minRows > 1 && (draft.comparisons ?? 0) > 0) {
    throw new AppError('escrow.wrong-terms', `Comparisons are of single rows: with a minimum of ${minRows} rows behind every cell none could be answered. Sell them with a minimum of 1, or not at all.`)
  }
  if ((draft.products ?? 0) > 0) {
    throw new AppError('escrow.wrong-terms', 'Products of encrypted cells are sold in private mode only: leave them out and offer second moments, or choose private mode.')
  }
  if (minRows > rows) {
    throw new AppError('escrow.wrong-terms', `With a minimum of ${minRows} rows behind every cell, a table of ${rows} rows could answer nothing.`, {
      details: { minRows, rows },
    })
  }
  return { mode: 'disclosed', minRows, condition: draft.condition ?? 2, maxAnswerCells: draft.maxAnswerCells ?? usualAnswerCells,
    maxAnswerBits: draft.maxAnswerBits ?? 192 }
}

const createPrivatePolicy = (
  { minRows, condition = 2, maxAnswerCells = 16, maxAnswerBits = 128 }: Limits,
): PrivatePolicy => {
  if (minRows !== undefined) {
    throw new AppError('escrow.wrong-terms', 'In private mode the seller does not see what is asked, so no minimum of rows can be held; leave it out, or choose disclosed mode.')
  }
  if (maxAnswerBits <= answerMaskBits) {
    throw new AppError('escrow.wrong-terms', `In private mode a mask takes ${answerMaskBits} bits of every number: ${maxAnswerBits} bits leave nothing to ask for.`, { details: { maxAnswerBits } })
  }
  return { mode: 'private', condition, maxAnswerCells, maxAnswerBits }
}

/** The limits of a draft, with what is usual for those it does not name. Throws `escrow.wrong-terms` for what cannot stand. */
export const createPolicy = (draft: Limits, rows: number, keyBits: KeyBits): Policy => {
  const policy = draft.mode === 'private' ? createPrivatePolicy(draft) : createDisclosedPolicy(draft, rows)
  if (!(policy.condition > 0)) throw new AppError('escrow.wrong-terms', '`condition` must be a number above 0.')
  if (!isProvable(policy.maxAnswerCells, policy.maxAnswerBits, keyBits)) {
    throw new AppError('escrow.wrong-terms', `Under a key of ${keyBits} bits, answers of ${policy.maxAnswerBits} bits are too large to be proved.`, {
      details: { keyBits, maxAnswerBits: policy.maxAnswerBits, maxAnswerCells: policy.maxAnswerCells },
    })
  }
  const bytes = sealedLength(policy.maxAnswerCells, policy.maxAnswerBits, decryptionProofBytes(keyBits))
  if (bytes > sealedLimit) {
    throw new AppError('escrow.wrong-terms', `The largest permitted answer would take ${bytes} bytes sealed; the contract carries ${sealedLimit}.`, {
      details: { bytes, limit: sealedLimit, maxAnswerCells: policy.maxAnswerCells, maxAnswerBits: policy.maxAnswerBits },
    })
  }
  return policy
}

/**
 * Half the table's numbers, derived columns left out; in private mode four answers of the largest size, since each cell can hold several
 * raw values.
 */
/** What buyers are told of missing values; nothing where none were missing. */
const describeGaps = ({ rowsDropped, columns }: ImportReport): Pick<Details, 'preparation'> => {
  const filled = columns.flatMap(({ name, filled: cells, filledWith }) =>
    (filledWith === null || cells === 0 ? [] : [{ column: name, cells, with: filledWith }]))
  return rowsDropped === 0 && filled.length === 0 ? {} : { preparation: { rowsDropped, filled } }
}

export const defaultTotalCells = ({ mode, maxAnswerCells }: Policy, rows: number, columns: readonly { readonly name: string }[]): number =>
  (mode === 'disclosed' ? Math.ceil((rows * findTableColumns(columns).length) / 2) : 4 * maxAnswerCells)

const createDetailsUrl = (serverUrl: string, { meta_link }: Details): string => {
  if (!URL.canParse(serverUrl) || !/^https?:$/.test(new URL(serverUrl).protocol)) {
    throw new AppError('input.url-invalid', `${serverUrl.slice(0, 200)} is not the http(s) address of a server.`, { details: { url: serverUrl.slice(0, 200) } })
  }
  return new URL(meta_link, serverUrl).href
}

/** What a signature for a draft is over: its terms, which hold the hash of its details, and its address. */
const fingerprint = ({ details, terms, url }: StoredListing): string => `${hashTerms(details.seller, terms)} ${url}`

export const createListingService = ({ database, datasets, ledger, market, now }: ListingServiceDependencies): ListingService => {
  const store = createListingStore(database)

  /** The listings of a dataset's source, by what does not change of them. */
  const nameListed = (dataset: string): string =>
    JSON.stringify(ledger.listOffers(dataset).map((offer) => [offer.id, offer.dataset, offer.moments]))

  /** A draft's details, and beside which listings they were judged. */
  const describe = async (draft: ListingDraft, id: string): Promise<{ readonly details: Details; readonly listed: string }> => {
    await datasets.certify(draft.dataset)
    ledger.register(draft.dataset)
    const listed = nameListed(draft.dataset)
    const data = datasets.readTensor(draft.dataset, 'data')
    const test = datasets.readTensor(draft.dataset, 'test')
    const { chainId, contract, account } = await market()
    const policy = createPolicy(draft, data.commitment.rows, data.commitment.key.bits)
    ledger.assertMode(draft.dataset, policy.mode)
    await ledger.assertApart(draft.dataset)
    await ledger.assertListable(draft.dataset, policy)
    // In private mode any cell can be got, up to the limits: what sums give away is no concern there.
    if (policy.mode === 'disclosed') assertMomentsSafe(draft.dataset, policy.minRows, { datasets, ledger })
    const columns = datasets.readColumns(draft.dataset)
    const base = `/v1/listings/${id}`
    const details: Details = {
      version: 1,
      title: draft.title ?? draft.dataset,
      description: draft.description ?? '',
      seller: account,
      chain_id: chainId,
      contract_address: contract,
      listing: id,
      num_rows: [data.commitment.rows, data.commitment.columns],
      condition: policy.condition,
      meta_link: base,
      test_link: `${base}/test`,
      test_result_link: `${base}/test/results`,
      data_link: '/v1/purchases/:id/data',
      result_link: '/v1/purchases/:id/result',
      columns: [...columns],
      ...describeGaps(datasets.show(draft.dataset).report),
      policy,
      budgets: {
        totalCells: draft.maxTotalCells ?? defaultTotalCells(policy, data.commitment.rows, columns),
        comparisons: draft.comparisons ?? 0,
        products: draft.products ?? 0,
      },
      dataset: data.commitment,
      test: test.commitment,
      confirmations: draft.confirmations ?? 1,
      ...(draft.certificateHash === undefined ? {} : { tls: { certificateHash: draft.certificateHash } }),
      proof: 'dj-batch-1',
    }
    return { details, listed }
  }

  type Change = (listing: StoredListing & { readonly number: bigint }, market: Market) => Promise<unknown>

  /** What the contract says of a listing is what is written down here. */
  const note = async (id: string, number: bigint, chain: Market): Promise<StoredListing> => {
    const { terms, url, open } = await chain.readListing(number)
    return store.update(id, { terms, url, state: open ? 'published' : 'closed' })
  }

  /** One change on chain, then noted here: interrupted in between, the same key gives the earlier outcome again. */
  const change = async (id: string, act: Change): Promise<StoredListing> => {
    const listing = store.show(id)
    const { number } = listing
    if (number === null) throw new AppError('escrow.wrong-state', `Listing ${id} has not been published yet.`, { details: { listing: id } })
    const chain = await market()
    try {
      await act({ ...listing, number }, chain)
    } catch (error) {
      if (!isAppError(error, 'chain.key-reused')) throw error
      // Another change was sent in this one's place, and a stop kept it from being noted: this one comes after it.
      await act({ ...await note(id, number, chain), number }, chain)
    }
    return note(id, number, chain)
  }

  const creationKey = (id: string): string => `listing:${id}:create`

  /** What nobody can have bought of yet. Throws `escrow.wrong-state` for what was published, or is being. */
  const assertUnpublished = (id: string, chain: Market): void => {
    if (store.show(id).number === null && !chain.wasSent(creationKey(id))) return
    throw new AppError('escrow.wrong-state', `Listing ${id} is published, or about to be: it can be closed, not taken out.`, { details: { listing: id } })
  }

  const publishOne: ListingService['publish'] = async (id, shown) => {
    const listing = store.show(id)
    if (listing.number !== null) return listing
    const { dataset, details: { policy } } = listing
    // Before anything is sent: from here on the table is sold in this mode or not at all, and others are judged beside it.
    const isClaimed = await ledger.claimMode(dataset, policy, () => {
      if (policy.mode === 'disclosed') assertNoGroupsAnswered(dataset, policy.minRows, { datasets, ledger })
      return store.claim(listing)
    })
    const chain = await market()
    // The draft may have been taken out meanwhile, or another one written in its place.
    const found = store.show(id)
    if (shown !== undefined && fingerprint(shown) !== fingerprint(found)) {
      throw new AppError('escrow.wrong-state', `Listing ${id} was changed since it was agreed to: look at it again, and publish it then.`, { details: { listing: id } })
    }
    // Then that one is judged too, and where its table has got another name, the table that has it.
    if (!isClaimed || found.text !== listing.text) return publishOne(id, shown)
    const { number } = await chain.createListing(creationKey(id), found.terms, found.url)
    return store.update(id, { number, state: 'published' })
  }
  /**
   * The next one is judged beside what this one adds, as it is in another process. One wallet's transactions wait for one another anyway.
   */
  const inTurn = createTurns(1)

  return {
    create: async (draft) => {
      const chain = await market()
      const { replaces } = draft
      if (replaces !== undefined) assertUnpublished(replaces, chain)
      const id = replaces ?? draft.id ?? store.createId(draft.dataset)
      assertPlainWords({ title: draft.title ?? draft.dataset, description: draft.description ?? '', columns: [] }, 'input.invalid')
      for (;;) {
        const { details, listed } = await describe(draft, id)
        assertPlainWords(details, 'input.invalid')
        const text = encodeDetails(details)
        const terms = createTerms(draft, hashDetails(text))
        assertTerms(terms, draft)
        const url = createDetailsUrl(draft.serverUrl, details)
        const made = { id, dataset: draft.dataset, details, text, terms, url, createdAt: now().toISOString() }
        const listing = database.transaction((): StoredListing | null => {
          // Its second moments were judged beside other drafts too: where another process has written one since, they are judged again.
          if (nameListed(draft.dataset) !== listed) return null
          if (replaces !== undefined) {
            assertUnpublished(replaces, chain)
            store.remove(replaces)
          }
          return store.insert(made)
        }).immediate()
        if (listing !== null) return listing
      }
    },

    publish: (id, shown) => inTurn(() => publishOne(id, shown)),

    close: (id) => change(id, ({ number, revision }, chain) => chain.closeListing(`listing:${id}:close:${revision}`, number)),

    open: (id) => change(id, ({ number, revision }, chain) => chain.reopenListing(`listing:${id}:open:${revision}`, number)),

    reprice: (id, { valueWei, guaranteeWei, interactionFeeWei }) => change(id, async ({ number, terms, revision, details }, chain) => {
      const next: ListingTerms = {
        ...terms,
        valueWei,
        guaranteeWei: guaranteeWei ?? usualGuaranteeWei(valueWei, terms.arbiter !== noArbiter),
        interactionFeeWei: interactionFeeWei ?? terms.interactionFeeWei,
      }
      assertTerms(next, details.budgets)
      await chain.reprice(`listing:${id}:reprice:${revision}`, number, next)
    }),

    relocate: (id, serverUrl) => change(id, ({ number, revision, details }, chain) =>
      chain.relocate(`listing:${id}:relocate:${revision}`, number, createDetailsUrl(serverUrl, details))),

    discard: async (id) => {
      assertUnpublished(id, await market())
      store.remove(id)
    },

    rehearse: (id) => rehearseListing(store.show(id), { datasets, ledger, show: store.show }),
    list: () => store.list(),
    show: (id) => store.show(id),
  }
}
