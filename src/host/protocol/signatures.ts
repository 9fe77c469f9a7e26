import { Signature, verifyTypedData, type TypedDataDomain, type TypedDataField } from 'ethers'
import { AppError } from '../../shared/errors.ts'
import { signatureSchema } from '../../shared/schemas/common.ts'

export type TypedDataTypes = Record<string, TypedDataField[]>

/** Who can sign typed data: a wallet, never a bare key. */
export interface TypedDataSigner {
  readonly address: string
  signTypedData(domain: TypedDataDomain, types: TypedDataTypes, value: Record<string, unknown>): Promise<string>
}

/** The one EIP-712 domain of the program: a signature counts on one chain, for one market contract. */
export const createDomain = (chainId: number, contract: string): TypedDataDomain =>
  ({ name: 'HEsystem', version: '1', chainId, verifyingContract: contract })

/** EIP-2: of the two signatures (r, s) and (r, n − s) only the one with the lower s counts, so that none can be respelled. */
const highestS = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/** The checksummed address behind a 65-byte signature over typed data. Throws `crypto.invalid-signature`. */
export const recoverTypedDataSigner = (
  domain: TypedDataDomain, types: TypedDataTypes, value: Record<string, unknown>, signature: string,
): string => {
  if (!signatureSchema.safeParse(signature).success) throw new AppError('crypto.invalid-signature', 'A signature is 65 bytes in lower-case hex, the last 1b or 1c.')
  try {
    if (BigInt(Signature.from(signature).s) > highestS) throw new RangeError('the signature has the higher s')
    return verifyTypedData(domain, types, value, signature)
  } catch (error) {
    throw new AppError('crypto.invalid-signature', 'This is not a signature over this document.', { cause: error })
  }
}
