import { Wallet } from 'ethers'
import { encodeProgram } from '../../../src/compute/program.ts'
import { hashTerms, noArbiter, type PurchaseHistory, type PurchaseOnChain } from '../../../src/host/chain/market.ts'
import type { Evidence } from '../../../src/host/protocol/evidence.ts'
import { createReceipt, signReceipt, type Receipt } from '../../../src/host/protocol/receipt.ts'
import { hashResultRequest, signResultRequest } from '../../../src/host/protocol/result-request.ts'
import { sha256Hex } from '../../../src/host/trade/hash.ts'
import type { PolicyMode } from '../../../src/shared/schemas/details.ts'
import type { Program } from '../../../src/shared/schemas/program.ts'

const bytes32 = (digit: string): string => `0x${digit.repeat(64)}`
const seller = new Wallet(bytes32('1'))
const buyer = new Wallet(bytes32('2'))
const contract = '0x5FbDB2315678afecb367f032d93F642f64180aa3'
const terms = {
  valueWei: 1000n, guaranteeWei: 500n, interactionFeeWei: 0n, deliverySeconds: 3600, expirationSeconds: 7200, disputeSeconds: 3600,
  arbiter: noArbiter, detailsHash: bytes32('d'),
}
const program: Program = {
  version: 1, datasetRoot: bytes32('1'), rows: 10, columns: 1,
  cells: [{ scale: { numerator: '1', denominator: '10' }, constant: '0', terms: [[0, 10, '1']] }],
  answer: { kind: 'tensor', shape: [], cells: [0] },
}
const request = {
  chainId: 31337, contract, purchase: '3', datasetRoot: bytes32('1'), resultHash: bytes32('2'),
  programHash: sha256Hex(encodeProgram(program)), x25519PublicKey: bytes32('4'),
}

/** The purchase that receipt and evidence tell of. */
export const purchase: PurchaseOnChain = {
  id: 3n, listing: 1n, seller: seller.address, buyer: buyer.address, state: 'Settled', interactionOpened: false,
  paidAtSeconds: 1, requestedAtSeconds: 2, deliveredAtSeconds: 3, disputedAtSeconds: 0, closedAtSeconds: 4, deadlineSeconds: 0, heldWei: 0n,
  requestHash: hashResultRequest(request), answerHash: bytes32('6'), terms, termsHash: hashTerms(seller.address, terms),
}
export const marketPlace = { chainId: 31337, contract }

const history: PurchaseHistory = {
  moves: (['Purchased', 'ResultRequested', 'Delivered', 'Confirmed'] as const)
    .map((name, at) => ({ name, transactionHash: bytes32(String(at + 1)), blockNumber: at + 1, timeSeconds: 1_700_000_001 + at })),
  credits: [{ account: buyer.address, amountWei: 500n }, { account: seller.address, amountWei: 1500n }],
  burnedWei: 0n,
}

/** Signed by both. In `private` mode it shows no program. */
export const createSampleReceipt = async (mode: PolicyMode = 'disclosed'): Promise<Receipt> => {
  const signed = { request, signature: await signResultRequest(request, buyer) }
  const shown = mode === 'private' ? null : program
  const receipt = createReceipt({ chainId: 31337, contract, purchase, history, datasetRoot: bytes32('1'), mode, request: signed, program: shown })
  return signReceipt(await signReceipt(receipt, seller), buyer)
}

/** Whole in form; of another answer than the purchase's. */
export const sampleEvidence: Evidence = {
  version: 1, kind: 'hesystem-dispute-evidence', request, program,
  answer: { details: '{}', ciphertexts: Buffer.alloc(512, 7).toString('base64'), sealed: Buffer.alloc(200, 9).toString('base64'), sealingSecret: bytes32('3') },
}

/** The same of a listing in `private` mode, where there is no program to show. */
export const samplePrivateEvidence: Evidence = { ...sampleEvidence, program: null }
