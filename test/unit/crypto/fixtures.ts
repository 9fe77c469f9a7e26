import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { CryptoError, type CryptoErrorCode } from '../../../src/crypto/errors.ts'
import { preparePrivateKey, type PreparedPrivateKey } from '../../../src/crypto/keys.ts'
import { createCheckedRandom } from '../../../src/crypto/random.ts'
import type { KeyBits, PaillierKeyPair } from '../../../src/crypto/types.ts'

interface VectorKey {
  readonly bits: KeyBits
  readonly p: string
  readonly q: string
  readonly n: string
  readonly rawEncrypt: readonly { readonly m: string; readonly r: string; readonly c: string }[]
  readonly add: readonly { readonly ca: string; readonly cb: string; readonly sumC: string; readonly sumM: string }[]
  readonly multiply: readonly { readonly ca: string; readonly w: string; readonly productM: string }[]
  readonly dot: readonly { readonly c: readonly string[]; readonly wDecimal: readonly string[]; readonly resultDecimal: string }[]
}

/** Known answers by python-paillier and gmpy2. Their primes are not ≡ 3 mod 4: foreign keys, good for everything but our own use. */
export const vectors = JSON.parse(readFileSync(new URL('../../vectors/paillier.json', import.meta.url), 'utf8')) as {
  readonly keys: readonly VectorKey[]
}

export const fromHex = (hex: string): bigint => BigInt(`0x${hex}`)

export const keyPairOf = ({ bits, n, p, q }: VectorKey): PaillierKeyPair =>
  ({ publicKey: { n: fromHex(n), bits }, p: fromHex(p), q: fromHex(q) })

const [shortest] = vectors.keys
if (shortest === undefined) throw new Error('the vectors hold no key')

/** The 2048-bit key of the vectors: the quickest there is. */
export const keyPair: PaillierKeyPair = keyPairOf(shortest)
export const key: PreparedPrivateKey = preparePrivateKey(keyPair)

export const random = createCheckedRandom(randomBytes)

/** Runs `action` and returns the CryptoError it throws; fails where it throws none or one of another code. */
export const expectCryptoError = (code: CryptoErrorCode, action: () => unknown): CryptoError => {
  try {
    action()
  } catch (error) {
    expect(error).toBeInstanceOf(CryptoError)
    expect((error as CryptoError).code).toBe(code)
    return error as CryptoError
  }
  throw new Error(`nothing was thrown where ${code} was expected`)
}
