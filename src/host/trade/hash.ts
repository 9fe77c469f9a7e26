import { createHash } from 'node:crypto'

/** SHA-256 as 0x and 64 hex digits. */
export const sha256Hex = (bytes: Uint8Array | string): string => `0x${createHash('sha256').update(bytes).digest('hex')}`
