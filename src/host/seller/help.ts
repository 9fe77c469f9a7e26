import type { PaillierKeyPair } from '../../crypto/types.ts'
import type { CiphertextSource, Engine } from '../../engine/engine.ts'
import { AppError } from '../../shared/errors.ts'
import type { Inequality } from '../../shared/schemas/program.ts'
import { toLinearForm } from '../../compute/program.ts'

/** Most ciphertexts compared, or pairs multiplied, in one request. */
export const largestHelp = 1024

const assertBytes = (bytes: Uint8Array, length: number): void => {
  if (bytes.length > 0 && bytes.length % length === 0 && bytes.length <= largestHelp * length) return
  throw new AppError('input.invalid', `One request holds 1 to ${largestHelp} ciphertexts of ${length} bytes each.`, { details: { bytes: bytes.length } })
}

/** Writes down for good that so much was asked, of what is well-formed and before it is decrypted; throws where it may not be. */
export type CountHelp = (count: number) => void

/** Help under the test key. */
export const isFree: CountHelp = () => undefined

/**
 * Of each ciphertext whether its centred residue is at least 0, a digit each: every valid one is answered, since a range error would
 * tell more. Throws `input.invalid`, `crypto.invalid-ciphertext`, and what `count` does.
 */
export const signsOf = async (ciphertexts: Uint8Array, key: PaillierKeyPair, engine: Engine, count: CountHelp): Promise<string> => {
  const length = key.publicKey.bits / 4
  assertBytes(ciphertexts, length)
  await engine.assertCiphertexts(key.publicKey, ciphertexts)
  count(ciphertexts.length / length)
  return (await engine.decrypt(key, ciphertexts)).map((integer) => (integer >= 0n ? '1' : '0')).join('')
}

/**
 * Of each comparison of a table's own cells whether it holds, a digit each: recomputed here, so that the key touches nothing a buyer made
 * (S1).
 */
export const signsOfTable = async (
  questions: readonly Inequality[], table: CiphertextSource, key: PaillierKeyPair, engine: Engine,
): Promise<string> => {
  const own = await engine.evaluate(key.publicKey, table, questions.map(toLinearForm))
  return (await engine.decrypt(key, own)).map((integer) => (integer >= 0n ? '1' : '0')).join('')
}

const nothing: CiphertextSource = { count: 0, read: () => new Uint8Array(0) }

/**
 * Of each pair the product modulo n, freshly encrypted: whatever it is, for the same reason. Throws `input.invalid`,
 * `crypto.invalid-ciphertext`, and what `count` does.
 */
export const productsOf = async (
  left: Uint8Array, right: Uint8Array, key: PaillierKeyPair, engine: Engine, count: CountHelp,
): Promise<Uint8Array> => {
  const { publicKey } = key
  const length = publicKey.bits / 4
  assertBytes(left, length)
  if (left.length !== right.length) throw new AppError('input.invalid', 'There are not as many right factors as left ones.')
  await engine.assertCiphertexts(publicKey, left)
  await engine.assertCiphertexts(publicKey, right)
  count(left.length / length)
  const factors = await Promise.all([engine.decrypt(key, left), engine.decrypt(key, right)])
  const forms = factors[0].map((integer, index) => ({ runs: [], constant: (integer * (factors[1][index] as bigint)) % publicKey.n }))
  return engine.rerandomise(publicKey, await engine.evaluate(publicKey, nothing, forms))
}
