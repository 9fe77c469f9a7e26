import { z } from 'zod'
import { hasValidChecksum } from '../address.ts'

/** 0x-prefixed lower-case hex of exactly `bytes` bytes. */
export const hexSchema = (bytes: number) => z.string().regex(new RegExp(`^0x[0-9a-f]{${bytes * 2}}$`), `must be 0x and ${bytes * 2} lower-case hex digits`)
export const bytes32Schema = hexSchema(32)
/** In one case, or in the mixed case whose checksum (EIP-55) is right: a mistyped address pays nobody. */
export const addressSchema = z.string().regex(/^0x[0-9a-fA-F]{40}$/, 'must be a 20-byte address in hex').refine(hasValidChecksum, 'has a wrong checksum')
/** A signed integer in canonical decimal: no leading zeros, no plus, no minus zero. */
export const integerSchema = z.string().max(20_000).regex(/^(0|-?[1-9][0-9]*)$/, 'must be a whole number in decimal')
/** A non-negative integer in canonical decimal (wei, counts that outgrow 2^53). */
export const naturalSchema = z.string().max(20_000).regex(/^(0|[1-9][0-9]*)$/, 'must be a whole number ≥ 0 in decimal')
/** A signed rational in lowest terms; the denominator is positive. */
export const rationalSchema = z.strictObject({ numerator: integerSchema, denominator: naturalSchema })
export const hexIntegerSchema = z.string().max(2_100).regex(/^[1-9a-f][0-9a-f]*$/, 'must be a positive integer in lower-case hex')

export type RationalJson = z.infer<typeof rationalSchema>

/** 65 bytes. The last is 27 or 28: 0, 1 and EIP-155's numbers would recover the same, and nothing signed may have two spellings. */
export const signatureSchema = z.string().regex(/^0x[0-9a-f]{128}1[bc]$/, 'must be a 65-byte signature in lower-case hex that ends in 1b or 1c')
