import { readdirSync, readFileSync } from 'node:fs'
import { platform } from 'node:os'
import { afterAll, describe, expect, it } from 'vitest'
import { bigIntToBytes, bytesToBigInt, joinIntegers } from '../../../src/crypto/bytes.ts'
import { plaintextLimit } from '../../../src/crypto/encoding.ts'
import { assertKeyPair } from '../../../src/crypto/keys.ts'
import { at } from '../../../src/crypto/lists.ts'
import type { LinearForm } from '../../../src/crypto/types.ts'
import { createEngine } from '../../../src/engine/create-engine.ts'
import type { Progress } from '../../../src/engine/engine.ts'
import { key, keyPair, length, rejection, sourceOf, works } from './fixtures.ts'

const { publicKey } = keyPair
const limit = plaintextLimit(key.n)
const engine = await createEngine({ workers: 2 })
const single = await createEngine({ workers: 1, backend: 'bigint' })
const plaintexts = [0n, 1n, -1n, limit, -limit, ...Array.from({ length: 95 }, (_, i) => BigInt(i - 40) ** 7n)]
const ciphertexts = await engine.encrypt(keyPair, plaintexts)

afterAll(async () => {
  await engine.close()
  await single.close()
})

const cells = (bytes: Uint8Array, ...indices: number[]): Uint8Array =>
  joinIntegers(indices.map((i) => bytesToBigInt(bytes.subarray(i * length, (i + 1) * length))), length)

const withCell = (bytes: Uint8Array, index: number, c: bigint): Uint8Array => {
  const changed = new Uint8Array(bytes)
  changed.set(bigIntToBytes(c, length), index * length)
  return changed
}

describe('an engine', () => {
  it('says what it runs on', () => {
    expect(engine.backend).toMatch(/^wasm(?:-fused)?$/)
    expect([engine.workers, single.backend, single.workers]).toEqual([2, 'bigint', 1])
  })

  it('refuses a number of workers that is none', async () => {
    await rejection('crypto.invalid-argument', createEngine({ workers: 0 }))
    await rejection('crypto.invalid-argument', createEngine({ workers: 1.5 }))
    await rejection('crypto.invalid-argument', createEngine({ workers: 1025 }))
  })

  it('refuses a backend or a randomness that there is not, and says which there are', async () => {
    for (const name of ['nonsense', '', null, 'constructor']) {
      const backend = await rejection('crypto.invalid-argument', createEngine({ backend: name as 'wasm' }))
      expect(backend.message).toBe(`There is no backend ${String(name)}; there are wasm-fused, wasm, node-crypto, bigint.`)
      const randomness = await rejection('crypto.invalid-argument', createEngine({ randomness: name as 'table' }))
      expect(randomness.message).toBe(`There is no randomness ${String(name)}; there are table, exact, short.`)
    }
  })

  it('decrypts what it encrypted, in order, the ends of the range included', async () => {
    expect(await engine.decrypt(keyPair, ciphertexts)).toEqual(plaintexts)
  })

  it('leaves the caller\'s bytes alone, a Buffer of a larger pool too', async () => {
    const pooled = Buffer.concat([Buffer.alloc(3), cells(ciphertexts, 1, 2)]).subarray(3)
    expect(await engine.decrypt(keyPair, pooled)).toEqual([1n, -1n])
    expect(await engine.decrypt(keyPair, pooled)).toEqual([1n, -1n])
  })

  it.runIf(platform() === 'linux')('computes in threads that let the thread which asked go first', async () => {
    await engine.encrypt(publicKey, [1n])
    // The 19th field, of which the second, in parentheses, may hold spaces [proc_pid_stat(5)].
    const nicenessOf = (thread: string): number => Number(readFileSync(`/proc/self/task/${thread}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[16])
    const own = nicenessOf(String(process.pid))
    expect(readdirSync('/proc/self/task').filter((thread) => nicenessOf(thread) === Math.min(19, own + 5)).length).toBeGreaterThan(0)
  })

  it('works on nothing', async () => {
    expect(await engine.encrypt(keyPair, [])).toEqual(new Uint8Array(0))
    expect(await engine.decrypt(keyPair, new Uint8Array(0))).toEqual([])
    expect(await engine.evaluate(publicKey, sourceOf(new Uint8Array(0)), [])).toEqual(new Uint8Array(0))
  })

  it('encrypts with the public key alone', async () => {
    expect(await single.decrypt(keyPair, await engine.encrypt(publicKey, [7n, -8n]))).toEqual([7n, -8n])
  })

  it('adds, subtracts, scales and rerandomises cell by cell, the same on either backend', async () => {
    const [a, b] = [cells(ciphertexts, 10, 11, 12), cells(ciphertexts, 20, 21, 22)]
    const [x, y] = [plaintexts.slice(10, 13), plaintexts.slice(20, 23)]
    const factors = [-3n, 0n, 10n ** 30n]
    const results = await Promise.all([
      engine.add(publicKey, a, b), engine.subtract(publicKey, a, b), engine.scale(publicKey, a, factors),
    ])
    expect(await Promise.all([single.add(publicKey, a, b), single.subtract(publicKey, a, b), single.scale(publicKey, a, factors)]))
      .toEqual(results)
    const [sums, differences, products] = results
    expect(await engine.decrypt(keyPair, sums)).toEqual(x.map((m, i) => m + at(y, i)))
    expect(await engine.decrypt(keyPair, differences)).toEqual(x.map((m, i) => m - at(y, i)))
    expect(await engine.decrypt(keyPair, products)).toEqual(x.map((m, i) => m * at(factors, i)))
    const fresh = await engine.rerandomise(publicKey, a)
    expect(fresh).not.toEqual(a)
    expect(await engine.decrypt(keyPair, fresh)).toEqual(x)
  })

  it('generates keys that keep every condition', async () => {
    const progress: Progress[] = []
    const generated = await engine.generateKeyPair(2048, { onProgress: (state) => progress.push(state) })
    expect(() => assertKeyPair(generated)).not.toThrow()
    expect(progress.at(-1)).toMatchObject({ done: 1, total: 1 })
    expect(await works(engine, generated)).toBe(true)
  })
})

describe('an evaluation', () => {
  const forms: LinearForm[] = [
    { runs: [{ start: 5, count: 95, weight: 1n }], constant: 0n },
    { runs: [{ start: 5, count: 90, weight: -12_345n }, { start: 96, count: 2, weight: 3n }], constant: -17n },
    { runs: [], constant: -9n },
    { runs: Array.from({ length: 30 }, (_, i) => ({ start: 3 * i + 5, count: 1, weight: BigInt(i * i * 1000 - 9999) })), constant: 1n },
    { runs: [{ start: 99, count: 1, weight: 1n }], constant: 0n },
  ]
  const expected = forms.map(({ runs, constant }) => runs.reduce(
    (sum, { start, count, weight }) => sum + weight * plaintexts.slice(start, start + count).reduce((a, b) => a + b), constant,
  ))

  it('gives the weighted sums, as the same bytes on every backend and number of workers', async () => {
    const results = await engine.evaluate(publicKey, sourceOf(ciphertexts), forms)
    expect(await engine.decrypt(keyPair, results)).toEqual(expected)
    expect(await single.evaluate(publicKey, sourceOf(ciphertexts), forms)).toEqual(results)
  })

  it('makes sums that forms share once, and gives each form its own bytes', async () => {
    const overlapping: LinearForm[] = [
      { runs: [{ start: 5, count: 95, weight: 4n }], constant: 3n },
      { runs: [{ start: 5, count: 40, weight: 1n }], constant: 0n },
      { runs: [{ start: 30, count: 50, weight: -2n }, { start: 90, count: 10, weight: 1n }], constant: 0n },
    ]
    let read = 0
    const source = sourceOf(ciphertexts)
    const counting = { count: source.count, read: (start: number, count: number) => {
      read += count
      return source.read(start, count)
    } }
    const together = await engine.evaluate(publicKey, counting, overlapping)
    expect(read).toBe(95)
    const apart = await Promise.all(overlapping.map((form) => engine.evaluate(publicKey, source, [form])))
    expect(together).toEqual(new Uint8Array(Buffer.concat(apart)))
  })

  it('reads an asynchronous source in bounded pieces, whatever its length', async () => {
    const repeats = 200
    let longest = 0
    const source = {
      count: 100 * repeats,
      read: async (start: number, count: number) => {
        longest = Math.max(longest, count)
        await Promise.resolve()
        return Buffer.concat(Array.from({ length: count }, (_, i) => cells(ciphertexts, (start + i) % 100)))
      },
    }
    const form = { runs: [{ start: 0, count: source.count, weight: 2n }], constant: 0n }
    const [sum] = await engine.decrypt(keyPair, await engine.evaluate(publicKey, source, [form]))
    expect(sum).toBe(2n * BigInt(repeats) * plaintexts.reduce((a, b) => a + b))
    expect(longest).toBeLessThan(source.count / 2)
  })

  it('refuses runs that are empty, overlapping, outside or without weight, before it reads', async () => {
    const run = { start: 0, count: 1, weight: 1n }
    const unread = { count: 3, read: () => Promise.reject(new Error('read')) }
    for (const runs of [[{ ...run, count: 0 }], [{ ...run, count: 4 }], [{ ...run, start: -1 }], [{ ...run, weight: 0n }], [run, run]]) {
      await rejection('crypto.invalid-argument', engine.evaluate(publicKey, unread, [{ runs, constant: 0n }]))
    }
  })

  it('refuses numbers that are not whole, and numbers in the place of BigInts, on every backend', async () => {
    const run = { start: 0, count: 1, weight: 1n }
    const source = sourceOf(ciphertexts)
    const malformed = [
      { ...run, start: 0.5 }, { ...run, start: NaN }, { ...run, count: 1.5 }, { ...run, count: NaN },
      { ...run, weight: 3 as unknown as bigint },
    ]
    for (const runs of malformed.map((bad) => [bad])) {
      const error = await rejection('crypto.invalid-argument', engine.evaluate(publicKey, source, [{ runs, constant: 0n }]))
      expect(error.message).toMatch(/no whole numbers|no BigInt/u)
    }
    await rejection('crypto.invalid-argument', engine.evaluate(publicKey, { ...source, count: NaN }, [{ runs: [run], constant: 0n }]))
    await rejection('crypto.invalid-argument', engine.evaluate(publicKey, source, [{ runs: [run], constant: 1 as unknown as bigint }]))
    for (const one of [engine, single]) {
      await rejection('crypto.invalid-argument', one.scale(publicKey, cells(ciphertexts, 1), [3 as unknown as bigint]))
      await rejection('crypto.invalid-argument', one.encrypt(keyPair, [3 as unknown as bigint]))
    }
  })

  it('passes on what its source throws, and refuses a source that returns too little', async () => {
    const form = { runs: [{ start: 0, count: 2, weight: 1n }], constant: 0n }
    const failing = { count: 2, read: () => Promise.reject(new Error('the disk is gone')) }
    await expect(engine.evaluate(publicKey, failing, [form])).rejects.toThrow('the disk is gone')
    await rejection('crypto.invalid-ciphertext', engine.evaluate(publicKey, { count: 2, read: () => new Uint8Array(length) }, [form]))
  })

  it('refuses a ciphertext that is none', async () => {
    for (const bad of [0n, key.n, key.nSquared]) {
      const form = { runs: [{ start: 0, count: 100, weight: 1n }], constant: 0n }
      const source = sourceOf(withCell(withCell(ciphertexts, 50, bad), 70, 0n))
      for (const one of [engine, single]) {
        expect((await rejection('crypto.invalid-ciphertext', one.evaluate(publicKey, source, [form]))).details).toEqual({ index: 50 })
      }
    }
  })

  it('judges the cells that forms name, not those between them', async () => {
    const named = [10, 12, 20, 60]
    const forms = [1n, -5n].map((weight) => ({ runs: named.map((start) => ({ start, count: 1, weight })), constant: 0n }))
    const expected = await single.evaluate(publicKey, sourceOf(ciphertexts), forms)
    for (const bad of [0n, key.n, key.nSquared]) {
      for (const one of [engine, single]) {
        expect(await one.evaluate(publicKey, sourceOf(withCell(ciphertexts, 11, bad)), forms)).toEqual(expected)
        const error = await rejection('crypto.invalid-ciphertext', one.evaluate(publicKey, sourceOf(withCell(ciphertexts, 20, bad)), forms))
        expect(error.details).toEqual({ index: 20 })
      }
    }
  })
})

describe('bad input', () => {
  it('is refused with the first bad ciphertext named, across batches', async () => {
    const two = withCell(withCell(ciphertexts, 90, 0n), 61, key.nSquared)
    expect((await rejection('crypto.invalid-ciphertext', engine.assertCiphertexts(publicKey, two))).details).toEqual({ index: 61 })
    const one = withCell(ciphertexts, 77, key.p.prime)
    for (const job of [
      () => engine.decrypt(keyPair, one),
      () => engine.add(publicKey, one, ciphertexts),
      () => engine.subtract(publicKey, ciphertexts, one),
    ]) {
      expect((await rejection('crypto.invalid-ciphertext', job())).message).toContain('iphertext 77 ')
    }
    await expect(engine.assertCiphertexts(publicKey, ciphertexts)).resolves.toBeUndefined()
  })

  it('is refused where bytes are no whole number of ciphertexts, or operands differ in length', async () => {
    await rejection('crypto.invalid-ciphertext', engine.decrypt(keyPair, ciphertexts.subarray(1)))
    await rejection('crypto.invalid-argument', engine.add(publicKey, cells(ciphertexts, 1, 2), cells(ciphertexts, 1)))
    await rejection('crypto.invalid-argument', engine.scale(publicKey, cells(ciphertexts, 1), [1n, 2n]))
  })

  it('is refused where a plaintext is out of range, naming it', async () => {
    const error = await rejection('crypto.plaintext-out-of-range', engine.encrypt(keyPair, [0n, limit + 1n]))
    expect(error.details).toEqual({ index: 1 })
  })

  it('is refused where the key is not one', async () => {
    await rejection('crypto.invalid-key', engine.encrypt({ n: key.n - 1n, bits: 2048 }, [1n]))
    await rejection('crypto.invalid-key', engine.encrypt({ n: key.n, bits: 3072 }, [1n]))
    await rejection('crypto.invalid-key', engine.encrypt({ ...keyPair, q: keyPair.q + 2n }, [1n]))
  })

  it('leaves the engine working', async () => {
    expect(await works(engine, keyPair)).toBe(true)
  })
})

describe('progress', () => {
  it('rises to the total, with an estimate from the first step on', async () => {
    const long = Array.from({ length: 100 }, (_, start) => ({ start, count: 1, weight: 2n ** 64n + BigInt(start) }))
    for (const job of [
      (onProgress: (progress: Progress) => void) => engine.encrypt(keyPair, plaintexts, { onProgress }),
      (onProgress: (progress: Progress) => void) =>
        engine.evaluate(publicKey, sourceOf(ciphertexts), [{ runs: long, constant: 0n }], { onProgress }),
    ]) {
      const seen: Progress[] = []
      await job((progress) => seen.push(progress))
      expect(seen.length).toBeGreaterThan(2)
      expect(seen[0]).toMatchObject({ done: 0, estimatedSecondsLeft: null })
      expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).sort((a, b) => a - b))
      expect(new Set(seen.map(({ total }) => total)).size).toBe(1)
      expect(seen.at(-1)).toEqual({ done: seen[0]?.total, total: seen[0]?.total, estimatedSecondsLeft: 0 })
      expect(seen.slice(1).every(({ estimatedSecondsLeft }) => estimatedSecondsLeft !== null && estimatedSecondsLeft >= 0)).toBe(true)
    }
  })
})
