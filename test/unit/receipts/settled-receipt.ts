import { Wallet } from 'ethers'
import type { Program } from '../../../src/shared/schemas/program.ts'
import { encodeProgram } from '../../../src/compute/program.ts'
import { hashTerms, noArbiter, type PurchaseHistory, type PurchaseOnChain } from '../../../src/host/chain/market.ts'
import { createReceipt, signReceipt, type Receipt } from '../../../src/host/protocol/receipt.ts'
import { hashResultRequest, signResultRequest } from '../../../src/host/protocol/result-request.ts'
import { sha256Hex } from '../../../src/host/trade/hash.ts'

export const seller = new Wallet(`0x${'11'.repeat(32)}`)
export const buyer = new Wallet(`0x${'22'.repeat(32)}`)
const bytes32 = (digit: string): string => `0x${digit.repeat(64)}`
const contract = '0x5FbDB2315678afecb367f032d93F642f64180aa3'
const terms = {
  valueWei: 1000n, guaranteeWei: 500n, interactionFeeWei: 100n, deliverySeconds: 3600, expirationSeconds: 7200, disputeSeconds: 3600,
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
const move = (name: PurchaseHistory['moves'][number]['name'], blockNumber: number) =>
  ({ name, transactionHash: bytes32(String(blockNumber)), blockNumber, timeSeconds: 1_700_000_000 + blockNumber })
const purchase: PurchaseOnChain = {
  id: 3n, listing: 1n, seller: seller.address, buyer: buyer.address, state: 'Settled', interactionOpened: true,
  paidAtSeconds: 1, requestedAtSeconds: 2, deliveredAtSeconds: 3, disputedAtSeconds: 0, closedAtSeconds: 4, deadlineSeconds: 0, heldWei: 0n,
  requestHash: hashResultRequest(request), answerHash: bytes32('6'), terms, termsHash: hashTerms(seller.address, terms),
}
const history: PurchaseHistory = {
  moves: [move('Purchased', 1), move('InteractionOpened', 2), move('ResultRequested', 3), move('Delivered', 4), move('DisputeOpened', 5), move('DisputeClosed', 6)],
  credits: [
    { account: seller.address, amountWei: 100n }, { account: buyer.address, amountWei: 450n }, { account: seller.address, amountWei: 450n },
  ],
  burnedWei: 1000n,
}

/** Disputed with nobody to rule: the longest history a purchase can have, with a fee, halves and burned deposits; signed by both. */
export const createSettledReceipt = async (): Promise<Receipt> => {
  const signature = await signResultRequest(request, buyer)
  const unsigned = createReceipt({ chainId: 31337, contract, purchase, history, datasetRoot: bytes32('1'), request: { request, signature }, program })
  return signReceipt(await signReceipt(unsigned, seller), buyer)
}
