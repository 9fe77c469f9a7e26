import { TypedDataEncoder, type TypedDataDomain } from 'ethers'
import { resultRequestSchema, type ResultRequest } from '../../shared/schemas/result-request.ts'
import { AppError } from '../../shared/errors.ts'
import { parseAs } from '../../shared/parse.ts'
import { createDomain, recoverTypedDataSigner, type TypedDataSigner, type TypedDataTypes } from './signatures.ts'

const types: TypedDataTypes = {
  ResultRequest: [
    { name: 'chainId', type: 'uint256' },
    { name: 'contract', type: 'address' },
    { name: 'purchase', type: 'uint256' },
    { name: 'datasetRoot', type: 'bytes32' },
    { name: 'resultHash', type: 'bytes32' },
    { name: 'programHash', type: 'bytes32' },
    { name: 'x25519PublicKey', type: 'bytes32' },
  ],
}

/** Domain and message from the fields themselves, so that neither can say anything else than the other. */
const toTypedData = (request: ResultRequest): readonly [TypedDataDomain, TypedDataTypes, Record<string, unknown>] => {
  const value = parseAs(resultRequestSchema, request, 'the result request')
  if (value.purchase.length > 78 || BigInt(value.purchase) >= 2n ** 256n) {
    throw new AppError('input.invalid', 'the result request: purchase: does not fit into 256 bits', { details: { path: 'purchase' } })
  }
  return [createDomain(value.chainId, value.contract), types, value]
}

/** The EIP-712 digest of a request: the `requestHash` on chain. Throws `input.invalid`. */
export const hashResultRequest = (request: ResultRequest): string => TypedDataEncoder.hash(...toTypedData(request))

/** The buyer's signature, 65 bytes in hex. Throws `input.invalid`. */
export const signResultRequest = async (request: ResultRequest, signer: TypedDataSigner): Promise<string> =>
  signer.signTypedData(...toTypedData(request))

/** The checksummed address of whoever signed this request. Throws `input.invalid`, `crypto.invalid-signature`. */
export const recoverResultRequestSigner = (request: ResultRequest, signature: string): string =>
  recoverTypedDataSigner(...toTypedData(request), signature)
