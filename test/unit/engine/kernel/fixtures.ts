import { createHash, randomBytes, randomInt } from 'node:crypto'
import { bytesToBigInt } from '../../../../src/crypto/bytes.ts'

/** A stream of numbers that its seed determines: failures can be seen again. */
export const createSeededNumbers = (seed: string) => {
  let counter = 0
  const bytes = (count: number): Uint8Array => {
    const blocks = []
    for (let made = 0; made < count; made += 64) {
      blocks.push(createHash('sha512').update(`${seed}/${counter}`).digest())
      counter += 1
    }
    return Uint8Array.from(Buffer.concat(blocks).subarray(0, count))
  }
  return {
    bytes,
    /** Uniform, of up to `bits` bits. */
    natural: (bits: number): bigint => BigInt.asUintN(bits, bytesToBigInt(bytes(Math.ceil(bits / 8)))),
    below: (bound: bigint): bigint => bytesToBigInt(bytes(Math.ceil(bound.toString(16).length / 2) + 16)) % bound,
  }
}

/** The seed of this run: HESYSTEM_SEED, or a fresh one. It stands in the message of every failure. */
export const runSeed = process.env.HESYSTEM_SEED ?? `${randomInt(2 ** 32)}-${randomBytes(4).toString('hex')}`

/** Lengths of n, n², p² and q² for the three key lengths. */
export const modulusBits = [2048, 3072, 4096, 6144, 8192]

/** An odd modulus of exactly `bits` bits. */
export const oddModulus = (bits: number, numbers: ReturnType<typeof createSeededNumbers>): bigint =>
  numbers.natural(bits) | (1n << BigInt(bits - 1)) | 1n
