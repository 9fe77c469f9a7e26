import { Interface, type Result } from 'ethers'
import type { ErrorCode } from '../../shared/error-codes.ts'
import { AppError, type ErrorDetails } from '../../shared/errors.ts'
import { formatEther } from '../../shared/units.ts'
import { marketInterface } from './artifact.ts'
import { purchaseStates } from './terms.ts'

interface Explanation {
  readonly code: ErrorCode
  readonly say: (args: Result) => string
}

const ether = (wei: unknown): string => `${formatEther(BigInt(String(wei)))} ether`
const state = (index: unknown): string => purchaseStates[Number(index)] ?? `unknown state ${String(index)}`
const at = (seconds: unknown): string => new Date(Number(seconds) * 1000).toISOString()

/** One sentence for every custom error of the contract; a test holds this list to the ABI. */
export const explanations: Readonly<Record<string, Explanation>> = {
  UnknownListing: { code: 'escrow.not-found', say: ([id]) => `There is no listing ${String(id)} on this contract.` },
  UnknownPurchase: { code: 'escrow.not-found', say: ([id]) => `There is no purchase ${String(id)} on this contract.` },
  NotTheSeller: { code: 'escrow.not-permitted', say: ([caller, seller]) => `Only the seller ${String(seller)} may do this, not ${String(caller)}.` },
  NotTheBuyer: { code: 'escrow.not-permitted', say: ([caller, buyer]) => `Only the buyer ${String(buyer)} may do this, not ${String(caller)}.` },
  NotTheArbiter: { code: 'escrow.not-permitted', say: ([caller, arbiter]) => `Only the arbiter ${String(arbiter)} may do this, not ${String(caller)}.` },
  WrongState: { code: 'escrow.wrong-state', say: ([id, actual, expected]) => `Purchase ${String(id)} is ${state(actual)}; this move needs it to be ${state(expected)}.` },
  NotYet: { code: 'escrow.wrong-time', say: ([deadline]) => `This move is open only after ${at(deadline)}.` },
  TooLate: { code: 'escrow.wrong-time', say: ([deadline]) => `This move was open until ${at(deadline)}.` },
  ListingIsClosed: { code: 'escrow.listing-closed', say: ([id]) => `Listing ${String(id)} is closed.` },
  ListingIsOpen: { code: 'escrow.wrong-state', say: ([id]) => `Listing ${String(id)} is open already.` },
  TermsChanged: { code: 'escrow.terms-changed', say: ([id]) => `Listing ${String(id)} has other terms now than the ones named.` },
  CostsMore: { code: 'escrow.terms-changed', say: ([total, most]) => `This costs ${ether(total)}, more than the ${ether(most)} agreed to.` },
  WrongPayment: { code: 'escrow.wrong-payment', say: ([sent, expected]) => `${ether(sent)} was sent where exactly ${ether(expected)} is due.` },
  InteractionAlreadyOpen: { code: 'escrow.wrong-state', say: ([id]) => `Interactive use of purchase ${String(id)} is open already.` },
  WrongRequest: { code: 'escrow.wrong-request', say: ([id]) => `The request named is not the one that stands on the chain for purchase ${String(id)}.` },
  InvalidAnswerLength: { code: 'escrow.answer-too-long', say: ([length, most]) => `A sealed answer has 1 to ${String(most)} bytes, this one ${String(length)}.` },
  InvalidMinimumSeconds: { code: 'escrow.wrong-terms', say: ([given, most]) => `The shortest time a contract allows must be 1 to ${String(most)} seconds, not ${String(given)}.` },
  ValueIsZero: { code: 'escrow.wrong-terms', say: () => 'The price must be more than nothing.' },
  FeeAboveValue: { code: 'escrow.wrong-terms', say: ([fee, value]) => `The interaction fee of ${ether(fee)} is above the price of ${ether(value)}.` },
  GuaranteeTooLow: { code: 'escrow.wrong-terms', say: ([given, least]) => `Without an arbiter the guarantee must be at least ${ether(least)}, half the price; it is ${ether(given)}.` },
  TimeOutOfRange: { code: 'escrow.wrong-terms', say: ([field, given, least, most]) => `${String(field)} must be ${String(least)} to ${String(most)}, not ${String(given)}.` },
  MissingHash: { code: 'escrow.wrong-terms', say: ([field]) => `${String(field)} is missing.` },
  InvalidUrlLength: { code: 'escrow.wrong-terms', say: ([length, most]) => `The details URL must have 1 to ${String(most)} bytes, not ${String(length)}.` },
  NothingToWithdraw: { code: 'escrow.nothing-to-withdraw', say: ([account]) => `Nothing is credited to ${String(account)}.` },
  MissingRecipient: { code: 'escrow.wrong-terms', say: () => 'There is no address to pay to.' },
  PaymentRefused: { code: 'escrow.transfer-failed', say: ([to, amount]) => `${String(to)} did not take the payment of ${ether(amount)}.` },
  ReentrancyGuardReentrantCall: { code: 'escrow.reverted', say: () => 'The contract was called again from within its own payment.' },
  SafeCastOverflowedUintDowncast: { code: 'escrow.wrong-terms', say: ([bits, value]) => `${String(value)} does not fit into ${String(bits)} bits.` },
}

const builtIn = new Interface(['error Error(string)', 'error Panic(uint256)'])

/** Arguments of a custom error as plain JSON, by name. */
const toDetails = (names: readonly string[], args: Result): ErrorDetails =>
  Object.fromEntries(names.map((name, index): [string, string] => [name, String(args[index])]))

/**
 * Turns what a reverted call returned into an `escrow.*` error in words. `data` is the revert data in hex; null or '0x'
 * where the node gives none.
 */
export const explainRevert = (data: string | null, details: ErrorDetails = {}): AppError => {
  if (data === null || data === '0x') {
    return new AppError('escrow.reverted', 'The contract refused this call without giving a reason.', { details })
  }
  const custom = marketInterface.parseError(data)
  const explanation = custom === null ? undefined : explanations[custom.name]
  if (custom !== null && explanation !== undefined) {
    const named = toDetails(custom.fragment.inputs.map((input) => input.name), custom.args)
    return new AppError(explanation.code, explanation.say(custom.args), { details: { ...details, ...named, revert: custom.name } })
  }
  const known = builtIn.parseError(data)
  const why = known === null ? `with the unknown reason ${data.slice(0, 10)}` : `: ${known.name} ${String(known.args[0])}`
  return new AppError('escrow.reverted', `The contract refused this call ${why}.`, { details: { ...details, data: data.slice(0, 522) } })
}
