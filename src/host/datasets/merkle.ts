import { createHash } from 'node:crypto'
import type { Column } from '../../shared/schemas/details.ts'

/** What a leaf commits to beside its ciphertexts; hashes and ids as 0x-hex of 32 bytes. */
export interface LeafContext {
  readonly keyId: string
  readonly schemaHash: string
  readonly index: number
  readonly rows: number
}

const bytesOf = (hex: string): Buffer => Buffer.from(hex.slice(2), 'hex')

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const sha256 = (...parts: readonly Uint8Array[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return `0x${hash.digest('hex')}`
}

/**
 * SHA-256(0x00 ‖ key id ‖ schema hash ‖ chunk index ‖ row count ‖ ciphertexts), index and count as u32 big-endian
 * (protocol.md, "Tensors on the wire").
 */
export const computeLeaf = ({ keyId, schemaHash, index, rows }: LeafContext, ciphertexts: Uint8Array): string =>
  sha256(Buffer.of(0), bytesOf(keyId), bytesOf(schemaHash), uint32(index), uint32(rows), ciphertexts)

/** SHA-256(0x01 ‖ left ‖ right). */
export const computeNode = (left: string, right: string): string => sha256(Buffer.of(1), bytesOf(left), bytesOf(right))

/** Merkle root over at least one leaf; a node without a partner moves up unchanged. Throws RangeError for no leaves. */
export const computeRoot = (leaves: readonly string[]): string => {
  let level = leaves
  while (level.length > 1) {
    const next: string[] = []
    for (let at = 0; at < level.length; at += 2) {
      const left = level[at] as string
      const right = level[at + 1]
      next.push(right === undefined ? left : computeNode(left, right))
    }
    level = next
  }
  const [root] = level
  if (root === undefined) throw new RangeError('a Merkle tree needs at least one leaf')
  return root
}

/**
 * SHA-256 of the columns' canonical JSON: an array of [name, type, unit, categories, [numerator, denominator], lower, upper]
 * in column order, no white space. Descriptions are left out: they may be reworded without touching the ciphertexts. With packed
 * groups, of an object of these `columns` and of `packed`, the numbers of each group's columns.
 */
export const computeSchemaHash = (columns: readonly Column[], packed?: readonly (readonly number[])[]): string => {
  const described = columns.map(({ name, type, unit, categories, scale, lower, upper }) =>
    [name, type, unit, categories, [scale.numerator, scale.denominator], lower, upper])
  return sha256(Buffer.from(JSON.stringify(packed === undefined ? described : { columns: described, packed }), 'utf8'))
}
