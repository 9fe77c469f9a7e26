import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import type { Vault } from './types.ts'

const version = 1
const nonceBytes = 12
const tagBytes = 16
export const dataKeyBytes = 32

const associatedData = (purpose: string): Buffer => Buffer.from(`hesystem/vault/${version}\0${purpose}`, 'utf8')

/**
 * AES-256-GCM under the profile's data key (32 bytes). Sealed form: version (1) ‖ nonce (12) ‖ ciphertext ‖ tag (16).
 * Nonces are random: 2³² seals stay under NIST SP 800-38D's bound (§8.3), far above what one profile seals.
 * `open` throws `crypto.unsealing-failed`, which says nothing about the content.
 */
export const createVault = (dataKey: Uint8Array): Vault => {
  if (dataKey.length !== dataKeyBytes) throw new TypeError(`a data key has ${dataKeyBytes} bytes`)
  const key = Uint8Array.from(dataKey)
  return {
    seal: (purpose, plaintext) => {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(associatedData(purpose))
      return new Uint8Array(Buffer.concat([Buffer.of(version), nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]))
    },
    open: (purpose, sealed) => {
      const fail = (why: string, cause?: unknown): AppError =>
        new AppError('crypto.unsealing-failed', `What is sealed as “${purpose}” cannot be opened: ${why}.`, { details: { purpose }, cause })
      if (sealed.length < 1 + nonceBytes + tagBytes) throw fail('it is too short')
      if (sealed[0] !== version) throw fail(`its format ${sealed[0]} is unknown`)
      const nonce = sealed.subarray(1, 1 + nonceBytes)
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
        .setAAD(associatedData(purpose))
        .setAuthTag(sealed.subarray(sealed.length - tagBytes))
      try {
        const body = sealed.subarray(1 + nonceBytes, sealed.length - tagBytes)
        return new Uint8Array(Buffer.concat([decipher.update(body), decipher.final()]))
      } catch (error) {
        throw fail('it was changed, or belongs to another key or place', error)
      }
    },
    derive: (purpose) => new Uint8Array(hkdfSync('sha256', key, Buffer.alloc(0), `hesystem/derived/${version}\0${purpose}`, dataKeyBytes)),
  }
}
