import type { Draws } from './draws.ts'

const interestingBytes = [0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x22, 0x2c, 0x7b] as const
const interestingWords = [0, 1, -1, 0x7fff_ffff, -0x8000_0000, 0x0001_0000, 0x00ff_ffff] as const

const splice = (bytes: Uint8Array, from: number, to: number, middle: Uint8Array): Uint8Array =>
  Uint8Array.from(Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(to)]))

const mutateOnce = (draws: Draws, bytes: Uint8Array, other: Uint8Array): Uint8Array => {
  const at = draws.below(bytes.length + 1)
  const to = Math.min(bytes.length, at + 1 + draws.below(32))
  switch (draws.below(9)) {
    case 0: return bytes.map((byte, index) => (index === at ? byte ^ (1 << draws.below(8)) : byte))
    case 1: return bytes.map((byte, index) => (index === at ? draws.pick(interestingBytes) : byte))
    case 2: return splice(bytes, at, at, draws.bytes(1 + draws.below(16)))
    case 3: return splice(bytes, at, to, new Uint8Array())
    case 4: return splice(bytes, at, at, bytes.subarray(at, to))
    case 5: return bytes.slice(0, at)
    case 6: {
      if (bytes.length < 4) return bytes
      const copy = Buffer.from(bytes)
      copy.writeInt32LE(draws.pick(interestingWords), draws.below(bytes.length - 3))
      return Uint8Array.from(copy)
    }
    case 7: return splice(bytes, at, to, other.subarray(draws.below(other.length + 1)).subarray(0, 1 + draws.below(200)))
    default: return bytes.map((byte, index) => (index >= at && index < to ? draws.below(256) : byte))
  }
}

/** One of the samples with one to six faults in it; now and then nothing but noise. */
export const mutateBytes = (draws: Draws, samples: readonly Uint8Array[]): Uint8Array => {
  if (draws.once(50)) return draws.bytes(draws.below(300))
  let bytes = draws.pick(samples)
  for (let faults = 1 + draws.below(6); faults > 0; faults -= 1) bytes = mutateOnce(draws, bytes, draws.pick(samples))
  return bytes
}

type Json = unknown

const nest = (depth: number, inner: Json, asRecord: boolean): Json => {
  let value = inner
  for (let level = 0; level < depth; level += 1) value = asRecord ? { a: value } : [value]
  return value
}

/** What a field that expects something else might be given. */
const strangeValue = (draws: Draws): Json => {
  switch (draws.below(18)) {
    case 0: return null
    case 1: return ''
    case 2: return draws.pick([0, -0, -1, 1, 2 ** 31, 2 ** 53, -(2 ** 53) - 2, 1e308, 5e-324, 0.1])
    case 3: return '9'.repeat(draws.pick([1, 78, 79, 2000, 2001, 20_000, 20_001]))
    case 4: return `-${'1'.repeat(draws.pick([1, 400, 19_999]))}`
    case 5: return `0x${'f'.repeat(draws.pick([0, 1, 39, 40, 64, 130, 4000]))}`
    case 6: return nest(draws.pick([2, 20, 200, 2000]), 1, draws.once(2))
    case 7: return draws.pick(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '../../etc/passwd', '\0', '\u202e', '\ud800', 'NaN', 'Infinity', '1e9', '1n'])
    case 8: return {}
    case 9: return []
    case 10: return true
    case 11: return 'x'.repeat(draws.pick([1, 255, 4001, 60_000]))
    case 12: return Array.from({ length: draws.pick([1, 100, 5000]) }, () => draws.below(3))
    case 13: return Buffer.from(draws.bytes(draws.below(600))).toString('base64')
    case 14: return Buffer.from(draws.bytes(draws.below(600))).toString('hex')
    case 15: return Object.fromEntries([['__proto__', { polluted: true }], ['constructor', { prototype: { polluted: true } }]])
    case 16: return [draws.below(100), draws.below(100), String(draws.below(100))]
    default: return draws.below(1000)
  }
}

const isRecord = (value: Json): value is Record<string, Json> => typeof value === 'object' && value !== null && !Array.isArray(value)

const mutateList = (draws: Draws, list: readonly Json[]): Json => {
  const at = draws.below(list.length + 1)
  const last = list.length - 1
  switch (draws.below(5)) {
    case 0: return list.toSpliced(at, 1)
    case 1: return list.toSpliced(at, 0, strangeValue(draws))
    case 2: return list.toSpliced(at, 0, ...list.slice(at, at + 1 + draws.below(3)))
    case 3: return list.toReversed()
    default: return list.length === 0 ? [strangeValue(draws)] : list.with(Math.min(at, last), mutateJson(draws, list[Math.min(at, last)]))
  }
}

const mutateRecord = (draws: Draws, record: Record<string, Json>): Json => {
  const names = Object.keys(record)
  if (names.length === 0 || draws.once(12)) {
    return { ...record, [draws.pick(['extra', '__proto__', 'version', 'kind'])]: strangeValue(draws) }
  }
  const name = draws.pick(names)
  if (draws.once(8)) return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name))
  return { ...record, [name]: mutateJson(draws, record[name]) }
}

/** The value with one fault somewhere in it. */
export const mutateJson = (draws: Draws, value: Json): Json => {
  if (draws.once(6)) return strangeValue(draws)
  if (Array.isArray(value)) return mutateList(draws, value)
  if (isRecord(value)) return mutateRecord(draws, value)
  if (typeof value === 'string' && !draws.once(3)) {
    return Buffer.from(mutateBytes(draws, [Buffer.from(value)])).toString(draws.once(2) ? 'utf8' : 'latin1')
  }
  return strangeValue(draws)
}

/** JSON text of the value with a few faults in what it says, and now and then one in how it is written. */
export const mutateJsonText = (draws: Draws, value: Json): string => {
  let changed = value
  for (let faults = draws.below(4); faults > 0; faults -= 1) changed = mutateJson(draws, changed)
  const text = JSON.stringify(changed) ?? 'undefined'
  if (!draws.once(5)) return text
  return draws.pick([
    text.slice(0, draws.below(text.length + 1)), `${text},`, `\ufeff${text}`, text.replace('"', ''), text.replaceAll(/\d+/g, (digits) => `${digits}e999`),
    `${'['.repeat(draws.pick([1, 100, 20_000]))}${text}`, text.replace(/[[{]/, '$&"a":1,'), text.replaceAll('"', "'"), `${text}${text}`, '',
    Buffer.from(mutateBytes(draws, [Buffer.from(text)])).toString('latin1'),
  ])
}
