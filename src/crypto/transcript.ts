import { bigIntToBytes } from './bytes.ts'

/** SHA-256, passed in because this room knows no platform. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

/** The bytes of a text of ASCII characters: labels and domains. */
export const asciiBytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

/** A count or an index as four big-endian bytes. */
export const uint32Bytes = (value: number): Uint8Array => bigIntToBytes(BigInt(value), 4)

/** Fields end to end, each behind its length in four bytes: two lists of fields never make one text. */
export const encodeFields = (fields: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(fields.reduce((sum, { length }) => sum + 4 + length, 0))
  let offset = 0
  for (const field of fields) {
    bytes.set(uint32Bytes(field.length), offset)
    bytes.set(field, offset + 4)
    offset += 4 + field.length
  }
  return bytes
}

/** `length` bytes out of a seed: SHA-256(seed ‖ 0) ‖ SHA-256(seed ‖ 1) ‖ …, the MGF1 of RFC 8017, B.2.1. */
export const expandSeed = (sha256: Sha256, seed: Uint8Array, length: number): Uint8Array => {
  const bytes = new Uint8Array(length)
  for (let block = 0; block * 32 < length; block += 1) {
    const digest = sha256(Uint8Array.of(...seed, ...uint32Bytes(block)))
    bytes.set(digest.subarray(0, length - block * 32), block * 32)
  }
  return bytes
}
