import { getAddress } from 'ethers'
import { isSameAddress } from '../../shared/address.ts'
import { isAppError } from '../../shared/errors.ts'
import { tryParse, type FormProblem } from '../../shared/parse.ts'
import type { AnswerJson } from '../../compute/answer.ts'
import { encodeProgram, readAnswer } from '../../compute/program.ts'
import { findWrittenValues } from '../../compute/written-values.ts'
import { hashTerms } from '../chain/market.ts'
import { sha256Hex } from '../trade/hash.ts'
import { checkReceiptProof } from './verify-receipt-proof.ts'
import { findChangedFields } from './receipt-checks.ts'
import { countShownReplies, privateReceiptStatement, receiptIdOf, receiptSchema, recoverReceiptSigner, type Receipt, type ReceiptRole, type ReceiptTrade } from './receipt.ts'
import { hashResultRequest, recoverResultRequestSigner } from './result-request.ts'

export type SignatureVerdict = 'valid' | 'invalid' | 'missing'

export type ReceiptProblem = FormProblem

export interface ReceiptVerdict {
  /** Everything stated holds together, and at least one party signed. */
  readonly ok: boolean
  readonly signatures: Readonly<Record<ReceiptRole, SignatureVerdict>>
  /**
   * Whether two parties signed it, each with a key of its own. With one signature alone a receipt that holds together may be of no trade at
   * all: either party, or somebody with a wallet made for it, could have written it. Then only the chain can tell.
   */
  readonly signedByBoth: boolean
  /** Whether the enclosed answer's decryption is proved; null where no answer is enclosed. */
  readonly decryptionProved: boolean | null
  /** The enclosed answer, where it is proved and the receipt shows its program. */
  readonly answer: AnswerJson
  /** Where that answer holds what its script said, and not what was decrypted (`findWrittenValues`). */
  readonly written: readonly string[]
  readonly problems: readonly ReceiptProblem[]
}

type Check = (receipt: Receipt) => readonly ReceiptProblem[]

const unless = (holds: boolean, field: string, message: string): readonly ReceiptProblem[] => (holds ? [] : [{ field, message }])
const has = (trade: ReceiptTrade, ...names: ReceiptTrade['moves'][number]['name'][]): boolean => trade.moves.some(({ name }) => names.includes(name))

/** Null for what cannot even be computed from the file's contents: it equals nothing that should stand there. */
const orNull = <T>(compute: () => T): T | null => {
  try {
    return compute()
  } catch (error) {
    if (isAppError(error, 'crypto.invalid-signature') || isAppError(error, 'input.invalid')) return null
    throw error
  }
}

const checkTerms: Check = ({ trade }) => {
  const { terms } = trade
  const hash = hashTerms(trade.seller, {
    ...terms,
    valueWei: BigInt(terms.valueWei),
    guaranteeWei: BigInt(terms.guaranteeWei),
    interactionFeeWei: BigInt(terms.interactionFeeWei),
  })
  return unless(hash === trade.termsHash, 'trade.termsHash', 'is not the hash of the seller and the terms')
}

/** One spelling each: what names a receipt and cites it is made of these letters. */
const checkSpelling: Check = ({ trade }) => [
  ...([['contract', trade.contract], ['seller', trade.seller], ['buyer', trade.buyer], ['terms.arbiter', trade.terms.arbiter]] as const),
  ...trade.credits.map(({ account }, index) => [`credits.${index}.account`, account] as const),
].flatMap(([field, address]) => unless(getAddress(address) === address, `trade.${field}`, 'is not spelled with its checksum (EIP-55), as the program writes it'))

const checkId: Check = ({ id, trade }) => unless(id === undefined || id === receiptIdOf(trade), 'id', 'is not that of the trade')

const requestFields = ['chainId', 'purchase', 'datasetRoot', 'resultHash', 'programHash'] as const

const checkRequest: Check = ({ trade, request: signed }) => {
  if (signed === null) {
    return unless(trade.programHash === null && trade.resultHash === null, 'request', 'is missing, though the trade names its program and result')
  }
  const { request, signature } = signed
  const hash = orNull(() => hashResultRequest(request))
  const signer = orNull(() => recoverResultRequestSigner(request, signature))
  return [
    ...unless(hash !== null && hash === trade.requestHash, 'request', 'is not the request whose hash stands in the trade'),
    ...unless(signer !== null && isSameAddress(signer, trade.buyer), 'request.signature', 'is not the buyer\'s'),
    ...unless(isSameAddress(request.contract, trade.contract), 'request.request.contract', 'is not the trade\'s'),
    ...requestFields.flatMap((field) => unless(request[field] === trade[field], `request.request.${field}`, 'is not the trade\'s')),
  ]
}

/** More may have been asked than the program names: under another script, whose replies were then written into this one. */
const checkProgram: Check = (receipt) => {
  const { trade, program, statement } = receipt
  return program === null ? [] : [
    ...unless(statement !== privateReceiptStatement && sha256Hex(encodeProgram(program)) === trade.programHash, 'program', 'is not the program whose hash stands in the trade'),
    ...unless(countShownReplies(receipt) <= trade.unprovedReplies, 'trade.unprovedReplies', 'is less than the number of the program\'s comparisons'),
  ]
}

const closingMoves = {
  Refunded: ['Litigated', 'Declined', 'Ruled'],
  Settled: ['Confirmed', 'Reclaimed', 'Ruled', 'DisputeClosed'],
} as const

/** The state is where the moves lead, and every move has what it brings. */
const checkMoves: Check = ({ trade }) => {
  const { state, moves } = trade
  const closed = has(trade, 'Litigated', 'Declined', 'Confirmed', 'Reclaimed', 'Ruled', 'DisputeClosed')
  const open = has(trade, 'DisputeOpened') ? 'Disputed' : has(trade, 'Delivered') ? 'Delivered' : has(trade, 'ResultRequested') ? 'Requested' : 'Paid'
  const fits = state === 'Refunded' || state === 'Settled' ? has(trade, ...closingMoves[state]) : !closed && state === open
  const inOrder = moves.every((move, index) => index === 0 || move.blockNumber >= (moves[index - 1]?.blockNumber ?? 0))
  return [
    ...unless(moves[0]?.name === 'Purchased', 'trade.moves', 'do not begin with the purchase'),
    ...unless(new Set(moves.map(({ name }) => name)).size === moves.length, 'trade.moves', 'hold a move twice'),
    ...unless(inOrder, 'trade.moves', 'are not in the order of their blocks'),
    ...unless(fits, 'trade.state', 'is not where the moves lead'),
    ...unless(has(trade, 'ResultRequested') === (trade.requestHash !== null), 'trade.requestHash', 'is there if and only if a result was requested'),
    ...unless(has(trade, 'Delivered') === (trade.answerHash !== null), 'trade.answerHash', 'is there if and only if an answer was delivered'),
  ]
}

/** What was paid in is what was credited or burned, once the purchase is closed; before, only the interaction fee is paid. */
const checkAmounts: Check = ({ trade }) => {
  const { valueWei, guaranteeWei, interactionFeeWei } = trade.terms
  const paidOut = trade.credits.reduce((sum, { amountWei }) => sum + BigInt(amountWei), BigInt(trade.burnedWei))
  const bond = has(trade, 'Delivered') ? BigInt(guaranteeWei) : 0n
  const closed = trade.state === 'Refunded' || trade.state === 'Settled'
  const fee = has(trade, 'InteractionOpened') ? BigInt(interactionFeeWei) : 0n
  const expected = closed ? BigInt(valueWei) + BigInt(guaranteeWei) + bond : fee
  return unless(paidOut === expected, 'trade.credits', `add up to ${paidOut} wei with what was burned, where ${expected} wei are due`)
}

/** Names the fields that are not what their checksums say and have no problem yet: the checksums themselves where all else holds. */
const checkFields = (receipt: Receipt, found: readonly ReceiptProblem[]): readonly ReceiptProblem[] => findChangedFields(receipt)
  .filter((path) => found.every(({ field }) => field !== path))
  .map((path) => (found.length === 0
    ? { field: `checks.${path}`, message: 'is not the field\'s checksum' }
    : { field: path, message: 'is not what its checksum says: it was changed' }))

const verifySignature = (receipt: Receipt, role: ReceiptRole): SignatureVerdict => {
  if (receipt.signatures[role] === null) return 'missing'
  const signer = orNull(() => recoverReceiptSigner(receipt, role))
  return signer !== null && isSameAddress(signer, receipt.trade[role]) ? 'valid' : 'invalid'
}

/** The enclosed answer as its program writes it; null where the file does not show it. */
const answerOf = ({ program }: Receipt, integers: readonly bigint[] | null): AnswerJson =>
  program === null || integers === null || integers.length !== program.cells.length ? null : readAnswer(program, integers)

/**
 * Checks a receipt with no network: its form, both signatures, every hash that follows from what it holds, that moves, state
 * and amounts agree, and where the answer is enclosed, the key's certificate and the proof of its decryption. Never throws for
 * what the file says.
 */
export const verifyReceipt = (json: unknown): ReceiptVerdict => {
  const parsed = tryParse(receiptSchema, json)
  if (parsed.data === null) {
    return {
      ok: false,
      signatures: { seller: 'missing', buyer: 'missing' },
      signedByBoth: false,
      decryptionProved: null,
      answer: null,
      written: [],
      problems: parsed.problems,
    }
  }
  const receipt = parsed.data
  const signatures = { seller: verifySignature(receipt, 'seller'), buyer: verifySignature(receipt, 'buyer') }
  const verdicts = Object.entries(signatures)
  const proof = checkReceiptProof(receipt)
  const found = [
    ...proof.problems,
    ...[checkSpelling, checkId, checkTerms, checkRequest, checkProgram, checkMoves, checkAmounts].flatMap((check) => check(receipt)),
    ...verdicts.flatMap(([role, verdict]) => unless(verdict !== 'invalid', `signatures.${role}`, `is not the ${role}'s signature over this trade`)),
    ...unless(verdicts.some(([, verdict]) => verdict !== 'missing'), 'signatures', 'are missing: nobody has signed this receipt'),
  ]
  const problems = [...found, ...checkFields(receipt, found)]
  const ok = problems.length === 0
  const decryptionProved = receipt.proof === null ? null : proof.problems.length === 0
  const signedByBoth = verdicts.every(([, verdict]) => verdict === 'valid') && !isSameAddress(receipt.trade.seller, receipt.trade.buyer)
  const answer = ok ? answerOf(receipt, proof.integers) : null
  const written = answer === null || receipt.program === null ? [] : findWrittenValues(receipt.program)
  return { ok, signatures, signedByBoth, decryptionProved, answer, written, problems }
}
