import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ciphertextLength, joinIntegers } from '../../../src/crypto/bytes.ts'
import { createRational, multiplyRational, rationalToNumber } from '../../../src/crypto/rational.ts'
import type { KeyBits, PaillierKeyPair } from '../../../src/crypto/types.ts'
import { createEngine } from '../../../src/engine/create-engine.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import { assertPheResult, parsePheResult, scaleOfExponent } from '../../../src/host/interop/phe.ts'
import { refusal } from '../datasets/fixtures.ts'

interface Vectors {
  readonly keys: readonly {
    readonly bits: KeyBits; readonly p: string; readonly q: string
    readonly floats: readonly { readonly decimal: string; readonly exponentBase16: number; readonly c: string }[]
  }[]
}
const { keys } = JSON.parse(readFileSync(new URL('../../vectors/paillier.json', import.meta.url), 'utf8')) as Vectors
const parse = (hex: string): bigint => BigInt(`0x${hex}`)
/** python-paillier's primes are any primes; ours are 3 modulo 4, which createKeyPair insists on. */
const createKey = (p: bigint, q: bigint, bits: KeyBits): PaillierKeyPair => ({ publicKey: { n: p * q, bits }, p, q })

let engine: Engine
beforeAll(async () => { engine = await createEngine({ workers: 1 }) })
afterAll(async () => { await engine.close() })

describe('a number of python-paillier', () => {
  it.each(keys.map((key) => [key.bits, key] as const))('is its decrypted integer times 16 to its exponent, under %i bits', async (bits, { p, q, floats }) => {
    const key = createKey(parse(p), parse(q), bits)
    const ciphertexts = joinIntegers(floats.map(({ c }) => parse(c)), ciphertextLength(bits))
    const integers = await engine.decrypt(key, ciphertexts)
    const numbers = floats.map(({ exponentBase16 }, at) =>
      rationalToNumber(multiplyRational(createRational(integers[at] ?? 0n), scaleOfExponent(exponentBase16))))
    expect(numbers).toEqual(floats.map(({ decimal }) => Number(decimal)))
  })
})

describe('a result computed in Python', () => {
  const [{ p, q, bits } = { p: '', q: '', bits: 2048 as const }] = keys
  let key: PaillierKeyPair
  let own: Uint8Array
  /** One cell: the mean of four numbers of two decimals. */
  const cells = [{ scale: { numerator: '1', denominator: '400' }, constant: '0', terms: [[0, 4, '1'] as [number, number, string]] }]
  const file = (ciphertext: bigint, exponent: number, scale: readonly string[] = ['1', '400'], n = key.publicKey.n): string =>
    JSON.stringify({ public_key: { n: n.toString() }, values: [[ciphertext.toString(), exponent]], scale })
  const check = (text: string): Promise<void> => assertPheResult(parsePheResult(text, 'result.json'), key.publicKey, cells, own, engine)
  const toPower = async (factor: bigint): Promise<bigint> => BigInt(`0x${Buffer.from(await engine.scale(key.publicKey, own, [factor])).toString('hex')}`)

  beforeAll(async () => {
    key = createKey(parse(p), parse(q), bits)
    own = await engine.encrypt(key, [1234n])
  })

  it('is the canonical ciphertext where whole weights were used', async () => {
    await check(file(await toPower(1n), 0))
    await check(file(await toPower(1n), 0, ['2', '800']))
  })

  it('may carry finer exponents, other scales and the other sign: the powers they stand for', async () => {
    // Half of each number, as python-paillier encodes 0.5: 16¹⁴ / 2 under exponent −14, of which twice makes the answer.
    await check(file(await toPower(16n ** 14n / 2n), -14, ['2', '400']))
    await check(file(await toPower(3n), 0, ['1', '1200']))
    await check(file(await toPower(-1n), 0, ['-1', '400']))
  })

  it('is refused where it is another number, another ciphertext, or under another key', async () => {
    const one = await toPower(1n)
    const other = [file(one, -1), file(one, 0, ['1', '399']), file(one + 1n, 0), file(await toPower(2n), 0), file(one, 0, ['0', '1'])]
    for (const text of [...other, file(one, 0, ['1', '400'], key.publicKey.n + 2n)]) {
      await expect(check(text)).rejects.toThrow(refusal('input.result-file-invalid'))
    }
    const two = JSON.stringify({ public_key: { n: key.publicKey.n.toString() }, values: [[one.toString(), 0], [one.toString(), 0]] })
    await expect(check(two)).rejects.toThrow(refusal('input.result-file-invalid', { expected: 1, found: 2 }))
  })

  it('is refused where it is encrypted anew: the seller could not tell that it is right', async () => {
    const again = await engine.rerandomise(key.publicKey, own)
    await expect(check(file(BigInt(`0x${Buffer.from(again).toString('hex')}`), 0))).rejects.toThrow(refusal('input.result-file-invalid', { value: 0 }))
  })

  it.each([
    '{', '[]', '{"public_key":{"n":"0x1"},"values":[]}', '{"public_key":{"n":"7"},"values":[["1",0.5]]}', '{"public_key":{"n":"7"},"values":[["-1",0]]}',
  ])('is refused where it is no such file: %s', (text) => {
    expect(() => parsePheResult(text, 'result.json')).toThrow(refusal('input.result-file-invalid'))
  })
})
