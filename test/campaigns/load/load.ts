import type { Engine } from '../../../src/engine/engine.ts'
import { createEngine } from '../../../src/engine/create-engine.ts'
import { parseDetails } from '../../../src/host/trade/details-document.ts'
import type { Details } from '../../../src/shared/schemas/details.ts'
import { countHandles, readLogSize, readMemory } from '../support/processes.ts'
import { openTradeStage, valueWei, type Shop, type TradeStage } from '../support/trade-stage.ts'
import { askOnce, createBuyer, download, prepareRequest, type LoadBuyer, type Times } from './buyer.ts'
import { openLoadChain, type LoadChain } from './chain.ts'
import { createLoadClient } from './client.ts'
import { createQuestions, type Question } from './questions.ts'
import { openLoadShop } from './seller.ts'
import { openSlowSockets, type SlowSockets } from './slow-sockets.ts'

export interface LoadOptions {
  readonly rows: number
  readonly buyers: number
  /** Further buyers, who read what they are sent at `slowBytesPerSecond` for as long as the others download. */
  readonly slowReaders: number
  readonly slowBytesPerSecond: number
  readonly slowSockets: number
  readonly sampleMilliseconds: number
  readonly onSample?: (sample: LoadSample) => void
  readonly onPhase?: (words: string) => void
}

export type Phase = 'at rest' | 'downloads' | 'answers' | 'after'

export interface LoadSample {
  readonly seconds: number
  readonly phase: Phase
  /** Ciphertext that has reached buyers so far, and answers. */
  readonly mebibytes: number
  readonly answers: number
  readonly sellerMebibytes: number
  readonly sellerLogMebibytes: number
  readonly sellerHandles: number
  readonly slowSockets: number
}

export interface LoadResult {
  readonly datasetMebibytes: number
  readonly downloadedMebibytes: number
  readonly downloadSeconds: number
  readonly answers: number
  readonly answerSeconds: number
  readonly times: Readonly<Times>
  /** What a stranger's look at the listing took meanwhile, milliseconds. */
  readonly glances: readonly number[]
  readonly slowChunks: number
  readonly socketsCut: number
  readonly samples: readonly LoadSample[]
}

/** Runs them all, so many at a time, and gives their outcomes in order. */
const inBatches = async <T, R>(items: readonly T[], size: number, act: (item: T, at: number) => Promise<R>): Promise<R[]> => {
  const results: R[] = []
  for (let at = 0; at < items.length; at += size) {
    results.push(...await Promise.all(items.slice(at, at + size).map((item, offset) => act(item, at + offset))))
  }
  return results
}

const mebibyte = 1024 * 1024
const batch = 10

interface Crowd {
  readonly buyers: readonly LoadBuyer[]
  readonly slow: readonly LoadBuyer[]
}

const openCrowd = async (options: LoadOptions, shop: Shop, details: Details, chain: LoadChain): Promise<Crowd> => {
  const listing = await chain.views.readListing(1n)
  if (listing.seller !== shop.address || listing.terms.detailsHash === '') throw new Error('listing 1 is another seller\'s')
  const { origin } = new URL(shop.url)
  const everybody = await inBatches(Array.from({ length: options.buyers + options.slowReaders }), batch, async (_, at) => {
    const wallet = await chain.createWallet()
    return createBuyer(origin, at, wallet, await chain.buy(wallet, listing))
  })
  if (details.confirmations !== 1) throw new Error('the practice chain mines no further blocks')
  return { buyers: everybody.slice(0, options.buyers), slow: everybody.slice(options.buyers) }
}

/** Looks at the listing as a stranger would, again and again, from ever other addresses, until stopped. */
const startGlances = (shop: Shop, glances: number[]): (() => Promise<void>) => {
  const { origin, pathname } = new URL(shop.url)
  let stopped = false
  const look = async (): Promise<void> => {
    for (let at = 5_000; !stopped; at += 1) {
      const client = createLoadClient(origin, at)
      const startedAt = performance.now()
      await client.askBytes(pathname)
      glances.push(performance.now() - startedAt)
      client.close()
      await new Promise((resolve) => { setTimeout(resolve, 100) })
    }
  }
  const looking = look()
  // Whoever waits for its end hears of its failure.
  looking.catch(() => undefined)
  return async () => {
    stopped = true
    await looking
  }
}

/** Reads slowly, chunk after chunk, for as long as `isOn`, and at least one. Gives how many came, each byte right. */
const readSlowly = async (reader: LoadBuyer, details: Details, bytesPerSecond: number, isOn: () => boolean): Promise<number> => {
  let chunks = 0
  const enough = new Error('enough')
  const unused: Times = { 'sign-in': [], chunk: [], 'request taken': [], answer: [] }
  await download(reader, details, unused, () => {
    chunks += 1
    if (!isOn()) throw enough
  }, bytesPerSecond).catch((error: unknown) => { if (error !== enough) throw error })
  return chunks
}

const askAll = async (
  buyers: readonly LoadBuyer[], details: Details, questions: readonly Question[], onAnswer: () => void,
  tools: { readonly engine: Engine, readonly chain: LoadChain, readonly times: Times },
): Promise<number> => {
  const questionOf = (at: number): Question => questions[at % questions.length] as Question
  const requests = await inBatches(buyers, batch, async (buyer, at) => {
    const question = questionOf(at)
    return { buyer, question, request: await prepareRequest(buyer, details, question, tools.chain) }
  })
  const startedAt = performance.now()
  await Promise.all(requests.map(async ({ buyer, question, request }) => {
    await askOnce(buyer, details, question, request, tools)
    onAnswer()
  }))
  return (performance.now() - startedAt) / 1000
}

/** Everybody is content: each purchase is confirmed, and the contract owes exactly what it must. */
const settleAll = async (stage: TradeStage, chain: LoadChain, { buyers, slow }: Crowd): Promise<void> => {
  await inBatches(buyers, batch, ({ wallet, number }) => chain.confirm(wallet, number))
  const { guaranteeWei } = (await chain.views.readListing(1n)).terms
  const { heldWei, creditedWei } = await stage.readBooks()
  const bought = BigInt(slow.length) * (valueWei + guaranteeWei)
  const settled = BigInt(buyers.length) * (valueWei + 2n * guaranteeWei)
  if (heldWei !== bought || creditedWei !== settled) throw new Error(`the contract holds ${heldWei} and owes ${creditedWei} wei, not ${bought} and ${settled}`)
}

/**
 * Buyers who all download the whole table at once and then all ask at once, against a seller's process on a real chain, among slow
 * readers and sockets that never finish what they say. Every chunk is held to the listing's root, every answer to its proof, to the plain
 * numbers and to the contract. Throws at the first wrong byte, lost purchase or refused caller.
 */
export const load = async (options: LoadOptions): Promise<LoadResult> => {
  const stage = await openTradeStage()
  const engine = await createEngine({ workers: 1 })
  let sockets: SlowSockets | null = null
  const say = options.onPhase ?? (() => undefined)
  try {
    say('encrypting')
    const shop = await openLoadShop(stage, options.rows)
    const stranger = createLoadClient(new URL(shop.url).origin, 4_000)
    const details = parseDetails(Buffer.from(await stranger.askBytes(new URL(shop.url).pathname)).toString())
    stranger.close()
    const chain = openLoadChain(stage, details.contract_address)
    stage.onClose(() => Promise.resolve(chain.close()))
    say('buying')
    const crowd = await openCrowd(options, shop, details, chain)

    let phase: Phase = 'at rest'
    let bytes = 0
    let answers = 0
    const samples: LoadSample[] = []
    const startedAt = performance.now()
    const sample = (): void => {
      const taken: LoadSample = {
        seconds: (performance.now() - startedAt) / 1000, phase, mebibytes: bytes / mebibyte, answers,
        sellerMebibytes: readMemory(shop.serving.pid), sellerLogMebibytes: readLogSize(shop.home),
        sellerHandles: countHandles(shop.serving.pid),
        slowSockets: sockets?.count() ?? 0,
      }
      samples.push(taken)
      options.onSample?.(taken)
    }
    sample()
    const sampling = setInterval(sample, options.sampleMilliseconds)
    stage.onClose(() => Promise.resolve(clearInterval(sampling)))

    const times: Times = { 'sign-in': [], chunk: [], 'request taken': [], answer: [] }
    const glances: number[] = []
    const { origin } = new URL(shop.url)
    sockets = openSlowSockets(origin, options.slowSockets)
    const stopGlances = startGlances(shop, glances)
    say('downloading')
    phase = 'downloads'
    const downloadsAt = performance.now()
    await Promise.all([...crowd.buyers, ...crowd.slow].map(async ({ client, wallet }) => {
      const signInAt = performance.now()
      await client.signIn(wallet)
      times['sign-in'].push(performance.now() - signInAt)
    }))
    const kept: Uint8Array[] = []
    let downloading = true
    const slow = Promise.all(crowd.slow.map((reader) => readSlowly(reader, details, options.slowBytesPerSecond, () => downloading)))
    slow.catch(() => undefined)
    await Promise.all(crowd.buyers.map((buyer, at) => download(buyer, details, times, (index, ciphertexts) => {
      bytes += ciphertexts.length
      if (at === 0) kept[index] = ciphertexts
    })))
    const downloadSeconds = (performance.now() - downloadsAt) / 1000
    downloading = false
    // What comes next keeps this process busy, which is no fault of the seller's.
    await stopGlances()
    const slowChunks = (await slow).reduce((sum, chunks) => sum + chunks, 0)

    say('asking')
    phase = 'answers'
    // A session lasts a quarter of an hour; the downloads may have taken it.
    await inBatches(crowd.buyers, batch, ({ client, wallet }) => client.signIn(wallet))
    const questions = await createQuestions(details, kept, engine)
    const stopFurtherGlances = startGlances(shop, glances)
    const answerSeconds = await askAll(crowd.buyers, details, questions, () => { answers += 1 }, { engine, chain, times })
    await stopFurtherGlances()
    await settleAll(stage, chain, crowd)
    const socketsCut = sockets.cut()
    sockets.close()
    for (const { client } of [...crowd.buyers, ...crowd.slow]) client.close()
    phase = 'after'
    sample()
    return {
      datasetMebibytes: kept.reduce((sum, { length }) => sum + length, 0) / mebibyte,
      downloadedMebibytes: bytes / mebibyte, downloadSeconds, answers, answerSeconds, times, glances, slowChunks, socketsCut, samples,
    }
  } finally {
    sockets?.close()
    await engine.close()
    await stage.close()
  }
}

/** The value that so great a part (0.5: the median) of the others does not exceed. */
export const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0
