import { CryptoError } from './errors.ts'

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** The number of bits of |value|; 0 for 0. */
export const bitLength = (value: bigint): number => {
  const magnitude = value < 0n ? -value : value
  if (magnitude < 0x1_0000_0000n) return 32 - Math.clz32(Number(magnitude))
  const hex = magnitude.toString(16)
  return hex.length * 4 - (Math.clz32(Number.parseInt(hex.slice(0, 1), 16)) - 28)
}

/** The unsigned integer that big-endian bytes stand for; 0 for no bytes. By hex, which is linear where decimal is not. */
export const bytesToBigInt = (bytes: Uint8Array): bigint => {
  let hex = '0x0'
  for (const byte of bytes) hex += hexOfByte[byte]
  return BigInt(hex)
}

const nibble = (code: number): number => (code < 58 ? code - 48 : code - 87)

/** Writes `value` into `target`, big-endian, filling it. Throws `invalid-argument` where it is negative or does not fit. */
export const writeBigInt = (value: bigint, target: Uint8Array): void => {
  const hex = value.toString(16).padStart(target.length * 2, '0')
  if (value < 0n || hex.length > target.length * 2) {
    throw new CryptoError('invalid-argument', `an integer of ${bitLength(value)} bits does not fit ${target.length} unsigned bytes`)
  }
  for (let i = 0; i < target.length; i += 1) {
    target[i] = (nibble(hex.charCodeAt(2 * i)) << 4) | nibble(hex.charCodeAt(2 * i + 1))
  }
}

/** `value` as exactly `length` big-endian bytes. Throws `invalid-argument` where it is negative or does not fit. */
export const bigIntToBytes = (value: bigint, length: number): Uint8Array => {
  const bytes = new Uint8Array(length)
  writeBigInt(value, bytes)
  return bytes
}

/** Reads integers of `length` bytes each, laid end to end. Throws `invalid-argument` where the bytes do not divide so. */
export const splitIntegers = (bytes: Uint8Array, length: number): bigint[] => {
  if (bytes.length % length !== 0) {
    throw new CryptoError('invalid-argument', `${bytes.length} bytes are not a whole number of integers of ${length} bytes`)
  }
  return Array.from({ length: bytes.length / length }, (_, i) => bytesToBigInt(bytes.subarray(i * length, (i + 1) * length)))
}

/** Lays integers end to end, `length` bytes each. Throws `invalid-argument` where one is negative or does not fit. */
export const joinIntegers = (integers: readonly bigint[], length: number): Uint8Array => {
  const bytes = new Uint8Array(integers.length * length)
  integers.forEach((integer, i) => writeBigInt(integer, bytes.subarray(i * length, (i + 1) * length)))
  return bytes
}

/** Bytes of a ciphertext under a modulus of `bits` bits: that of n², ⌈2·bits/8⌉. */
export const ciphertextLength = (bits: number): number => Math.ceil((2 * bits) / 8)
