import { bigIntToBytes, joinIntegers } from '../crypto/bytes.ts'
import { keyPairFromBytes, preparePrivateKey, preparePublicKey, publicKeyFromBytes, type PreparedPrivateKey } from '../crypto/keys.ts'
import { residue } from '../crypto/modular.ts'
import { assertCiphertexts, createBlinding, decryptBlinded, parseCiphertexts, rerandomise, type Blinding } from '../crypto/paillier.ts'
import type { RandomBytes } from '../crypto/random.ts'
import { isPrivate, type Arithmetic, type PreparedKey } from './arithmetic.ts'
import type { KeyBytes, Task } from './messages.ts'
import { runProofTask } from './proof-tasks.ts'
import type { Sha256 } from '../crypto/transcript.ts'

const maximumKeys = 8

/** Prepares each key once; the bytes are wiped when they were read. BigInts cannot be wiped: they go with the worker. */
const createKeyRing = (): ((key: KeyBytes) => PreparedKey) => {
  const keys: PreparedKey[] = []
  return ({ kind, bytes }) => {
    const pair = kind === 'private' ? keyPairFromBytes(bytes) : null
    const publicKey = pair?.publicKey ?? publicKeyFromBytes(bytes)
    bytes.fill(0)
    const known = keys.find((key) => key.n === publicKey.n && (pair === null ? !isPrivate(key) : isPrivate(key) && key.p.prime === pair.p))
    if (known !== undefined) return known
    const prepared = pair === null ? preparePublicKey(publicKey) : preparePrivateKey(pair)
    keys.unshift(prepared)
    keys.length = Math.min(keys.length, maximumKeys)
    return prepared
  }
}

const indexBytes = (index: number | null): Uint8Array => (index === null ? new Uint8Array(0) : bigIntToBytes(BigInt(index), 4))

/** What one worker does with its tasks: bytes in, bytes out. Throws CryptoError. */
export const createTaskRunner = (arithmetic: Arithmetic, randomBytes: RandomBytes, sha256: Sha256): ((task: Task) => Uint8Array) => {
  const prepare = createKeyRing()
  const { power } = arithmetic
  // A pair costs as much as a decryption, so a key's goes on from batch to batch.
  const blindings = new WeakMap<PreparedPrivateKey, Blinding>()

  const decryptAll = (key: PreparedKey, ciphertexts: bigint[]): Uint8Array => {
    if (!isPrivate(key)) throw new TypeError('decryption needs a private key')
    const blind = blindings.get(key) ?? createBlinding(key, randomBytes, power)
    blindings.delete(key)
    const plaintexts = decryptBlinded(key, ciphertexts, blind, power)
    blindings.set(key, blind)
    return joinIntegers(plaintexts.map((m) => residue(m, key.n)), key.bits / 8)
  }

  return (task) => {
    const key = prepare(task.key)
    const join = (ciphertexts: bigint[]): Uint8Array => joinIntegers(ciphertexts, key.ciphertextBytes)
    const parseValid = (bytes: Uint8Array, firstIndex: number): bigint[] => {
      const ciphertexts = parseCiphertexts(key, bytes)
      assertCiphertexts(key, ciphertexts, firstIndex)
      return ciphertexts
    }
    switch (task.operation) {
      case 'encrypt':
        return arithmetic.encrypt(key, task.residues)
      case 'decrypt':
        return decryptAll(key, parseValid(task.ciphertexts, task.firstIndex))
      case 'rerandomise':
        return join(parseValid(task.ciphertexts, task.firstIndex).map((c) => rerandomise(key, c, randomBytes, power)))
      case 'add':
      case 'subtract':
        return arithmetic.combine(task.operation, key, task.ciphertexts, task.others, task.firstIndex)
      case 'scale':
        return arithmetic.scale(key, task.ciphertexts, task.factors, task.firstIndex)
      case 'evaluate':
        return arithmetic.evaluate(key, task.ciphertexts, task.forms)
      case 'find-invalid':
        return indexBytes(arithmetic.findInvalid(key, task.ciphertexts))
      default:
        return runProofTask(task, key, isPrivate(key) ? key : null, { power, randomBytes, sha256 })
    }
  }
}
