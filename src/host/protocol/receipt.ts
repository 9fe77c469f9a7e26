import { isDeepStrictEqual } from 'node:util'
import { ZeroHash } from 'ethers'
import { z } from 'zod'
import { addressSchema, bytes32Schema, naturalSchema, signatureSchema } from '../../shared/schemas/common.ts'
import type { PolicyMode } from '../../shared/schemas/details.ts'
import type { Program } from '../../shared/schemas/program.ts'
import { resultRequestSchema, type ResultRequest } from '../../shared/schemas/result-request.ts'
import { AppError } from '../../shared/errors.ts'
import type { PurchaseHistory, PurchaseOnChain } from '../chain/market.ts'
import { purchaseMoves } from '../chain/market-events.ts'
import { purchaseStates } from '../chain/terms.ts'
import { openedAnswerSchema, type OpenedAnswer } from './opened-answer.ts'
import { computeChecks } from './receipt-checks.ts'
import { shownProgramSchema } from './shown-program.ts'
import { createDomain, recoverTypedDataSigner, type TypedDataSigner, type TypedDataTypes } from './signatures.ts'

const fits = (bits: bigint) => (text: string): boolean => /^\d{1,78}$/.test(text) && BigInt(text) < 2n ** bits
/** Wei as the contract holds it. */
const weiSchema = naturalSchema.refine(fits(128n), 'does not fit into 128 bits')
const numberSchema = naturalSchema.refine(fits(256n), 'does not fit into 256 bits')
const secondsSchema = z.int().min(0).max(2 ** 32 - 1)

const termsSchema = z.strictObject({
  valueWei: weiSchema,
  guaranteeWei: weiSchema,
  interactionFeeWei: weiSchema,
  deliverySeconds: secondsSchema,
  expirationSeconds: secondsSchema,
  disputeSeconds: secondsSchema,
  arbiter: addressSchema,
  detailsHash: bytes32Schema,
})

/** What both parties sign: the trade as the chain tells it, and the hashes that bind what was asked and answered. */
export const tradeSchema = z.strictObject({
  chainId: z.int().min(1),
  contract: addressSchema,
  purchase: numberSchema,
  listing: numberSchema,
  seller: addressSchema,
  buyer: addressSchema,
  terms: termsSchema,
  termsHash: bytes32Schema,
  datasetRoot: bytes32Schema,
  /** Null as long as nothing was requested. */
  programHash: bytes32Schema.nullable(),
  resultHash: bytes32Schema.nullable(),
  requestHash: bytes32Schema.nullable(),
  /**
   * keccak256 of the sealed answer: the salted commitment to it. The one-time secret opens it to whoever is shown both;
   * without the secret it tells nothing.
   */
  answerHash: bytes32Schema.nullable(),
  /** Interactive replies nobody proved. */
  unprovedReplies: z.int().min(0),
  state: z.enum(purchaseStates).exclude(['None']),
  moves: z.array(z.strictObject({
    name: z.enum(purchaseMoves),
    transactionHash: bytes32Schema,
    blockNumber: z.int().min(0),
    timeSeconds: secondsSchema,
  })).min(1),
  credits: z.array(z.strictObject({ account: addressSchema, amountWei: weiSchema })),
  burnedWei: weiSchema,
})
export type ReceiptTrade = z.infer<typeof tradeSchema>

/** What a receipt of a trade in `disclosed` mode says for itself; both parties sign it with the trade. */
export const receiptStatement =
  'The signatures hold what was traded. Where the answer is enclosed, its proof shows that it was decrypted rightly; '
  + 'nothing proves that the encrypted table was the real one.'

/** The same for a trade in `private` mode. */
export const privateReceiptStatement =
  'The signatures hold what was traded, in private mode: what was asked is not known to the seller, who decrypted '
  + 'masked numbers. Where the answer is enclosed, its proof shows that they were decrypted rightly; nothing here shows what they mean, and '
  + 'nothing proves that the encrypted table was the real one.'

export const receiptStatements = { disclosed: receiptStatement, private: privateReceiptStatement } as const

/** How a receipt is named, by either party and before it is written: wherever an answer is cited, its files say this. */
export const receiptIdOf = (
  { chainId, contract, purchase }: { readonly chainId: number; readonly contract: string; readonly purchase: string | bigint },
): string => `hesystem-${chainId}-${contract}-${purchase}`

export const receiptSchema = z.strictObject({
  version: z.literal(1),
  /** `receiptIdOf` the trade, as citations have it; receipts of the first release have none. */
  id: z.string().max(300).optional(),
  /** Signed with the trade; it says in which mode. */
  statement: z.enum([receiptStatement, privateReceiptStatement]),
  trade: tradeSchema,
  /** The buyer's signed request; its digest is in the trade. */
  request: z.strictObject({ request: resultRequestSchema, signature: signatureSchema }).nullable(),
  /** The program in full, where whoever made the receipt wanted it shown; its hash is in the trade. */
  program: shownProgramSchema.nullable(),
  /**
   * The delivered answer, opened, with what its proof of decryption is about; null where nothing was delivered, or whoever made the
   * receipt kept the answer to themselves: then `answerHash` alone stands for it.
   */
  proof: openedAnswerSchema.nullable(),
  signatures: z.strictObject({ seller: signatureSchema.nullable(), buyer: signatureSchema.nullable() }),
  /** Of each field by its path, to name the one that was changed; receipts of the first release have none. */
  checks: z.record(z.string().max(200), z.string().regex(/^[0-9a-f]{8}$/)).optional(),
})
export type Receipt = z.infer<typeof receiptSchema>
export type ReceiptRole = keyof Receipt['signatures']

export interface SignedResultRequest {
  readonly request: ResultRequest
  readonly signature: string
}

export interface ReceiptParts {
  readonly chainId: number
  readonly contract: string
  readonly purchase: PurchaseOnChain
  readonly history: PurchaseHistory
  readonly datasetRoot: string
  /** `disclosed` by default. */
  readonly mode?: PolicyMode
  readonly request: SignedResultRequest | null
  readonly program: Program | null
  /** What the key holder told under this purchase, whichever script asked; never fewer than the program's comparisons. */
  readonly unprovedReplies?: number
  readonly proof?: OpenedAnswer | null
}

const types: TypedDataTypes = {
  Receipt: [
    { name: 'chainId', type: 'uint256' },
    { name: 'contract', type: 'address' },
    { name: 'purchase', type: 'uint256' },
    { name: 'listing', type: 'uint256' },
    { name: 'seller', type: 'address' },
    { name: 'buyer', type: 'address' },
    { name: 'terms', type: 'Terms' },
    { name: 'termsHash', type: 'bytes32' },
    { name: 'datasetRoot', type: 'bytes32' },
    { name: 'programHash', type: 'bytes32' },
    { name: 'resultHash', type: 'bytes32' },
    { name: 'requestHash', type: 'bytes32' },
    { name: 'answerHash', type: 'bytes32' },
    { name: 'unprovedReplies', type: 'uint256' },
    { name: 'state', type: 'string' },
    { name: 'moves', type: 'Move[]' },
    { name: 'credits', type: 'Credit[]' },
    { name: 'burnedWei', type: 'uint256' },
    { name: 'statement', type: 'string' },
  ],
  Terms: [
    { name: 'valueWei', type: 'uint256' },
    { name: 'guaranteeWei', type: 'uint256' },
    { name: 'interactionFeeWei', type: 'uint256' },
    { name: 'deliverySeconds', type: 'uint256' },
    { name: 'expirationSeconds', type: 'uint256' },
    { name: 'disputeSeconds', type: 'uint256' },
    { name: 'arbiter', type: 'address' },
    { name: 'detailsHash', type: 'bytes32' },
  ],
  Move: [
    { name: 'name', type: 'string' },
    { name: 'transactionHash', type: 'bytes32' },
    { name: 'blockNumber', type: 'uint256' },
    { name: 'timeSeconds', type: 'uint256' },
  ],
  Credit: [
    { name: 'account', type: 'address' },
    { name: 'amountWei', type: 'uint256' },
  ],
}

const countComparisons = (program: Pick<Program, 'comparisons'> | null): number => program?.comparisons?.length ?? 0

/** How many of its unproved replies a receipt's program names: all of them where none is shown, for then nobody can tell. */
export const countShownReplies = ({ trade, program }: Receipt): number =>
  (program === null ? trade.unprovedReplies : countComparisons(program))

/** EIP-712 knows no null: what is not there yet is signed as the zero hash, which no hash ever is. */
const toTypedData = ({ trade, statement }: Receipt) => [createDomain(trade.chainId, trade.contract), types, {
  ...trade,
  programHash: trade.programHash ?? ZeroHash,
  resultHash: trade.resultHash ?? ZeroHash,
  requestHash: trade.requestHash ?? ZeroHash,
  answerHash: trade.answerHash ?? ZeroHash,
  statement,
}] as const

/** With the checksums of what it now holds. */
const check = (receipt: Receipt): Receipt => ({ ...receipt, checks: computeChecks(receipt) })

const orNull = (hash: string): string | null => (hash === ZeroHash ? null : hash)

/** The receipt of one purchase as it stands on the chain, unsigned. The same parts give the same trade to both parties. */
export const createReceipt = ({
  chainId, contract, purchase, history, datasetRoot, mode = 'disclosed', request, program, unprovedReplies = 0, proof = null,
}: ReceiptParts): Receipt => check({
  version: 1,
  id: receiptIdOf({ chainId, contract, purchase: purchase.id }),
  statement: receiptStatements[mode],
  trade: {
    chainId,
    contract,
    purchase: purchase.id.toString(),
    listing: purchase.listing.toString(),
    seller: purchase.seller,
    buyer: purchase.buyer,
    terms: {
      ...purchase.terms,
      valueWei: purchase.terms.valueWei.toString(),
      guaranteeWei: purchase.terms.guaranteeWei.toString(),
      interactionFeeWei: purchase.terms.interactionFeeWei.toString(),
    },
    termsHash: purchase.termsHash,
    datasetRoot,
    programHash: request?.request.programHash ?? null,
    resultHash: request?.request.resultHash ?? null,
    requestHash: orNull(purchase.requestHash),
    answerHash: orNull(purchase.answerHash),
    unprovedReplies: Math.max(unprovedReplies, countComparisons(program)),
    state: purchase.state,
    moves: history.moves.map((move) => ({ ...move })),
    credits: history.credits.map(({ account, amountWei }) => ({ account, amountWei: amountWei.toString() })),
    burnedWei: history.burnedWei.toString(),
  },
  request: request === null ? null : { ...request },
  program,
  proof,
  signatures: { seller: null, buyer: null },
})

/** Adds the signature of a party, which `signer` must be. Throws `access.forbidden`. */
export const signReceipt = async (receipt: Receipt, signer: TypedDataSigner): Promise<Receipt> => {
  const roles = (['seller', 'buyer'] as const).filter((role) => receipt.trade[role].toLowerCase() === signer.address.toLowerCase())
  if (roles.length === 0) {
    throw new AppError('access.forbidden', 'Only the seller and the buyer of a trade sign its receipt.', { details: { account: signer.address } })
  }
  const [domain, structs, value] = toTypedData(receipt)
  const signature = await signer.signTypedData(domain, structs, value)
  return check({ ...receipt, signatures: { ...receipt.signatures, ...Object.fromEntries(roles.map((role) => [role, signature])) } })
}

/** The checksummed address of whoever signed as `role`; null where nobody did. Throws `crypto.invalid-signature`. */
export const recoverReceiptSigner = (receipt: Receipt, role: ReceiptRole): string | null => {
  const signature = receipt.signatures[role]
  return signature === null ? null : recoverTypedDataSigner(...toTypedData(receipt), signature)
}

/** The same receipt without what opens the answer; both signatures stay good. */
export const withoutAnswer = (receipt: Receipt): Receipt => check({ ...receipt, proof: null })

/**
 * My half of a receipt with the other party's signature, and nothing else of theirs: what their file holds besides was written by who may
 * gain by it. Throws `crypto.receipt-mismatch` where the two tell different things, `crypto.invalid-signature` where theirs is no
 * signature of theirs over this trade.
 */
export const mergeReceipts = (mine: Receipt, theirs: Receipt): Receipt => {
  if (!isDeepStrictEqual(mine.trade, theirs.trade) || mine.statement !== theirs.statement) {
    const fields = tradeSchema.keyof().options.filter((field) => !isDeepStrictEqual(mine.trade[field], theirs.trade[field]))
    throw new AppError('crypto.receipt-mismatch', `The two halves of the receipt differ in: ${fields.join(', ')}.`, { details: { fields } })
  }
  const signatures = { seller: mine.signatures.seller ?? theirs.signatures.seller, buyer: mine.signatures.buyer ?? theirs.signatures.buyer }
  const merged = { ...mine, signatures }
  for (const role of ['seller', 'buyer'] as const) {
    if (mine.signatures[role] !== null) continue
    if (recoverReceiptSigner(merged, role) !== mine.trade[role]) {
      throw new AppError('crypto.invalid-signature', `The ${role}'s half of the receipt does not bear the ${role}'s signature over this trade.`, { details: { role } })
    }
  }
  return check(merged)
}
