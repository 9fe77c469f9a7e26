import { keyPairToBytes, preparePublicKey, publicKeyToBytes } from '../crypto/keys.ts'
import type { PaillierKeyPair, PaillierPublicKey } from '../crypto/types.ts'
import { withMappedErrors } from './map-error.ts'
import type { KeyBytes } from './messages.ts'

export type EngineKey = PaillierKeyPair | PaillierPublicKey

export const isKeyPair = (key: EngineKey): key is PaillierKeyPair => 'p' in key

export const publicKeyOf = (key: EngineKey): PaillierPublicKey => (isKeyPair(key) ? key.publicKey : key)

/** A fresh copy of the key's bytes, for one task to carry away. */
export const createKeyBytes = (key: EngineKey): KeyBytes =>
  isKeyPair(key) ? { kind: 'private', bytes: keyPairToBytes(key) } : { kind: 'public', bytes: publicKeyToBytes(key) }

/** Throws `crypto.invalid-key` for a modulus that is even or not of its stated length, before any work. */
export const prepareKey = (key: EngineKey) => withMappedErrors(() => preparePublicKey(publicKeyOf(key)))
