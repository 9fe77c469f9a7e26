import { randomBytes } from 'node:crypto'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { x25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { getBytes } from 'ethers'
import { bytes32Schema } from '../../shared/schemas/common.ts'
import { AppError } from '../../shared/errors.ts'
import { parseAs } from '../../shared/parse.ts'

/**
 * An answer sealed to the buyer's one-time key (protocol.md, "Request, sealing, dispute"), as bytes:
 *   version (1) ‖ sender's ephemeral X25519 key (32) ‖ ChaCha20-Poly1305 ciphertext and tag (payload + 16)
 * key ‖ nonce = HKDF-SHA256(X25519(ephemeral, one-time), salt = requestHash, info = domain ‖ ephemeral ‖ one-time key).
 * The request's digest is the associated data as well. [RFC 7748, RFC 5869, RFC 8439]
 * The nonce may come from the key derivation because every key seals one message only.
 */
const version = 1
const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16
const domain = utf8ToBytes('HEsystem sealed answer v1')

/** What sealing adds to the payload, in bytes. */
export const sealingOverhead = 1 + keyBytes + tagBytes
/** The most the contract carries, in bytes (escrow.md). */
export const sealedLimit = 8192

export interface SealingKey {
  /** One-time: to be stored, encrypted, before the request is sent. */
  readonly secretKey: Uint8Array
  readonly publicKey: Uint8Array
}

/** Of 32 secret bytes that nothing else is made of. */
export const toSealingKey = (secretKey: Uint8Array): SealingKey => ({ secretKey, publicKey: x25519.getPublicKey(secretKey) })

/** A fresh one-time key. */
export const generateSealingKey = (): SealingKey => toSealingKey(new Uint8Array(randomBytes(keyBytes)))

const deriveSharedSecret = (secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array => {
  if (publicKey.length !== keyBytes) throw new AppError('input.invalid', `An X25519 key has ${keyBytes} bytes, this one ${publicKey.length}.`)
  try {
    return x25519.getSharedSecret(secretKey, publicKey)
  } catch (error) {
    // RFC 7748, section 6.1: with a point of low order the secret is zero whatever our key is, so anybody could unseal.
    throw new AppError('crypto.low-order-key', 'The one-time key is a point of low order: anybody could read what is sealed to it.', { cause: error })
  }
}

/** Refuses a one-time key to which nothing can be sealed, before any work is done for it. Throws `crypto.low-order-key`. */
export const assertSealingKey = (publicKey: Uint8Array): void => {
  deriveSharedSecret(generateSealingKey().secretKey, publicKey)
}

const createCipher = (shared: Uint8Array, ephemeral: Uint8Array, recipient: Uint8Array, digest: Uint8Array) => {
  const material = hkdf(sha256, shared, digest, concatBytes(domain, ephemeral, recipient), keyBytes + nonceBytes)
  return chacha20poly1305(material.subarray(0, keyBytes), material.subarray(keyBytes), digest)
}

const parseDigest = (requestHash: string): Uint8Array => getBytes(parseAs(bytes32Schema, requestHash, 'the request hash'))

/**
 * Seals a payload (1 to 8143 bytes) to a one-time key under a request's digest; every call gives other bytes.
 * Throws `crypto.low-order-key`, `escrow.answer-too-long`, `input.invalid`.
 */
export const sealAnswer = (payload: Uint8Array, publicKey: Uint8Array, requestHash: string): Uint8Array => {
  const digest = parseDigest(requestHash)
  if (payload.length === 0) throw new AppError('input.invalid', 'There is no answer to seal: the payload is empty.')
  const sealedBytes = payload.length + sealingOverhead
  if (sealedBytes > sealedLimit) {
    throw new AppError('escrow.answer-too-long', `The sealed answer would have ${sealedBytes} bytes; the contract carries ${sealedLimit}.`, {
      details: { bytes: sealedBytes, limit: sealedLimit },
    })
  }
  const ephemeral = generateSealingKey()
  const cipher = createCipher(deriveSharedSecret(ephemeral.secretKey, publicKey), ephemeral.publicKey, publicKey, digest)
  return concatBytes(Uint8Array.of(version), ephemeral.publicKey, cipher.encrypt(payload))
}

/**
 * Opens a sealed answer with the one-time secret. Throws `crypto.sealed-answer-invalid` for anything that was not sealed
 * to this key for this request: the ground of a dispute.
 */
export const unsealAnswer = (sealed: Uint8Array, secretKey: Uint8Array, requestHash: string): Uint8Array => {
  const digest = parseDigest(requestHash)
  const refuse = (why: string, cause?: unknown): AppError =>
    new AppError('crypto.sealed-answer-invalid', `The sealed answer does not open: ${why}.`, { cause })
  if (sealed.length <= sealingOverhead || sealed.length > sealedLimit) throw refuse(`it has ${sealed.length} bytes`)
  if (sealed[0] !== version) throw refuse(`its format ${String(sealed[0])} is unknown`)
  const ephemeral = sealed.subarray(1, 1 + keyBytes)
  try {
    const cipher = createCipher(deriveSharedSecret(secretKey, ephemeral), ephemeral, x25519.getPublicKey(secretKey), digest)
    return cipher.decrypt(sealed.subarray(1 + keyBytes))
  } catch (error) {
    throw refuse('it was changed, or sealed to another key or for another request', error)
  }
}
