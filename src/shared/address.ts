import { keccak_256 } from '@noble/hashes/sha3.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'

/**
 * Whether the case of an address's letters is its checksum (EIP-55): a letter is upper case where the same digit of the Keccak-256 hash
 * of the lower-case digits is 8 or more. An address in one case carries no checksum and passes. Takes 0x and 40 hex digits.
 */
export const hasValidChecksum = (address: string): boolean => {
  const digits = address.slice(2)
  const lower = digits.toLowerCase()
  if (digits === lower || digits === digits.toUpperCase()) return true
  const hash = keccak_256(utf8ToBytes(lower))
  return [...lower].every((digit, index) => {
    const byte = hash[index >> 1] ?? 0
    const nibble = index % 2 === 0 ? byte >> 4 : byte & 15
    return digits[index] === (nibble >= 8 ? digit.toUpperCase() : digit)
  })
}

/** Whether two spellings, of whatever case, are one address. */
export const isSameAddress = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()
