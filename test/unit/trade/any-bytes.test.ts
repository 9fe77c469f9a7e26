import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bigIntToBytes, splitIntegers } from '../../../src/crypto/bytes.ts'
import { decryptionProofFromBytes, decryptionProofToBytes, type DecryptionProof } from '../../../src/crypto/decryption-proof.ts'
import { CryptoError } from '../../../src/crypto/errors.ts'
import { findInvalidCiphertext, parseCiphertexts } from '../../../src/crypto/paillier.ts'
import { publicKeyFromBytes, publicKeyToBytes } from '../../../src/crypto/keys.ts'
import { createEngine } from '../../../src/engine/create-engine.ts'
import { backendNames, type Engine } from '../../../src/engine/engine.ts'
import { decodeChunk, encodeChunk } from '../../../src/host/datasets/chunk-arrow.ts'
import { rowsInChunk } from '../../../src/host/datasets/tensor-wire.ts'
import { decodeAnswer, encodeAnswer } from '../../../src/host/protocol/answer-codec.ts'
import { generateSealingKey, sealAnswer, unsealAnswer } from '../../../src/host/protocol/sealing.ts'
import { decodeReply, decodeTask, encodeReply, encodeTask } from '../../../src/host/workers/task-wire.ts'
import { toBase64 } from '../../../src/host/base64.ts'
import { runJudgeJob } from '../../../src/host/judging/judge-jobs.ts'
import { AppError, isAppError } from '../../../src/shared/errors.ts'
import { createDraws, type Draws } from '../../campaigns/fuzz/draws.ts'
import { mutateBytes } from '../../campaigns/fuzz/mutate.ts'
import { createColumn, createShape, randomChunk } from '../datasets/fixtures.ts'
import { key as prepared, keyPair, length, works } from '../engine/fixtures.ts'

// HESYSTEM_SEED repeats a run.
const seed = process.env['HESYSTEM_SEED'] ?? randomBytes(8).toString('hex')

/** What came of it, or the code of a refusal that is foreseen; anything else thrown is the fault itself. */
const attempt = <T>(read: () => T): { readonly read: T } | { readonly code: string } => {
  try {
    return { read: read() }
  } catch (error) {
    if ((error instanceof AppError && error.code !== 'bug.unexpected') || error instanceof CryptoError) return { code: error.code }
    throw error
  }
}

/** A sample with bytes changed, added or left out, or noise of any length. */
const drawInput = (draws: Draws, samples: readonly Uint8Array[]): Uint8Array =>
  (draws.once(10) ? draws.bytes(draws.below(2 * (samples[0]?.length ?? 100))) : mutateBytes(draws, samples))

interface Reader {
  /** How many inputs it is shown. */
  readonly cases: number
  readonly samples: readonly Uint8Array[]
  /** By what codes it may refuse. */
  readonly refusals: readonly string[]
  readonly read: (bytes: Uint8Array) => unknown
  /** What it read, written again: whatever is taken has one form. Left out where nothing may be taken but a sample. */
  readonly write?: (value: never) => Uint8Array
}

const requestHash = `0x${'5a'.repeat(32)}`
const sealing = generateSealingKey()
const columns = [createColumn('wage'), createColumn('hours')]
const shape = createShape(3, columns, 2)
const chunk = encodeChunk(shape, columns, 0, randomChunk(rowsInChunk(shape, 0) * 2 * length))
const text = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))
const answers = [
  encodeAnswer({ maxAnswerBits: 192, integers: [5n, -(1n << 192n), 0n], proof: new Uint8Array(272).fill(7), notes: 'two rows' }),
  encodeAnswer({ maxAnswerBits: 1, integers: [1n], proof: null }),
]
const bytes32 = (digit: string): string => `0x${digit.repeat(64)}`
const submission = {
  request: {
    chainId: 31_337, contract: `0x${'22'.repeat(20)}`, purchase: '1', datasetRoot: bytes32('1'), resultHash: bytes32('2'), programHash: bytes32('3'), x25519PublicKey: bytes32('4'),
  },
  signature: `0x${'0'.repeat(128)}1b`, program: null, ciphertexts: toBase64(new Uint8Array(length).fill(3)),
}
const decode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** Everything that takes ciphertexts, or what was made of them, from another computer. */
const readers: Readonly<Record<string, Reader>> = {
  'an answer': {
    cases: 12_000, samples: answers, refusals: ['crypto.invalid-answer'],
    read: decodeAnswer, write: (value: ReturnType<typeof decodeAnswer>) => encodeAnswer(value),
  },
  'a sealed answer': {
    cases: 300, samples: answers.map((answer) => sealAnswer(answer, sealing.publicKey, requestHash)), refusals: ['crypto.sealed-answer-invalid'],
    read: (bytes) => unsealAnswer(bytes, sealing.secretKey, requestHash),
  },
  'a proof': {
    cases: 5_000, samples: [decryptionProofToBytes({ e: 5n, z: prepared.n - 1n }, 2048)], refusals: ['invalid-proof'],
    read: (bytes) => decryptionProofFromBytes(bytes, 2048), write: (value: DecryptionProof) => decryptionProofToBytes(value, 2048),
  },
  'a chunk of a download': {
    cases: 1_200, samples: [chunk], refusals: ['input.tensor-chunk-invalid'],
    read: (bytes) => decodeChunk(bytes, shape, columns, 0), write: (value: Uint8Array) => encodeChunk(shape, columns, 0, value),
  },
  'a public key': {
    cases: 5_000, samples: [publicKeyToBytes(keyPair.publicKey)], refusals: ['invalid-key', 'invalid-argument'],
    read: publicKeyFromBytes, write: publicKeyToBytes,
  },
  'a result and its request': {
    cases: 2_500, samples: [text(submission)], refusals: ['input.invalid'],
    read: (bytes) => runJudgeJob({ kind: 'submission', text: decode(bytes) }),
  },
  'a task of a worker': {
    cases: 2_000, refusals: ['runtime.worker-misread'],
    samples: [Buffer.from(encodeTask({ operation: 'evaluate', key: { kind: 'public', bytes: publicKeyToBytes(keyPair.publicKey) }, ciphertexts: new Uint8Array(64), forms: [{ runs: [{ start: 0, count: 1, weight: -5n }], constant: 9n }] }))],
    read: (bytes) => decodeTask(decode(bytes)),
  },
  'a worker\'s reply': {
    cases: 2_000, refusals: ['runtime.worker-misread'], samples: [Buffer.from(encodeReply({ ok: true, bytes: new Uint8Array(64), milliseconds: 3 }))],
    read: (bytes) => decodeReply(decode(bytes)),
  },
}

describe(`any bytes in place of ciphertexts and what is made of them (S12; seed ${seed})`, () => {
  it.each(Object.entries(readers))('are refused by their code in place of %s, and taken in one form only', (name, { cases, samples, refusals, read, write }) => {
    const seen = new Set<string>()
    for (const sample of samples) expect(attempt(() => read(sample)), name).toHaveProperty('read')
    for (let index = 0; index < cases; index += 1) {
      const input = drawInput(createDraws(`${seed}/${name}/${index}`), samples)
      const outcome = attempt(() => read(input))
      const where = `input ${index}`
      if ('code' in outcome) {
        if (!refusals.includes(outcome.code)) throw new Error(`${where} was refused by ${outcome.code}`)
        seen.add(outcome.code)
      } else if (write !== undefined) {
        expect(Buffer.compare(write(outcome.read as never), input), where).toBe(0)
      } else if (name === 'a sealed answer') {
        expect(samples.some((sample) => Buffer.compare(sample, input) === 0), where).toBe(true)
      }
    }
    expect(seen.size, 'nothing was refused').toBeGreaterThan(0)
  }, 300_000)
})

/** By the primes, which whoever checks does not have. */
const isSound = (c: bigint): boolean => c > 0n && c < prepared.nSquared && c % keyPair.p !== 0n && c % keyPair.q !== 0n

describe(`any bytes in place of ciphertexts (S12; seed ${seed})`, () => {
  it('are told from ciphertexts in 100,000 inputs: noise, and ciphertexts and what is none with bytes changed', async () => {
    const engine = await createEngine({ workers: 1 })
    const good = await engine.encrypt(keyPair, [7n, -1n]).finally(() => engine.close())
    const { p, q } = keyPair
    const { n, nSquared } = prepared
    const others = [1n, nSquared - 1n, n, nSquared, nSquared - n, p * 12_345n, p ** 3n, q * q * 3n]
    const samples = [good.slice(0, length), good.slice(length), ...others.map((value) => bigIntToBytes(value, length))]
    const counts = { noise: 0, changed: 0, sound: 0, unsound: 0 }
    const drawBytes = (draws: Draws): Uint8Array => {
      if (draws.once(2)) {
        counts.noise += 1
        const noise = draws.bytes(length)
        // Most below n², as somebody would send who wants them taken.
        if (!draws.once(8)) noise[0] = 0
        return noise
      }
      counts.changed += 1
      const changed = Uint8Array.from(draws.pick(draws.once(8) ? samples : samples.slice(0, 4)))
      changed.set(mutateBytes(draws, [changed]).subarray(0, length))
      return changed
    }
    for (let batch = 0; batch < 1_000; batch += 1) {
      const draws = createDraws(`${seed}/batch ${batch}`)
      const inputs = parseCiphertexts(prepared, new Uint8Array(Buffer.concat(Array.from({ length: 100 }, () => drawBytes(draws)))))
      const unsound = inputs.flatMap((c, index) => (isSound(c) ? [] : [index]))
      counts.unsound += unsound.length
      counts.sound += inputs.length - unsound.length
      const found: number[] = []
      for (let from = 0; from < inputs.length;) {
        const next = findInvalidCiphertext(prepared, inputs.slice(from))
        if (next === null) break
        found.push(from + next)
        from += next + 1
      }
      expect(found, `batch ${batch}`).toEqual(unsound)
    }
    expect(counts.noise + counts.changed).toBe(100_000)
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(4_000)
  }, 300_000)
})

describe.each(backendNames)(`the engine by %s, shown any bytes for ciphertexts (S12; seed ${seed})`, (backend) => {
  let engine: Engine
  let good: Uint8Array
  beforeAll(async () => {
    engine = await createEngine({ workers: 1, backend })
    good = await engine.encrypt(keyPair, [1n, -2n, 3n])
  })
  afterAll(async () => { await engine.close() })

  it('names the first that is none, before it does anything with it', async () => {
    const { p, q } = keyPair
    const { n } = keyPair.publicKey
    const cells = (bytes: Uint8Array): bigint[] => splitIntegers(bytes, length)
    const special = [0n, n, n * n, n * n - n, n * n + 1n, p * 7n, q ** 3n, 2n ** 4096n - 1n]
    const outcomes = { sound: 0, unsound: 0, misshapen: 0 }
    for (let index = 0; index < 200; index += 1) {
      const draws = createDraws(`${seed}/${backend}/${index}`)
      const bytes = draws.pick([
        () => mutateBytes(draws, [good]), () => draws.bytes(length * (1 + draws.below(3))), () => draws.bytes(draws.below(2 * length)),
        () => good.map((byte) => (draws.once(500) ? draws.below(256) : byte)),
        () => new Uint8Array(Buffer.concat([good, bigIntToBytes(draws.pick(special), length), good])),
      ])()
      const outcome = await engine.assertCiphertexts(keyPair.publicKey, bytes).then(() => null, (error: unknown) => error)
      const where = `input ${index}`
      if (bytes.length % length !== 0) {
        expect(isAppError(outcome, 'crypto.invalid-ciphertext'), where).toBe(true)
        outcomes.misshapen += 1
        continue
      }
      const first = cells(bytes).findIndex((c) => !isSound(c))
      outcomes[first === -1 ? 'sound' : 'unsound'] += 1
      if (first === -1) expect(outcome, where).toBeNull()
      else expect(outcome, where).toMatchObject({ code: 'crypto.invalid-ciphertext', message: expect.stringContaining(`iphertext ${first} `) as string })
      // What computes on them refuses them too, or gives what is a ciphertext again.
      const scaled = await engine.scale(keyPair.publicKey, bytes, cells(bytes).map(() => -3n)).catch((error: unknown) => error)
      if (first !== -1) expect(isAppError(scaled, 'crypto.invalid-ciphertext'), where).toBe(true)
      else await engine.assertCiphertexts(keyPair.publicKey, scaled as Uint8Array)
    }
    expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(0)
    // And the thread goes on.
    expect(await works(engine, keyPair)).toBe(true)
  }, 120_000)
})
