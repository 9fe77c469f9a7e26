import { createHash } from 'node:crypto'

/**
 * A signature over a whole trade tells that something in it was changed, not what. So a receipt carries a short checksum of each
 * field beside it: they name the field that was changed by accident or by a careless hand. They prove nothing; signatures and hashes do.
 */
export type ReceiptChecks = Readonly<Record<string, string>>

/** Long, and bound as a whole by a hash of its own: one checksum for all of it. */
const wholes: ReadonlySet<string> = new Set(['program'])

const listLeaves = (value: unknown, path: string): (readonly [string, unknown])[] => {
  if (typeof value !== 'object' || value === null || wholes.has(path)) return [[path, value]]
  return Object.entries(value).flatMap(([key, child]) => listLeaves(child, path === '' ? key : `${path}.${key}`))
}

const checksumOf = (path: string, value: unknown): string =>
  createHash('sha256').update(JSON.stringify([path, value])).digest('hex').slice(0, 8)

type Checked = Readonly<Record<string, unknown>> & { readonly checks?: ReceiptChecks | undefined }

/** The checksums of all fields but themselves, by path. */
export const computeChecks = ({ checks: _own, ...fields }: Checked): ReceiptChecks =>
  Object.fromEntries(listLeaves(fields, '').map(([path, value]) => [path, checksumOf(path, value)]))

/** Paths of fields that are not what their checksum says, and of those that stand on one side only; none where there are no checksums. */
export const findChangedFields = (receipt: Checked): readonly string[] => {
  const { checks } = receipt
  if (checks === undefined) return []
  const computed = computeChecks(receipt)
  return [...new Set([...Object.keys(computed), ...Object.keys(checks)])].filter((path) => computed[path] !== checks[path])
}
