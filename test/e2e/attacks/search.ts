import { JsonRpcProvider, toQuantity, Wallet } from 'ethers'
import type { PracticeChain } from '../../../src/host/chain/practice-chain.ts'

/** Something that must stand nowhere: a number, in whatever units, or words. */
export type Secret = { readonly what: string } & ({ readonly number: number | bigint } | { readonly text: string })

/** One way of writing a secret down. */
export interface Form {
  readonly form: string
  readonly bytes: Uint8Array
}

/** Where it could stand. */
export interface Surface {
  readonly name: string
  readonly bytes: Uint8Array
}

export interface Find {
  readonly what: string
  readonly form: string
  readonly place: string
}

/** Shorter ones stand somewhere by chance: of 5 bytes, about once in 2⁴⁰ places. */
const leastBytes = 5
/** Decimals of fixed-point numbers, up to those of ether; and bits of binary ones. */
const mostDecimals = 18
const binaryBits = [8, 16, 32, 48, 64] as const

/** The number as digits · 10^−decimals, exactly as its shortest decimal says. */
const toDecimal = (number: number | bigint): readonly [digits: bigint, decimals: number] => {
  const [mantissa = '', exponent = '0'] = (typeof number === 'bigint' ? `${number}` : number.toExponential()).split('e')
  const [whole = '', part = ''] = mantissa.split('.')
  const decimals = part.length - Number(exponent)
  return decimals >= 0 ? [BigInt(whole + part), decimals] : [BigInt(whole + part) * 10n ** BigInt(-decimals), 0]
}

/** Whole numbers that stand for it: in every decimal unit that it fits, in binary ones rounded, and rounded to a whole one. */
const integersOf = (number: number | bigint): readonly (readonly [unit: string, integer: bigint])[] => {
  const [digits, decimals] = toDecimal(number)
  const units = Array.from({ length: Math.max(1, mostDecimals - decimals + 1) }, (_, more): [string, bigint] => [`·10^${decimals + more}`, digits * 10n ** BigInt(more)])
  const binary = binaryBits.map((bits): [string, bigint] => [`·2^${bits}`, (digits << BigInt(bits)) / 10n ** BigInt(decimals)])
  return [...units, ...binary, ...(decimals > 0 ? [['whole', digits / 10n ** BigInt(decimals)] as [string, bigint]] : [])]
}

const bigEndian = (integer: bigint): Buffer => {
  const hex = (integer < 0n ? -integer : integer).toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}

const grouped = (digits: string): string => digits.replace(/\B(?=(?:\d{3})+$)/g, ',')

/** As it is, and as the texts that bytes are made into; without base64's letters at the ends, which what stands beside them changes. */
const wrap = (form: string, bytes: Uint8Array): Form[] => {
  const hex = Buffer.from(bytes).toString('hex')
  const base64 = [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes, Buffer.alloc(2)]).toString('base64')
    const inner = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
    return [[`${form}, base64 +${before}`, inner], [`${form}, base64url +${before}`, inner.replaceAll('+', '-').replaceAll('/', '_')]] as const
  })
  return [
    { form, bytes }, { form: `${form}, hex`, bytes: Buffer.from(hex) }, { form: `${form}, HEX`, bytes: Buffer.from(hex.toUpperCase()) },
    ...base64.map(([name, text]) => ({ form: name, bytes: Buffer.from(text) })),
  ]
}

const formsOfText = (form: string, text: string): Form[] => {
  const little = Buffer.from(text, 'utf16le')
  return [
    ...wrap(`${form}, utf8`, Buffer.from(text)), ...wrap(`${form}, utf16le`, little), ...wrap(`${form}, utf16be`, Buffer.from(little).swap16()),
    { form: `${form}, percent`, bytes: Buffer.from(encodeURIComponent(text)) },
  ]
}

const formsOfNumber = (number: number | bigint): Form[] => {
  const texts = integersOf(number).flatMap(([unit, integer]) => [
    ...formsOfText(`decimal ${unit}`, integer.toString()), ...formsOfText(`grouped ${unit}`, grouped(integer.toString())),
    ...wrap(`big-endian ${unit}`, bigEndian(integer)), ...wrap(`little-endian ${unit}`, bigEndian(integer).reverse()),
  ])
  const double = Buffer.alloc(8)
  double.writeDoubleBE(Number(number))
  return [
    ...texts, ...formsOfText('as written', String(number)), ...formsOfText('exponential', Number(number).toExponential()),
    ...wrap('double, big-endian', double), ...wrap('double, little-endian', Buffer.from(double).reverse()),
  ]
}

/** Every form of a secret that is long enough to mean something where it is found, each once. */
export const formsOf = (secret: Secret): readonly Form[] => {
  const forms = 'text' in secret ? formsOfText('text', secret.text) : formsOfNumber(secret.number)
  const seen = new Set<string>()
  return forms.filter(({ bytes }) => {
    const text = Buffer.from(bytes).toString('latin1')
    if (bytes.length < leastBytes || seen.has(text)) return false
    seen.add(text)
    return true
  })
}

/** The first bytes as a number. */
const keyAt = (bytes: Uint8Array, at: number): number => {
  let key = 0
  for (let index = at; index < at + leastBytes; index += 1) key = key * 256 + (bytes[index] as number)
  return key
}

/** Every form of every secret, wherever it stands. */
export const findSecrets = (secrets: readonly Secret[], surfaces: readonly Surface[]): readonly Find[] => {
  const needles = new Map<number, { readonly what: string; readonly form: Form }[]>()
  for (const secret of secrets) {
    for (const form of formsOf(secret)) {
      const key = keyAt(form.bytes, 0)
      needles.set(key, [...needles.get(key) ?? [], { what: secret.what, form }])
    }
  }
  const found = new Map<string, Find>()
  for (const { name, bytes } of surfaces) {
    for (let at = 0; at + leastBytes <= bytes.length; at += 1) {
      for (const { what, form } of needles.get(keyAt(bytes, at)) ?? []) {
        const isHere = Buffer.compare(bytes.subarray(at, at + form.bytes.length), form.bytes) === 0
        if (isHere) found.set(`${what}/${form.form}/${name}`, { what, form: form.form, place: name })
      }
    }
  }
  return [...found.values()]
}

/** Between two things that do not belong together. */
const gap = Buffer.from([0x00, 0xff, 0x00])
const join = (parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts.flatMap((part) => [part, gap]))
const fromHex = (hex: string): Buffer => Buffer.from(hex.length % 2 === 0 ? hex.slice(2) : `0${hex.slice(2)}`, 'hex')

/** All hexadecimal strings of a JSON value but those under the names left out. */
const hexesOf = (value: unknown, leftOut: readonly string[]): string[] => {
  if (typeof value === 'string') return /^0x[0-9a-f]+$/i.test(value) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, part]) => (leftOut.includes(name) ? [] : hexesOf(part, leftOut)))
}

interface RawBlock { readonly transactions: readonly { readonly input: string }[] }

const ask = async <T>(rpcUrl: string, act: (provider: JsonRpcProvider) => Promise<T>): Promise<T> => {
  const provider = new JsonRpcProvider(rpcUrl, undefined, { cacheTimeout: -1 })
  try {
    return await act(provider)
  } finally {
    provider.destroy()
  }
}

export const countBlocks = (rpcUrl: string): Promise<number> => ask(rpcUrl, (provider) => provider.getBlockNumber())

/** Everything that stands on the chain from after a block on: what transactions carry, what the contracts tell, and all other fields. */
export const readChain = (rpcUrl: string, after = -1): Promise<readonly Surface[]> => ask(rpcUrl, async (provider) => {
  const last = await provider.getBlockNumber()
  const blocks: RawBlock[] = []
  for (let block = after + 1; block <= last; block += 1) blocks.push(await provider.send('eth_getBlockByNumber', [toQuantity(block), true]) as RawBlock)
  const logs = await provider.getLogs({ fromBlock: after + 1, toBlock: last })
  return [
    { name: 'calldata', bytes: join(blocks.flatMap(({ transactions }) => transactions.map(({ input }) => fromHex(input)))) },
    { name: 'events', bytes: join(logs.flatMap(({ data, topics }) => [data, ...topics].map(fromHex))) },
    { name: 'all other fields', bytes: join(hexesOf(blocks, ['input', 'logsBloom']).map(fromHex)) },
  ]
})

/** Tells its calldata as an event: CALLDATACOPY(0, 0, size), LOG0(0, size). */
const echo = '0x67365f5f37365fa0005f5260086018f3'

/** Parts end to end with gaps between, as one who tells them would write them. */
export const joinForms = (forms: readonly Form[]): Uint8Array => join(forms.map(({ bytes }) => bytes))

/** Tells the forms on the chain: in the calldata of a transaction, and in the event that comes of it. */
export const plant = ({ rpcUrl, accounts }: PracticeChain, forms: readonly Form[]): Promise<void> => ask(rpcUrl, async (provider) => {
  const wallet = new Wallet(accounts[8]?.privateKey ?? '', provider)
  const deployed = await (await wallet.sendTransaction({ data: echo })).wait()
  const told = await (await wallet.sendTransaction({ to: deployed?.contractAddress ?? null, data: `0x${Buffer.from(joinForms(forms)).toString('hex')}` })).wait()
  if (told?.logs.length !== 1) throw new Error('nothing was planted in an event')
})
