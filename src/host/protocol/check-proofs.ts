import { createHash } from 'node:crypto'
import { assertDecryption, decryptionProofFromBytes } from '../../crypto/decryption-proof.ts'
import { assertKeyCertificate } from '../../crypto/key-certificate.ts'
import { preparePublicKey } from '../../crypto/keys.ts'
import { powerByBigInt, type ModularPower } from '../../crypto/modular.ts'
import { parseCiphertexts } from '../../crypto/paillier.ts'
import { withMappedErrors } from '../../engine/map-error.ts'
import { createNodeCryptoPower, findNodeCryptoFault } from '../../engine/node-crypto-power.ts'
import type { TensorCommitment } from '../../shared/schemas/details.ts'
import { AppError } from '../../shared/errors.ts'
import type { Delivered } from './opened-answer.ts'

/** Checks for files and arbiters: in this thread, with no engine to start and to close. */

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()

/** OpenSSL's powers where they pass their self-test, else BigInt's. */
const choosePower = (): ModularPower => (findNodeCryptoFault() === null ? createNodeCryptoPower() : powerByBigInt)

/** The roots of a listing's key certificate. Throws `crypto.certificate-invalid` where there are none. */
export const parseCertificate = ({ keyId, certificate }: TensorCommitment['key']): bigint[] => {
  if (certificate === null) throw new AppError('crypto.certificate-invalid', 'The listing\'s key has no certificate.', { details: { keyId } })
  return certificate.roots.map((root) => BigInt(`0x${root}`))
}

/** Throws `crypto.invalid-key`, `crypto.certificate-invalid` unless the key is shown to be sound. */
export const assertCertified = (key: TensorCommitment['key']): void => {
  const roots = parseCertificate(key)
  const publicKey = { n: BigInt(`0x${key.n}`), bits: key.bits }
  withMappedErrors(() => { assertKeyCertificate(publicKey, roots, sha256, choosePower()) })
}

/** Throws `crypto.proof-invalid`, `crypto.invalid-ciphertext` unless the proof holds. */
export const assertProved = ({ key, claim, proof }: Delivered): void => {
  withMappedErrors(() => {
    const prepared = preparePublicKey(key)
    const statement = { ...claim, ciphertexts: parseCiphertexts(prepared, claim.ciphertexts) }
    assertDecryption(prepared, statement, decryptionProofFromBytes(proof, key.bits), sha256, choosePower())
  })
}
