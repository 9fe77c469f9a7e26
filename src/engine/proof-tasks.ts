import { joinIntegers } from '../crypto/bytes.ts'
import { assertDecryption, decryptionProofFromBytes, decryptionProofToBytes, proveDecryption } from '../crypto/decryption-proof.ts'
import { assertKeyCertificate, createKeyCertificate } from '../crypto/key-certificate.ts'
import type { PreparedPrivateKey, PreparedPublicKey } from '../crypto/keys.ts'
import type { ModularPower } from '../crypto/modular.ts'
import { parseCiphertexts } from '../crypto/paillier.ts'
import type { RandomBytes } from '../crypto/random.ts'
import type { Sha256 } from '../crypto/transcript.ts'
import type { ProofTask } from './messages.ts'

export interface ProofTools {
  readonly power: ModularPower
  readonly randomBytes: RandomBytes
  readonly sha256: Sha256
}

/** A reply of its own each time: it is transferred. */
const nothing = (): Uint8Array => new Uint8Array(0)

/** Makes or checks one proof. `owner` is the key where it is a key pair's. Throws CryptoError. */
export const runProofTask = (
  task: ProofTask, key: PreparedPublicKey, owner: PreparedPrivateKey | null, { power, randomBytes, sha256 }: ProofTools,
): Uint8Array => {
  const requireOwner = (): PreparedPrivateKey => {
    if (owner === null) throw new TypeError(`${task.operation} needs a private key`)
    return owner
  }
  switch (task.operation) {
    case 'certify-key':
      return joinIntegers(createKeyCertificate(requireOwner(), sha256, power), key.bits / 8)
    case 'verify-certificate':
      assertKeyCertificate(key, task.roots, sha256, power)
      return nothing()
    case 'prove-decryption': {
      const statement = { ...task.claim, ciphertexts: parseCiphertexts(key, task.ciphertexts) }
      return decryptionProofToBytes(proveDecryption(requireOwner(), statement, sha256, randomBytes, power), key.bits)
    }
    case 'verify-decryption': {
      const statement = { ...task.claim, ciphertexts: parseCiphertexts(key, task.ciphertexts) }
      assertDecryption(key, statement, decryptionProofFromBytes(task.proof, key.bits), sha256, power)
      return nothing()
    }
  }
}
