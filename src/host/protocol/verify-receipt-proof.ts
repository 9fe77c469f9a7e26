import { getBytes, keccak256 } from 'ethers'
import { isAppError } from '../../shared/errors.ts'
import { hashDetails, parseDetails } from '../trade/details-document.ts'
import { sha256Hex } from '../trade/hash.ts'
import { assertCertified, assertProved } from './check-proofs.ts'
import { fromBase64 } from '../base64.ts'
import { openDelivery, sealingKeyOf } from './opened-answer.ts'
import { receiptStatements, type Receipt } from './receipt.ts'

interface Problem {
  readonly field: string
  readonly message: string
}

export interface ReceiptProofCheck {
  readonly problems: readonly Problem[]
  /** The cells, where the proof holds. */
  readonly integers: readonly bigint[] | null
}

const refuse = (field: string, message: string): ReceiptProofCheck => ({ problems: [{ field: `proof${field}`, message }], integers: null })

/** What the file encloses must be what was signed and stands in the trade, part by part. */
const findForeignPart = ({ trade, request, proof }: Receipt): readonly [string, string] | null => {
  if (proof === null || request === null) return null
  const checks: readonly (readonly [boolean, string, string])[] = [
    [hashDetails(proof.details) === trade.terms.detailsHash, '.details', 'is not the document whose hash stands in the terms'],
    [sha256Hex(fromBase64(proof.ciphertexts)) === trade.resultHash, '.ciphertexts', 'are not those whose hash stands in the trade'],
    [keccak256(fromBase64(proof.sealed)) === trade.answerHash, '.sealed', 'is not the answer whose hash stands in the trade'],
    [sealingKeyOf(getBytes(proof.sealingSecret)) === request.request.x25519PublicKey, '.sealingSecret', 'is not the secret of the key in the request'],
  ]
  const found = checks.find(([holds]) => !holds)
  return found === undefined ? null : [found[1], found[2]]
}

/** Opens the answer that a receipt encloses and checks certificate and proof. Finds nothing wrong where none is enclosed. */
export const checkReceiptProof = (receipt: Receipt): ReceiptProofCheck => {
  const { proof, request } = receipt
  if (proof === null) return { problems: [], integers: null }
  if (request === null) return refuse('', 'is there without the request it answers')
  const foreign = findForeignPart(receipt)
  if (foreign !== null) return refuse(...foreign)
  try {
    const details = parseDetails(proof.details)
    if (receiptStatements[details.policy.mode] !== receipt.statement) {
      return { problems: [{ field: 'statement', message: `is not that of a trade in ${details.policy.mode} mode` }], integers: null }
    }
    if (details.dataset.root !== receipt.trade.datasetRoot) {
      return { problems: [{ field: 'trade.datasetRoot', message: 'is not that of the table in the details document' }], integers: null }
    }
    const delivered = openDelivery({
      request: request.request,
      details,
      program: receipt.program,
      ciphertexts: fromBase64(proof.ciphertexts),
      sealed: fromBase64(proof.sealed),
      sealingSecret: getBytes(proof.sealingSecret),
    })
    assertCertified(details.dataset.key)
    assertProved(delivered)
    return { problems: [], integers: delivered.integers }
  } catch (error) {
    if (!isAppError(error)) throw error
    return refuse('', `does not hold: ${error.message}`)
  }
}
