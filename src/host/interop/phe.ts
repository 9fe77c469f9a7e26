import { z } from 'zod'
import { ciphertextLength, splitIntegers } from '../../crypto/bytes.ts'
import { createRational, divideRational, multiplyRational, type Rational } from '../../crypto/rational.ts'
import type { PaillierPublicKey } from '../../crypto/types.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import { AppError } from '../../shared/errors.ts'
import type { Column } from '../../shared/schemas/details.ts'
import type { Program } from '../../shared/schemas/program.ts'

/*
 * python-paillier (phe) carries an encrypted number as (ciphertext, exponent): the plaintext is a residue m modulo n, centred, and the
 * number is m · 16^exponent. Its documentation writes both to JSON as [str(ciphertext), exponent] beside {"n": …}, and so do we.
 * Ours are integers under a rational scale per column: exponent 0, and the scale beside them, so that not one ciphertext changes.
 */

const decimalSchema = z.string().regex(/^[0-9]{1,5000}$/)
const ratioSchema = z.tuple([z.string().regex(/^-?[0-9]{1,400}$/), z.string().regex(/^[1-9][0-9]{0,399}$/)])

/** A result computed in Python. `scale` times the encrypted numbers is the answer; 1 where it is left out. */
const pheResultSchema = z.strictObject({
  public_key: z.strictObject({ n: decimalSchema }),
  values: z.array(z.tuple([decimalSchema, z.int().min(-1000).max(1000)])).min(1).max(100_000),
  scale: z.union([ratioSchema, z.array(ratioSchema)]).optional(),
})
export type PheResult = z.infer<typeof pheResultSchema>

/** Throws `input.result-file-invalid`. */
export const parsePheResult = (text: string, fileName: string): PheResult => parseJsonAs(pheResultSchema, text, fileName, 'input.result-file-invalid')

/** The number that python-paillier's exponent stands for: 16^exponent. */
export const scaleOfExponent = (exponent: number): Rational =>
  (exponent < 0 ? createRational(1n, 16n ** BigInt(-exponent)) : createRational(16n ** BigInt(exponent)))

/** One column of `length`-byte ciphertexts as python-paillier's pairs, in JSON. */
export const encodePheColumn = ({ name, type, unit, categories, scale }: Column, ciphertexts: Uint8Array, length: number): string => {
  const values = splitIntegers(ciphertexts, length).map((ciphertext) => [ciphertext.toString(), 0])
  return JSON.stringify({ name, type, unit, categories, scale: [scale.numerator, scale.denominator], values })
}

const invalid = (why: string, details: Readonly<Record<string, number>> = {}): AppError =>
  new AppError('input.result-file-invalid', `The result does not fit the purchase: ${why}.`, { details })

const readScale = (scale: PheResult['scale'], at: number): Rational => {
  const ratio = scale === undefined ? ['1', '1'] as const : typeof scale[0] === 'string' ? scale as z.infer<typeof ratioSchema> : scale[at]
  if (ratio === undefined || typeof ratio === 'string') throw invalid('it names a scale for some of its values only')
  const [numerator, denominator] = ratio
  if (BigInt(numerator) === 0n) throw invalid(`the scale of value ${at} is 0`, { value: at })
  return createRational(BigInt(numerator), BigInt(denominator))
}

/**
 * By what power each canonical ciphertext must have been raised in Python: the integer under (c, e) is that many times the integer
 * under the program's cell, because both stand for one number. 1 where only whole weights were used.
 */
const findFactors = (cells: Program['cells'], { values, scale }: PheResult): bigint[] => cells.map((cell, at) => {
  const [, exponent] = values[at] as PheResult['values'][number]
  const unit = multiplyRational(scaleOfExponent(exponent), readScale(scale, at))
  const { numerator, denominator } = divideRational(createRational(BigInt(cell.scale.numerator), BigInt(cell.scale.denominator)), unit)
  if (denominator !== 1n) {
    throw invalid(`value ${at} does not stand for what the script asks: its exponent and scale are no whole part of ${cell.scale.numerator}/${cell.scale.denominator}`, { value: at })
  }
  return numerator
})

/** What of the engine is needed. */
export interface PowerEngine {
  scale(key: PaillierPublicKey, ciphertexts: Uint8Array, factors: readonly bigint[]): Promise<Uint8Array>
}

/**
 * Holds a result computed in Python against the one this machine computed from the same ciphertexts (`own`, one per cell of the
 * program, in the order in which the answer first names them). A seller answers canonical ciphertexts only, so anything else would use up
 * the one request for nothing. Throws `input.result-file-invalid` naming the first value that differs.
 */
export const assertPheResult = async (
  result: PheResult, key: PaillierPublicKey, cells: Program['cells'], own: Uint8Array, engine: PowerEngine,
): Promise<void> => {
  if (BigInt(result.public_key.n) !== key.n) throw invalid('it is under another public key')
  if (result.values.length !== cells.length) {
    throw invalid(`the script's answer has ${cells.length} cells to decrypt, the file ${result.values.length}`, { expected: cells.length, found: result.values.length })
  }
  const length = ciphertextLength(key.bits)
  const expected = splitIntegers(await engine.scale(key, own, findFactors(cells, result)), length)
  const at = expected.findIndex((ciphertext, index) => BigInt(result.values[index]?.[0] ?? 0) !== ciphertext)
  if (at !== -1) throw invalid(`value ${at} is another ciphertext than the script gives`, { value: at })
}
