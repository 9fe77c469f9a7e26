import { createHash, randomBytes } from 'node:crypto'
import { Mnemonic } from 'ethers'
import { describe, expect, it } from 'vitest'
import { createLog } from '../../../src/host/operations/log.ts'
import { redactText } from '../../../src/host/operations/redact.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { noteFigure, testLength } from '../../campaigns/support/figures.ts'

type Draw = (below: number) => number
/** The same numbers for the same seed. */
const createDraw = (seed: string): Draw => {
  let drawn = 0
  let digest = Buffer.alloc(0)
  return (below) => {
    const at = drawn % 8
    if (at === 0) digest = createHash('sha256').update(`${seed}/${drawn / 8}`).digest()
    drawn += 1
    return digest.readUInt32BE(4 * at) % below
  }
}

interface Secrets {
  /** What no log may hold, in any notation. */
  readonly texts: readonly string[]
  readonly phrase: string
  readonly privateKey: string
  readonly passphrase: string
  readonly prime: bigint
  readonly dataKey: string
  readonly token: string
}

const wordsOf = (text: string): string[] => text.split(/[^A-Za-z0-9]+/).filter((word) => word.length > 7)

const makeSecrets = (draw: Draw): Secrets => {
  const bytes = (count: number): Buffer => Buffer.from(Array.from({ length: count }, () => draw(256)))
  const mnemonic = Mnemonic.fromEntropy(bytes([16, 32][draw(2)] ?? 16))
  const privateKey = `0x${bytes(32).toString('hex')}`
  const prime = BigInt(`0x9${bytes(128).toString('hex')}`)
  const [before, after] = [bytes(6).toString('hex'), bytes(6).toString('hex')]
  const passphrase = `${before}${[' ', ',', '"', ']', '}', '\'', '\\', ';', ': ', '='][draw(10)] ?? ''}${after}`
  const dataKey = bytes(32).toString('base64')
  const token = bytes(24).toString('base64url')
  return {
    phrase: mnemonic.phrase, privateKey, passphrase, prime, dataKey, token,
    texts: [mnemonic.phrase.split(' ').slice(0, 3).join(' '), mnemonic.phrase.split(' ').slice(-3).join(' '), privateKey.slice(2),
      String(prime).slice(0, 40), prime.toString(16).slice(0, 40), dataKey, token, ...wordsOf(`${before} ${after}`)],
  }
}

/** Everything that could be thrown, or noted, with a secret where secrets have been seen to stand. */
const makeFact = (draw: Draw, secrets: Secrets, depth = 0): unknown => {
  const { phrase, privateKey, passphrase, prime, dataKey, token } = secrets
  const inner = (): unknown => (depth > 5 ? 'end' : makeFact(draw, secrets, depth + 1))
  const withCause = (): Error => Object.assign(new Error(`cannot sign with ${privateKey}`, { cause: inner() }), { info: inner(), password: passphrase })
  const circular = (): unknown => {
    const loop: Record<string, unknown> = { passphrase, part: inner() }
    loop['self'] = [loop]
    return loop
  }
  const kinds: readonly (() => unknown)[] = [
    () => ({ [['privateKey', 'PRIVATE_KEY', 'private-key', 'walletPrivateKey'][draw(4)] ?? '']: privateKey, part: inner() }),
    () => ({ [['passphrase', 'newPassphrase', 'Password', 'db_password'][draw(4)] ?? '']: passphrase }),
    () => ({ [['token', 'accessToken', 'x-api-key', 'Authorization', 'set-cookie'][draw(5)] ?? '']: [token, { deeper: token }] }),
    () => ({ data_key: dataKey, n: prime, more: [prime, -prime] }),
    () => Buffer.from(phrase), () => new Uint8Array(Buffer.from(privateKey.slice(2), 'hex')), () => new Map([['mnemonic', phrase], ['x', dataKey]]),
    () => new Set([dataKey, inner()]), withCause, circular,
    () => new AggregateError([withCause(), new Error(`mnemonic: ${phrase}`)], `Basic ${token}`),
    () => Object.defineProperty({ part: inner() }, 'broken', { enumerable: true, get: () => { throw new Error(token) } }),
    () => Object.assign((): void => undefined, { passphrase }),
    () => ({ toJSON: () => ({ passphrase }), inspect: () => token, part: inner() }),
    () => new URL(`https://user:${token}@rpc.example.org/v3/${token}?key=${token}#${token}`),
    () => `at https://rpc.example.org/v3/${token} with bearer ${token}`,
    () => `the phrase is ${phrase}, keep it`, () => `key ${dataKey} p=${prime} q=0x${prime.toString(16)}`,
    () => JSON.stringify({ mnemonic: phrase, passphrase, 'api-key': token }), () => JSON.stringify(JSON.stringify({ passphrase, n: 1 })),
    () => `HESYSTEM_PASSPHRASE=${passphrase}\npassword: ${passphrase}`,
    () => [inner(), inner(), null, undefined, 1n, Symbol(token)],
  ]
  return (kinds[draw(kinds.length)] ?? inner)()
}

describe('the log under random facts with secrets in them (S31)', () => {
  it('never prints one, never fails, and always writes a line of JSON', () => {
    const seed = process.env['HESYSTEM_SEED'] ?? randomBytes(6).toString('hex')
    const draw = createDraw(seed)
    const lines: string[] = []
    const log = createLog({ level: 'debug', write: (line) => { lines.push(line) } })
    for (let round = 0; round < 1500 * testLength(); round += 1) {
      const secrets = makeSecrets(draw)
      const fact = makeFact(draw, secrets)
      const told = `seed ${seed}, round ${round}`
      const ways: readonly (() => void)[] = [
        () => { log.info('note', { fact }) },
        () => { log.info('note', typeof fact === 'object' && fact !== null ? fact as Record<string, unknown> : { fact }) },
        () => { log.error('trouble', fact) },
        () => { log.observer.onEvent?.({ kind: 'failed', purchase: 1n, error: fact }) },
        () => { log.observer.onEvent?.({ kind: 'bug', error: new AppError('bug.unexpected', 'It failed.', { cause: fact }), request: `GET /v1/listings?token=${secrets.token}` }) },
        () => { log.error('trouble', new Error(`cannot derive ${secrets.privateKey}`, { cause: fact })) },
      ]
      ways[draw(ways.length)]?.()
      expect(lines, told).toHaveLength(1)
      const [line = ''] = lines.splice(0)
      expect(() => { JSON.parse(line) }, told).not.toThrow()
      const lower = line.toLowerCase()
      expect(secrets.texts.filter((text) => lower.includes(text.toLowerCase())), `${told}: ${line}`).toEqual([])
    }
    noteFigure('log lines of random facts with secrets in them', 1500 * testLength())
  })

  it('keeps what is public: hashes and addresses in coded facts, ordinary sentences, numbers', () => {
    const hash = `0x${'ab'.repeat(32)}`
    for (const text of [`transaction ${hash} was replaced`, 'the quick brown fox jumps over the lazy dog and then it runs home again', 'block 21000000, 31.5 s']) {
      expect(redactText(text)).toBe(text)
    }
  })
})
