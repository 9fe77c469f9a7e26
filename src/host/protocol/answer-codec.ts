import { AppError } from '../../shared/errors.ts'
import { sealingOverhead } from './sealing.ts'

export { sealedLimit } from './sealing.ts'

/**
 * What is inside a sealed answer, big-endian, end to end:
 *   version (1) ‖ B (2) ‖ count (4) ‖ integers, each of w bytes ‖ proof length (2) ‖ proof ‖ notes length (2) ‖ notes (UTF-8)
 * B is the listing's bound on an answer's bits without its sign; an integer m with |m| ≤ 2^B is two's complement in
 * w = ⌈(B + 2)/8⌉ bytes. Proof length 0: there is no proof. One payload has one encoding.
 */
const version = 1
const headerBytes = 7
const lengthBytes = 2
const largestLength = 0xffff

export interface AnswerPayload {
  readonly maxAnswerBits: number
  readonly integers: readonly bigint[]
  /** The proof of correct decryption; null: not proved. */
  readonly proof: Uint8Array | null
  /** Words of the seller to the buyer. */
  readonly notes: string
}

const integerBytes = (maxAnswerBits: number): number => Math.ceil((maxAnswerBits + 2) / 8)

const assertBits = (maxAnswerBits: number): void => {
  if (!Number.isInteger(maxAnswerBits) || maxAnswerBits < 1 || maxAnswerBits > largestLength) {
    throw new AppError('input.invalid', `The answer bound must be 1 to ${largestLength} bits, not ${maxAnswerBits}.`, { details: { maxAnswerBits } })
  }
}

/** Length in bytes of a sealed answer without notes, for telling whether a listing's largest answer fits the contract. */
export const sealedLength = (cells: number, maxAnswerBits: number, proofBytes = 0): number => {
  assertBits(maxAnswerBits)
  return sealingOverhead + headerBytes + cells * integerBytes(maxAnswerBits) + lengthBytes + proofBytes + lengthBytes
}

const encodeInteger = (integer: bigint, bytes: number): Uint8Array => {
  const hex = BigInt.asUintN(8 * bytes, integer).toString(16).padStart(2 * bytes, '0')
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

const encodeBlock = (bytes: Uint8Array, what: string): Uint8Array => {
  if (bytes.length > largestLength) throw new AppError('input.invalid', `An answer's ${what} can take ${largestLength} bytes at most, not ${bytes.length}.`)
  return new Uint8Array([bytes.length >> 8, bytes.length & 0xff, ...bytes])
}

/** Throws `input.invalid` for an integer beyond ±2^maxAnswerBits, an empty proof, or parts that are too long. */
export const encodeAnswer = ({ maxAnswerBits, integers, proof, notes = '' }: Omit<AnswerPayload, 'notes'> & Partial<Pick<AnswerPayload, 'notes'>>): Uint8Array => {
  assertBits(maxAnswerBits)
  const bound = 1n << BigInt(maxAnswerBits)
  const outside = integers.findIndex((integer) => integer > bound || integer < -bound)
  if (outside !== -1) {
    throw new AppError('input.invalid', `Cell ${outside} of the answer has more than the ${maxAnswerBits} bits it may have.`, { details: { cell: outside, maxAnswerBits } })
  }
  if (proof?.length === 0) throw new AppError('input.invalid', 'A proof cannot be empty; null says that there is none.')
  const header = Buffer.alloc(headerBytes)
  header.writeUInt8(version, 0)
  header.writeUInt16BE(maxAnswerBits, 1)
  header.writeUInt32BE(integers.length, 3)
  const bytes = integerBytes(maxAnswerBits)
  return new Uint8Array(Buffer.concat([
    header,
    ...integers.map((integer) => encodeInteger(integer, bytes)),
    encodeBlock(proof ?? new Uint8Array(), 'proof'),
    encodeBlock(new TextEncoder().encode(notes), 'notes'),
  ]))
}

const refuse = (why: string, cause?: unknown): AppError =>
  new AppError('crypto.invalid-answer', `These bytes are not an answer: ${why}.`, { cause })

const createReader = (payload: Uint8Array) => {
  const view = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  let offset = 0
  const take = (bytes: number, what: string): Buffer => {
    if (offset + bytes > view.length) throw refuse(`they end within the ${what}`)
    offset += bytes
    return view.subarray(offset - bytes, offset)
  }
  return { take, left: () => view.length - offset }
}

const decodeNotes = (bytes: Uint8Array): string => {
  try {
    // ignoreBOM: a leading byte order mark is part of the text, or two payloads would decode to one.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw refuse('the notes are not UTF-8', error)
  }
}

/** Reads exactly what `encodeAnswer` writes. Throws `crypto.invalid-answer`. */
export const decodeAnswer = (payload: Uint8Array): AnswerPayload => {
  const reader = createReader(payload)
  const header = reader.take(headerBytes, 'header')
  if (header.readUInt8(0) !== version) throw refuse(`their format ${header.readUInt8(0)} is unknown`)
  const maxAnswerBits = header.readUInt16BE(1)
  const count = header.readUInt32BE(3)
  if (maxAnswerBits === 0) throw refuse('their bound is zero bits')
  const bytes = integerBytes(maxAnswerBits)
  if (count * bytes > reader.left()) throw refuse('they end within the integers')
  const bound = 1n << BigInt(maxAnswerBits)
  const integers = Array.from({ length: count }, (_, cell) => {
    const integer = BigInt.asIntN(8 * bytes, BigInt(`0x${reader.take(bytes, 'integers').toString('hex')}`))
    if (integer > bound || integer < -bound) throw refuse(`cell ${cell} is beyond their own bound`)
    return integer
  })
  const proof = reader.take(reader.take(lengthBytes, 'proof').readUInt16BE(0), 'proof')
  const notes = reader.take(reader.take(lengthBytes, 'notes').readUInt16BE(0), 'notes')
  if (reader.left() !== 0) throw refuse(`${reader.left()} bytes follow their end`)
  return { maxAnswerBits, integers, proof: proof.length === 0 ? null : new Uint8Array(proof), notes: decodeNotes(notes) }
}
