import { bigIntToBytes, bytesToBigInt } from '../../../src/crypto/bytes.ts'
import { powerByBigInt } from '../../../src/crypto/modular.ts'
import { gcd } from '../../../src/crypto/rational.ts'
import { toBase64 } from '../../../src/host/base64.ts'
import type { Draws } from './draws.ts'
import { mutateBytes } from './mutate.ts'
import { host, type Refusal, type SellerStage, type SoldTable } from './seller-stage.ts'
import { createSubmissions } from './submissions.ts'
import type { FuzzTarget } from './target.ts'

const length = 512

/** Encryptions of 0, without a key's owner: n-th powers. */
const createZeros = (n: bigint): Uint8Array =>
  new Uint8Array(Buffer.concat([2n, 3n, 5n, 7n, 11n, 13n].map((r) => bigIntToBytes(powerByBigInt(r, n, n * n), length))))

/**
 * Results that are not what the program gives, each asked for by a whole request of its own, and ciphertexts where a table is compared
 * openly: refused in the same words, and the table's key is not touched (S1).
 */
const createWrongAnswers = (stage: SellerStage): FuzzTarget => {
  const { sold: { n, program, ciphertexts: right, table } } = stage
  const draw = createSubmissions({ n, length, table, right, zeros: createZeros(n), program })
  let words: string | null = null
  const assertRefused = (kind: string, refusal: Refusal | null): string => {
    if (refusal === null) throw new Error(`${kind} was answered`)
    const { code, message } = refusal
    // Another program may be one that is refused for itself, whatever comes with it.
    if (kind === 'the answer for another program' && code === 'policy.min-rows') return code
    if (code !== 'policy.result-mismatch' || message !== (words ??= message)) throw new Error(`${kind} was refused otherwise: ${code}: ${message}`)
    return code
  }
  const askOpenly = async (ciphertexts: Uint8Array): Promise<string> => {
    const refusal = await stage.askHelp('comparisons', 'rows', { ciphertexts: toBase64(ciphertexts) })
    if (!/^(?:policy\.program-expected|crypto\.invalid-ciphertext|input\.invalid)$/.test(refusal?.code ?? '')) throw new Error(`ciphertexts were compared: ${refusal?.code}`)
    return refusal?.code ?? ''
  }
  return {
    name: 'asked: wrong answers',
    run: async (draws) => {
      const uses = stage.countUses()
      const { kind, ciphertexts, program: wanted } = draw(draws, draws.below(1000))
      const outcome = draws.once(4) ? await askOpenly(ciphertexts) : assertRefused(kind, await stage.ask(wanted, ciphertexts))
      if (stage.countUses() !== uses) throw new Error(`${kind}: the key was used`)
      if (stage.bugs.length > 0) throw new Error('a bug was reported', { cause: stage.bugs[0] })
      return outcome
    },
  }
}

/** Bytes that nobody encrypted among some that are ciphertexts, or nothing but noise. */
const drawBytes = (draws: Draws, { n, table }: SoldTable): Uint8Array => {
  const cell = (): Uint8Array => {
    const at = draws.below(table.length / length)
    return table.slice(at * length, (at + 1) * length)
  }
  const sound = Array.from({ length: 1 + draws.below(3) }, cell)
  const square = n * n
  const special = [0n, 1n, n, square - 1n, square - n, square, square + 1n, 2n ** 4096n - 1n, n * BigInt(1 + draws.below(2 ** 31))]
  switch (draws.below(6)) {
    case 0: return mutateBytes(draws, [new Uint8Array(Buffer.concat(sound))])
    case 1: return draws.bytes(length * (1 + draws.below(3)))
    case 2: return draws.bytes(draws.below(3 * length))
    case 3: return new Uint8Array(Buffer.concat([...sound, bigIntToBytes(draws.pick(special), length)]))
    case 4: return new Uint8Array(Buffer.concat([...sound, cell().map((byte) => (draws.once(300) ? draws.below(256) : byte))]))
    default: return new Uint8Array(Buffer.concat(sound))
  }
}

type Kind = 'sound' | 'unsound' | 'misshapen'

/** By the definition: 0 < c < n² and gcd(c, n) = 1, of every 512 bytes. */
const judge = (bytes: Uint8Array, n: bigint): Kind => {
  if (bytes.length === 0 || bytes.length % length !== 0) return 'misshapen'
  const isSound = (c: bigint): boolean => c > 0n && c < n * n && gcd(c, n) === 1n
  return Array.from({ length: bytes.length / length }, (_, at) => bytesToBigInt(bytes.subarray(at * length, (at + 1) * length))).every(isSound) ? 'sound' : 'unsound'
}

/** Every place that takes ciphertexts from anybody: what is none is refused as such, all else is answered or refused by a rule (S12). */
const createCiphertextPlaces = (stage: SellerStage): FuzzTarget => {
  const askTest = async (draws: Draws, place: string, payload: object): Promise<Refusal | null> => {
    const remoteAddress = `10.${draws.below(256)}.${draws.below(256)}.${draws.below(256)}`
    const url = `/v1/listings/${stage.listing}/test/${place}`
    const { statusCode, body } = await stage.app.inject({ method: 'POST', url, headers: { host }, remoteAddress, payload })
    return statusCode < 300 ? null : JSON.parse(body) as Refusal
  }
  const both = (draws: Draws, bytes: Uint8Array, table: Uint8Array): object => {
    const cells = Math.max(1, Math.floor(bytes.length / length))
    const other = toBase64(new Uint8Array(Buffer.concat(Array.from({ length: cells }, () => table.subarray(0, length)))))
    return draws.once(2) ? { left: toBase64(bytes), right: other } : { left: other, right: toBase64(bytes) }
  }
  type Ask = (draws: Draws, bytes: Uint8Array) => Promise<Refusal | null>
  const places: readonly (readonly [name: string, table: SoldTable, ask: Ask])[] = [
    ['test results', stage.test, (draws, bytes) => askTest(draws, 'results', { ciphertexts: toBase64(bytes) })],
    ['test comparisons', stage.test, (draws, bytes) => askTest(draws, 'comparisons', { ciphertexts: toBase64(bytes) })],
    ['test products', stage.test, (draws, bytes) => askTest(draws, 'products', both(draws, bytes, stage.test.table))],
    ['comparisons', stage.hidden, (_, bytes) => stage.askHelp('comparisons', 'hidden', { ciphertexts: toBase64(bytes) })],
    ['products', stage.hidden, (draws, bytes) => stage.askHelp('products', 'hidden', both(draws, bytes, stage.hidden.table))],
    ['result', stage.hidden, (_, bytes) => stage.ask(null, bytes)],
  ]
  const allowed: Readonly<Record<Kind, RegExp>> = {
    sound: /^(?:answered|policy\.(?:answer-cells|answer-out-of-bounds|budget-spent))$/,
    unsound: /^(?:crypto\.invalid-ciphertext|policy\.answer-cells)$/,
    // A whole number of ciphertexts too many or too few for the factors beside them is no ciphertext either.
    misshapen: /^(?:input\.invalid|crypto\.invalid-ciphertext)$/,
  }
  return {
    name: 'asked: bytes for ciphertexts',
    run: async (draws) => {
      const [place, table, ask] = draws.pick(places)
      const bytes = drawBytes(draws, table)
      const kind = judge(bytes, table.n)
      const outcome = (await ask(draws, bytes))?.code ?? 'answered'
      if (!allowed[kind].test(outcome)) throw new Error(`${place}: ${kind} bytes gave ${outcome}: ${Buffer.from(bytes).toString('hex')}`)
      if (stage.bugs.length > 0) throw new Error('a bug was reported', { cause: stage.bugs[0] })
      return outcome
    },
  }
}

/** The seller, asked by whole requests: what a buyer sends in place of an answer's ciphertexts, and in place of any. */
export const createAskedTargets = (stage: SellerStage): readonly FuzzTarget[] => [createWrongAnswers(stage), createCiphertextPlaces(stage)]
