import { hashTerms, noArbiter, type ListingTerms, type PurchaseState } from '../../../src/host/chain/terms.ts'
import type { Action, Call, Movement, Outcome } from './market-calls.ts'

const day = 86_400

export interface ModelListing {
  readonly seller: string
  terms: ListingTerms
  url: string
  open: boolean
}

export interface ModelPurchase {
  readonly id: number
  readonly seller: string
  readonly buyer: string
  readonly terms: ListingTerms
  state: PurchaseState
  interactionOpened: boolean
  /** When the state began. */
  since: number
  heldWei: bigint
  requestHash: string | null
}

class Refusal extends Error {}

const refuseIf = (condition: boolean, name: string): void => {
  if (condition) throw new Refusal(name)
}

/** The last second of the clock that runs in the purchase's state, or null. */
export const findDeadline = ({ state, since, terms }: ModelPurchase): number | null => {
  if (state === 'Requested') return since + terms.deliverySeconds
  if (state === 'Delivered') return since + terms.expirationSeconds
  if (state === 'Disputed' && terms.arbiter !== noArbiter) return since + terms.disputeSeconds
  return null
}

/** escrow.md as a state machine in plain numbers: what each call must do, and what is then held, credited and burned. */
export class MarketModel {
  readonly listings: ModelListing[] = []
  readonly purchases: ModelPurchase[] = []
  readonly credits = new Map<string, bigint>()
  heldWei = 0n
  burnedWei = 0n
  readonly #minimumSeconds: number
  readonly #refusesEther: ReadonlySet<string>
  #moved: Movement[] = []

  constructor(minimumSeconds: number, refusesEther: ReadonlySet<string>) {
    this.#minimumSeconds = minimumSeconds
    this.#refusesEther = refusesEther
  }

  creditOf(account: string): bigint {
    return this.credits.get(account) ?? 0n
  }

  get creditedWei(): bigint {
    return [...this.credits.values()].reduce((sum, amountWei) => sum + amountWei, 0n)
  }

  apply(call: Call): Outcome {
    this.#moved = []
    try {
      this.#perform(call, call.action)
      return { moved: this.#moved }
    } catch (error) {
      if (error instanceof Refusal) return { refusal: error.message }
      throw error
    }
  }

  #perform(call: Call, action: Action): void {
    switch (action.kind) {
      case 'createListing':
        this.#checkTerms(action.terms)
        this.#checkUrl(action.url)
        this.listings.push({ seller: call.caller, terms: action.terms, url: action.url, open: true })
        return
      case 'reprice': {
        const listing = this.#ownListing(action.listing, call.caller)
        this.#checkTerms(action.terms)
        listing.terms = action.terms
        return
      }
      case 'relocate': {
        const listing = this.#ownListing(action.listing, call.caller)
        this.#checkUrl(action.url)
        listing.url = action.url
        return
      }
      case 'closeListing': {
        const listing = this.#ownListing(action.listing, call.caller)
        refuseIf(!listing.open, 'ListingIsClosed')
        listing.open = false
        return
      }
      case 'reopenListing': {
        const listing = this.#ownListing(action.listing, call.caller)
        refuseIf(listing.open, 'ListingIsOpen')
        listing.open = true
        return
      }
      case 'buy':
        this.#buy(call, action)
        return
      case 'withdraw':
        this.#withdraw(call.caller, call.caller)
        return
      case 'withdrawTo':
        this.#withdraw(call.caller, action.to)
        return
      default:
        this.#move(call, action, this.#purchase(action.purchase))
    }
  }

  #buy({ caller, payWei, at }: Call, action: Extract<Action, { kind: 'buy' }>): void {
    const listing = this.#listing(action.listing)
    const { terms, seller } = listing
    const totalWei = terms.valueWei + terms.guaranteeWei
    refuseIf(at > action.deadline, 'TooLate')
    refuseIf(!listing.open, 'ListingIsClosed')
    refuseIf(action.termsHash !== hashTerms(seller, terms), 'TermsChanged')
    refuseIf(totalWei > action.maxTotalWei, 'CostsMore')
    refuseIf(payWei !== totalWei, 'WrongPayment')
    this.heldWei += totalWei
    this.purchases.push({
      id: this.purchases.length + 1, seller, buyer: caller, terms, state: 'Paid', interactionOpened: false, since: at, heldWei: totalWei, requestHash: null,
    })
  }

  #move({ caller, payWei, at }: Call, action: Extract<Action, { readonly purchase: number }>, purchase: ModelPurchase): void {
    const { terms, seller, buyer } = purchase
    const deadline = findDeadline(purchase)
    const by = (party: string, refusal: string): void => { refuseIf(caller !== party, refusal) }
    const inState = (state: PurchaseState): void => { refuseIf(purchase.state !== state, 'WrongState') }
    const inTime = (): void => { refuseIf(deadline !== null && at > deadline, 'TooLate') }
    const afterTime = (): void => { refuseIf(deadline !== null && at <= deadline, 'NotYet') }
    const enter = (state: PurchaseState): void => {
      purchase.state = state
      purchase.since = at
    }
    switch (action.kind) {
      case 'openInteraction':
        by(buyer, 'NotTheBuyer')
        inState('Paid')
        refuseIf(purchase.interactionOpened, 'InteractionAlreadyOpen')
        purchase.interactionOpened = true
        this.#credit(purchase, seller, terms.interactionFeeWei)
        return
      case 'litigate':
        by(buyer, 'NotTheBuyer')
        if (purchase.state === 'Requested') afterTime()
        else inState('Paid')
        enter('Refunded')
        this.#credit(purchase, buyer, purchase.heldWei)
        return
      case 'requestResult':
        by(buyer, 'NotTheBuyer')
        inState('Paid')
        enter('Requested')
        purchase.requestHash = action.requestHash
        return
      case 'decline':
        by(seller, 'NotTheSeller')
        inState('Requested')
        enter('Refunded')
        this.#credit(purchase, buyer, purchase.heldWei)
        return
      case 'deliverResult':
        by(seller, 'NotTheSeller')
        inState('Requested')
        inTime()
        refuseIf(action.requestHash !== purchase.requestHash, 'WrongRequest')
        refuseIf(action.answerBytes < 1 || action.answerBytes > 8192, 'InvalidAnswerLength')
        refuseIf(payWei !== terms.guaranteeWei, 'WrongPayment')
        enter('Delivered')
        purchase.heldWei += payWei
        this.heldWei += payWei
        return
      case 'confirmResult':
      case 'reclaim':
        if (action.kind === 'confirmResult') by(buyer, 'NotTheBuyer')
        else by(seller, 'NotTheSeller')
        inState('Delivered')
        if (action.kind === 'reclaim') afterTime()
        enter('Settled')
        this.#credit(purchase, buyer, terms.guaranteeWei)
        this.#credit(purchase, seller, purchase.heldWei)
        return
      case 'dispute':
        by(buyer, 'NotTheBuyer')
        inState('Delivered')
        inTime()
        enter('Disputed')
        return
      case 'rule':
        by(terms.arbiter, 'NotTheArbiter')
        inState('Disputed')
        inTime()
        enter(action.forBuyer ? 'Refunded' : 'Settled')
        this.#credit(purchase, terms.arbiter, terms.guaranteeWei)
        this.#credit(purchase, action.forBuyer ? buyer : seller, purchase.heldWei)
        return
      case 'closeDispute': {
        inState('Disputed')
        afterTime()
        enter('Settled')
        this.#burn(purchase, 2n * terms.guaranteeWei)
        this.#credit(purchase, buyer, purchase.heldWei / 2n)
        this.#credit(purchase, seller, purchase.heldWei)
      }
    }
  }

  #withdraw(account: string, to: string): void {
    const amountWei = this.creditOf(account)
    refuseIf(amountWei === 0n, 'NothingToWithdraw')
    refuseIf(this.#refusesEther.has(to), 'PaymentRefused')
    this.credits.set(account, 0n)
    this.#moved.push({ event: 'Withdrawn', account, to, amountWei })
  }

  #credit(purchase: ModelPurchase, account: string, amountWei: bigint): void {
    purchase.heldWei -= amountWei
    this.heldWei -= amountWei
    this.credits.set(account, this.creditOf(account) + amountWei)
    this.#moved.push({ event: 'Credited', purchase: purchase.id, account, amountWei })
  }

  #burn(purchase: ModelPurchase, amountWei: bigint): void {
    purchase.heldWei -= amountWei
    this.heldWei -= amountWei
    this.burnedWei += amountWei
    this.#moved.push({ event: 'Burned', purchase: purchase.id, amountWei })
  }

  #listing(id: number): ModelListing {
    const listing = this.listings[id - 1]
    if (listing === undefined) throw new Refusal('UnknownListing')
    return listing
  }

  #ownListing(id: number, caller: string): ModelListing {
    const listing = this.#listing(id)
    refuseIf(listing.seller !== caller, 'NotTheSeller')
    return listing
  }

  #purchase(id: number): ModelPurchase {
    const purchase = this.purchases[id - 1]
    if (purchase === undefined) throw new Refusal('UnknownPurchase')
    return purchase
  }

  #checkTerms(terms: ListingTerms): void {
    refuseIf(terms.valueWei === 0n, 'ValueIsZero')
    refuseIf(terms.interactionFeeWei > terms.valueWei, 'FeeAboveValue')
    refuseIf(terms.arbiter === noArbiter && 2n * terms.guaranteeWei < terms.valueWei, 'GuaranteeTooLow')
    const times = [terms.deliverySeconds, terms.expirationSeconds, terms.disputeSeconds]
    refuseIf(times.some((seconds) => seconds < this.#minimumSeconds || seconds > 365 * day), 'TimeOutOfRange')
    refuseIf(BigInt(terms.detailsHash) === 0n, 'MissingHash')
  }

  #checkUrl(url: string): void {
    refuseIf(url.length === 0 || url.length > 256, 'InvalidUrlLength')
  }
}
