import { bigIntToBytes, bytesToBigInt } from '../../../src/crypto/bytes.ts'
import { encodeProgram } from '../../../src/compute/program.ts'
import type { Program } from '../../../src/shared/schemas/program.ts'
import type { Draws } from './draws.ts'
import { mutateBytes } from './mutate.ts'

/** What a dishonest buyer has: all of it is public, or was computed from what is. */
export interface SubmissionGround {
  readonly n: bigint
  /** Bytes of a ciphertext. */
  readonly length: number
  /** The table's ciphertexts, end to end. */
  readonly table: Uint8Array
  /** The true answer's, end to end. */
  readonly right: Uint8Array
  /** Encryptions of 0, end to end, to rerandomise with. */
  readonly zeros: Uint8Array
  readonly program: Program
}

export interface DrawnSubmission {
  readonly kind: string
  readonly ciphertexts: Uint8Array
  readonly program: Program
}

/** Programs over the same table that ask for something else. */
const drawOtherProgram = (draws: Draws, program: Program): Program => {
  const [first = { scale: { numerator: '1', denominator: '1' }, constant: '0', terms: [] }, ...rest] = program.cells
  const from = draws.below(program.rows)
  const terms: Program['cells'][number]['terms'] = [[from, 1 + draws.below(program.rows - from), '1']]
  const constant = String(BigInt(first.constant) + BigInt(1 + draws.below(20)))
  const cell = draws.once(2) ? { ...first, constant } : { ...first, constant: String(draws.below(20) - 10), terms }
  return { ...program, cells: [cell, ...rest] }
}

/**
 * Draws what is sent in place of the answer: ciphertexts made from the table's or the answer's, the numbers that are none, bytes changed
 * anywhere, noise, and the answer beside another program. Case by case another kind, in turn.
 */
export const createSubmissions = (
  { n, length, table, right, zeros, program }: SubmissionGround,
): ((draws: Draws, index: number) => DrawnSubmission) => {
  const square = n * n
  const cut = (bytes: Uint8Array): bigint[] =>
    Array.from({ length: bytes.length / length }, (_, at) => bytesToBigInt(bytes.subarray(at * length, (at + 1) * length)))
  const [cells, answers, nothing] = [cut(table), cut(right), cut(zeros)]
  const bytesOf = (value: bigint): Uint8Array => bigIntToBytes(((value % square) + square) % square, length)
  /** The answer with one of its ciphertexts replaced. */
  const replace = (draws: Draws, make: (honest: bigint) => bigint): Uint8Array => {
    const at = draws.below(answers.length)
    const sent = Uint8Array.from(right)
    sent.set(bytesOf(make(answers[at] as bigint)), at * length)
    return sent
  }
  const rerandomise = (draws: Draws, c: bigint): bigint => (((c * draws.pick(nothing)) % square) * draws.pick(nothing)) % square
  const samples = [right, table.subarray(0, length), bytesOf(1n), bytesOf(n)]
  const makers: readonly (readonly [kind: string, make: (draws: Draws) => Uint8Array])[] = [
    ['a raw cell', (draws) => replace(draws, () => draws.pick(cells))],
    ['a rerandomised cell', (draws) => replace(draws, () => rerandomise(draws, draws.pick(cells)))],
    ['the answer rerandomised', (draws) => replace(draws, (c) => rerandomise(draws, c))],
    ['c·(1+n)', (draws) => replace(draws, (c) => c * (1n + n))],
    ['c·(1+n)^k', (draws) => replace(draws, (c) => c * (1n + BigInt(1 + draws.below(2 ** 31)) * n))],
    ['c to a power', (draws) => replace(draws, (c) => c ** BigInt(2 + draws.below(3)))],
    ['−c', (draws) => replace(draws, (c) => -c)],
    ['c times a cell', (draws) => replace(draws, (c) => c * draws.pick(cells))],
    ['0', (draws) => replace(draws, () => 0n)],
    ['1', (draws) => replace(draws, () => 1n)],
    ['n', (draws) => replace(draws, () => n)],
    ['a multiple of n', (draws) => replace(draws, () => n * BigInt(1 + draws.below(2 ** 31)))],
    ['a bit of the answer flipped', (draws) => {
      const at = draws.below(right.length)
      return right.map((byte, index) => (index === at ? byte ^ (1 << draws.below(8)) : byte))
    }],
    ['bytes changed anywhere', (draws) => mutateBytes(draws, samples)],
    ['noise of the right length', (draws) => draws.bytes(right.length)],
    ['noise of any length', (draws) => draws.bytes(draws.below(2 * right.length))],
    ['nothing', () => new Uint8Array(0)],
    ['the answer cut short', (draws) => right.slice(0, draws.below(right.length))],
    ['the answer and a cell', (draws) => new Uint8Array([...right, ...bytesOf(draws.pick(cells))])],
    ['the answer for another program', () => right],
  ]
  const isRight = (bytes: Uint8Array): boolean => Buffer.compare(bytes, right) === 0
  return (draws, index) => {
    const [kind, make] = makers[index % makers.length] as (typeof makers)[number]
    const ciphertexts = make(draws)
    if (kind !== 'the answer for another program') return { kind, program, ciphertexts: isRight(ciphertexts) ? draws.bytes(length) : ciphertexts }
    const other = drawOtherProgram(draws, program)
    return { kind, ciphertexts, program: encodeProgram(other) === encodeProgram(program) ? drawOtherProgram(draws, other) : other }
  }
}
