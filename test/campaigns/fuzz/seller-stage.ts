import { randomBytes } from 'node:crypto'
import { hexlify, Wallet, type HDNodeWallet, ZeroHash } from 'ethers'
import type { FastifyInstance } from 'fastify'
import { createDataset } from '../../../src/compute/dataset.ts'
import { deriveProgram, encodeProgram } from '../../../src/compute/program.ts'
import type { PaillierKeyPair } from '../../../src/crypto/types.ts'
import { createEngine } from '../../../src/engine/create-engine.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import { fromBase64, toBase64 } from '../../../src/host/base64.ts'
import { computeOnDataset } from '../../../src/host/buyer/compute.ts'
import type { Market, PurchaseOnChain } from '../../../src/host/chain/market.ts'
import { createDatasetService } from '../../../src/host/datasets/dataset-service.ts'
import { judgesHere } from '../../../src/host/judging/judges.ts'
import { createLedger } from '../../../src/host/ledger/ledger.ts'
import { hashResultRequest, signResultRequest } from '../../../src/host/protocol/result-request.ts'
import { generateSealingKey } from '../../../src/host/protocol/sealing.ts'
import { createVault } from '../../../src/host/secrets/vault.ts'
import { createDeliveries } from '../../../src/host/seller/deliveries.ts'
import { createForgotten } from '../../../src/host/seller/forgotten.ts'
import { createListingService } from '../../../src/host/seller/listing-service.ts'
import { createListingStore } from '../../../src/host/seller/listing-store.ts'
import { createSaleStore } from '../../../src/host/seller/sale-store.ts'
import { createAdvance } from '../../../src/host/seller/serve-event.ts'
import { createBuyerRoutes } from '../../../src/host/seller/server/buyer-routes.ts'
import { createServer } from '../../../src/host/seller/server/create-server.ts'
import { createPublicRoutes } from '../../../src/host/seller/server/public-routes.ts'
import { createSessions } from '../../../src/host/seller/server/sessions.ts'
import type { Details } from '../../../src/shared/schemas/details.ts'
import type { Program } from '../../../src/shared/schemas/program.ts'
import { openProfileDatabase, type ProfileDatabase } from '../../../src/host/storage/database.ts'
import { describeDataset } from '../../../src/host/trade/details-document.ts'
import { sha256Hex } from '../../../src/host/trade/hash.ts'

export const host = 'seller.example'
const contract = `0x${'5F'.repeat(20)}`.toLowerCase()
/** Other numbers in every column, so that no table is taken for another. */
const tableOf = (factor: number): string => ['wage,hours,score', ...Array.from({ length: 12 }, (_, row) => `${factor * (8.25 + row * 0.75)},${factor * (20 + (row * 7) % 23)},${factor * (row - 6)}`)].join('\n')

export interface SoldTable {
  readonly n: bigint
  /** Column by column, end to end. */
  readonly table: Uint8Array
}

/** A table in disclosed mode, with the one right answer to a program over it. */
export interface SoldAnswer extends SoldTable {
  readonly program: Program
  readonly ciphertexts: Uint8Array
}

export interface Refusal {
  readonly code: string
  readonly message: string
}

/** A seller's server in this process over a real table, keys and policy; only the chain is a stand-in. */
export interface SellerStage {
  readonly app: FastifyInstance
  readonly database: ProfileDatabase
  readonly listing: string
  /** Bearer tokens of the buyer, and of a wallet that bought nothing. */
  readonly tokens: readonly [buyer: string, stranger: string]
  /** Sound bodies of the routes that take one, by path. */
  readonly bodies: Readonly<Record<string, readonly unknown[]>>
  readonly sold: SoldAnswer
  /** The table in private mode. */
  readonly hidden: SoldTable
  /** The test data of the listing in disclosed mode. */
  readonly test: SoldTable
  /** How often the keys of the tables on sale, not those of their test data, have decrypted or proved something. */
  countUses(): number
  /**
   * Asks for an answer as a buyer does, duly signed and noted on the chain; of the listing in private mode where there is no program. Why
   * it was declined, or null where it was answered.
   */
  ask(program: Program | null, ciphertexts: Uint8Array): Promise<Refusal | null>
  /** Asks for help as a buyer who paid for it, by a body of one's own; null where it was given. */
  askHelp(kind: 'comparisons' | 'products', of: 'rows' | 'hidden', body: object): Promise<Refusal | null>
  /** Waits until the sale of a request that was accepted went as far as it goes, and forgets it. */
  finishSale(): Promise<void>
  /** What nobody foresaw, as the server's log would have it. */
  readonly bugs: unknown[]
  close(): Promise<void>
}

interface Chain {
  readonly market: Market
  readonly purchases: Map<bigint, PurchaseOnChain>
}

/** Tells of purchases as the contract would; deliveries and declines go nowhere. */
const createChain = (seller: string): Chain => {
  const purchases = new Map<bigint, PurchaseOnChain>()
  let listings = 0n
  const find = (number: bigint): Promise<PurchaseOnChain | null> => Promise.resolve(purchases.get(number) ?? null)
  const market = {
    chainId: 31_337, contract, account: seller, wasSent: () => false, assertReady: () => Promise.resolve(),
    createListing: () => Promise.resolve({ number: (listings += 1n) }),
    findPurchase: find, readPurchase: find, findPurchases: () => Promise.resolve([...purchases.keys()]),
    readTime: () => Promise.resolve(0), estimate: () => Promise.resolve(),
    findDelivery: () => Promise.resolve({ requestHash: `0x${'1'.repeat(64)}`, answerHash: `0x${'2'.repeat(64)}`, sealedAnswer: '0x1234', transactionHash: `0x${'3'.repeat(64)}` }),
    deliverResult: () => Promise.resolve(), decline: () => Promise.resolve(),
  } as unknown as Market
  return { market, purchases }
}

const signIn = async (
  app: FastifyInstance, wallet: HDNodeWallet, remoteAddress = '127.0.0.1',
): Promise<{ readonly token: string, readonly body: unknown }> => {
  const post = async (payload: object): Promise<{ message: string, token: string }> =>
    (await app.inject({ method: 'POST', url: '/v1/sessions', headers: { host }, payload, remoteAddress })).json()
  const { message } = await post({ address: wallet.address })
  const body = { message, signature: await wallet.signMessage(message) }
  return { token: (await post(body)).token, body }
}

export const openSellerStage = async (): Promise<SellerStage> => {
  const [seller, buyer, stranger] = [Wallet.createRandom(), Wallet.createRandom(), Wallet.createRandom()]
  const database = openProfileDatabase(':memory:')
  const inner = await createEngine({ workers: 1 })
  const testKeys = new Set<bigint>()
  let uses = 0
  const use = ({ publicKey }: PaillierKeyPair): void => { if (!testKeys.has(publicKey.n)) uses += 1 }
  const engine: Engine = {
    ...inner,
    decrypt: (key, ciphertexts, options) => {
      use(key)
      return inner.decrypt(key, ciphertexts, options)
    },
    proveDecryption: (key, claim, options) => {
      use(key)
      return inner.proveDecryption(key, claim, options)
    },
  }
  const start = new Date('2026-01-01T00:00:00Z')
  const now = (): Date => start
  const vault = createVault(randomBytes(32))
  const datasets = createDatasetService({ database, vault, engine: () => Promise.resolve(engine) })
  const ledger = createLedger({ database, vault, datasets, judges: judgesHere, now })
  const { market, purchases } = createChain(seller.address)
  for (const [at, name] of ['wages', 'hidden', 'rows'].entries()) {
    await datasets.importTable({ name, text: tableOf(at + 1) })
    datasets.createTestData(name, { rows: 8 })
    await datasets.encrypt(name, { keyBits: 2048 })
    await datasets.encryptTestData(name, { keyBits: 2048 })
    testKeys.add(datasets.readKeyPair(name, 'test').publicKey.n)
  }
  const service = createListingService({ database, datasets, ledger, market: () => Promise.resolve(market), now })
  const draft = { valueWei: 1_000_000n, serverUrl: `https://${host}` }
  const { id } = await service.create({ ...draft, dataset: 'wages', minRows: 4 })
  const { details, terms } = await service.publish(id)
  const help = { comparisons: 1_000_000, products: 1_000_000 }
  const hidden = await service.publish((await service.create({ ...draft, dataset: 'hidden', mode: 'private', maxTotalCells: 1_000_000, ...help })).id)
  const rows = await service.publish((await service.create({ ...draft, dataset: 'rows', minRows: 1, comparisons: 1_000_000 })).id)

  const listings = createListingStore(database)
  const sales = createSaleStore(database, market)
  const sessions = createSessions(market.chainId, now)
  const bugs: unknown[] = []
  let told = Promise.withResolvers<void>()
  const askElsewhere = (): Promise<null> => Promise.resolve(null)
  const { assertAnswersKnown, assertHelpKnown } = createForgotten({ market, askElsewhere, listings, ledger })
  const deliveries = createDeliveries({
    listings, sales, datasets, ledger, market, assertAnswersKnown, now, engine: () => Promise.resolve(engine),
  })
  const everything = {
    listings, sales, datasets, ledger, sessions, market, now, engine: () => Promise.resolve(engine),
    deliveries, assertHelpKnown,
    advance: createAdvance(deliveries, (event) => {
      if (event.kind === 'failed') bugs.push(event.error)
      told.resolve()
    }),
    judges: judgesHere,
    createReceipt: () => Promise.resolve({ version: 1 }),
    findExplorer: () => null,
    health: () => Promise.resolve({ ok: true as const, problems: [] }),
  }
  const app = await createServer({
    routes: [...createPublicRoutes(everything as never), ...createBuyerRoutes(everything)],
    sessions, scheme: 'https', allowedHosts: () => new Set([host]), onBug: (error) => { bugs.push(error.cause ?? error) },
  })

  const compute = async (name: string, of: Details, number: string) => {
    const dataset = createDataset(describeDataset(of))
    const program = deriveProgram(dataset.data.mean(0), dataset)
    const computed = await computeOnDataset(program, of, datasets.readTensor(name, 'data').source(), engine, now)
    const request = {
      chainId: 31_337, contract, purchase: number, datasetRoot: of.dataset.root,
      resultHash: computed.resultHash, programHash: computed.programHash,
      x25519PublicKey: hexlify(generateSealingKey().publicKey),
    }
    const signature = await signResultRequest(request, buyer)
    return { program, request, signature, ciphertexts: Buffer.from(computed.ciphertexts).toString('base64') }
  }
  const submission = await compute('wages', details, '2')
  const { program: hiddenProgram, ...masked } = await compute('hidden', hidden.details, '6')
  const purchase = {
    id: 1n, listing: 1n, seller: seller.address, buyer: buyer.address, state: 'Paid', deadlineSeconds: 3600, terms,
    interactionOpened: false, requestHash: hashResultRequest(submission.request), answerHash: ZeroHash, closedAtSeconds: 0,
  } as PurchaseOnChain
  purchases.set(6n, { ...purchase, id: 6n, listing: 2n, state: 'Requested', terms: hidden.terms, requestHash: hashResultRequest(masked.request) })
  purchases.set(7n, { ...purchase, id: 7n, listing: 3n, terms: rows.terms, interactionOpened: true })
  purchases.set(8n, { ...purchase, id: 8n, listing: 2n, terms: hidden.terms, interactionOpened: true })
  for (const [at, state] of (['Paid', 'Requested', 'Delivered', 'Refunded'] as const).entries()) purchases.set(BigInt(at + 1), { ...purchase, id: BigInt(at + 1), state })
  purchases.set(5n, { ...purchase, id: 5n, buyer: stranger.address })
  const firstCells = async (name: string, kind: 'data' | 'test', count: number): Promise<string> =>
    Buffer.from((await datasets.readTensor(name, kind).readChunk(0)).subarray(0, 512 * count)).toString('base64')
  const ciphertext = await firstCells('wages', 'test', 1)
  const [left, blinded] = [await firstCells('hidden', 'data', 1), await firstCells('hidden', 'data', 2)]
  const signedIn = await signIn(app, buyer)
  const finishSale = async (): Promise<void> => {
    await told.promise
    told = Promise.withResolvers<void>()
  }

  // Some routes are limited by wallet: another one comes after so many requests.
  let asked = 0
  let asking = { wallet: buyer, token: signedIn.token }
  const nextBuyer = async (): Promise<typeof asking> => {
    asked += 1
    if (asked % 50 !== 1) return asking
    const wallet = Wallet.createRandom()
    asking = { wallet, token: (await signIn(app, wallet, `10.255.${(asked >> 13) & 255}.${(asked >> 5) & 255}`)).token }
    return asking
  }
  const post = async (number: bigint, what: string, token: string, payload: object): Promise<Refusal | null> => {
    const headers = { host, authorization: `Bearer ${token}` }
    const { statusCode, body } = await app.inject({ method: 'POST', url: `/v1/purchases/${number}/${what}`, headers, payload })
    return statusCode < 300 ? null : JSON.parse(body) as Refusal
  }
  const ask: SellerStage['ask'] = async (wanted, ciphertexts) => {
    const { wallet, token } = await nextBuyer()
    const [base, sale] = wanted === null ? [masked.request, purchases.get(6n)] : [submission.request, purchases.get(2n)]
    const programHash = wanted === null ? base.programHash : sha256Hex(encodeProgram(wanted))
    const signed = { ...base, purchase: '9', resultHash: sha256Hex(ciphertexts), programHash }
    purchases.set(9n, { ...sale as PurchaseOnChain, id: 9n, buyer: wallet.address, requestHash: hashResultRequest(signed) })
    const signature = await signResultRequest(signed, wallet)
    const refused = await post(9n, 'result', token, { request: signed, signature, program: wanted, ciphertexts: toBase64(ciphertexts) })
    if (refused !== null) return refused
    await finishSale()
    const { refusal = null } = sales.find(9n) ?? {}
    database.exec('DELETE FROM sales')
    return refusal === null ? null : JSON.parse(refusal) as Refusal
  }
  const askHelp: SellerStage['askHelp'] = async (kind, of, body) => {
    const { wallet, token } = await nextBuyer()
    purchases.set(10n, { ...purchases.get(of === 'rows' ? 7n : 8n) as PurchaseOnChain, id: 10n, buyer: wallet.address })
    return post(10n, kind, token, body)
  }
  const read = async (name: string, kind: 'data' | 'test'): Promise<SoldTable> =>
    ({ n: datasets.readKeyPair(name, kind).publicKey.n, table: await datasets.readTensor(name, kind).readChunk(0) })

  return {
    app, database, listing: id, bugs, ask, askHelp,
    sold: { ...await read('wages', 'data'), program: submission.program, ciphertexts: fromBase64(submission.ciphertexts) },
    hidden: await read('hidden', 'data'),
    test: await read('wages', 'test'),
    countUses: () => uses,
    tokens: [signedIn.token, (await signIn(app, stranger)).token],
    bodies: {
      '/v1/sessions': [{ address: buyer.address }, signedIn.body],
      [`/v1/listings/${id}/check`]: [{ program: submission.program }],
      [`/v1/listings/${hidden.id}/check`]: [{ cells: 3 }, { program: hiddenProgram }],
      [`/v1/listings/${id}/test/results`]: [{ ciphertexts: ciphertext }],
      [`/v1/listings/${id}/test/comparisons`]: [{ ciphertexts: ciphertext }],
      [`/v1/listings/${id}/test/products`]: [{ left: ciphertext, right: ciphertext }],
      '/v1/purchases/2/result': [submission],
      // Without its program, as private mode wants it; and with one, which it must not see.
      '/v1/purchases/6/result': [{ ...masked, program: null }, { ...masked, program: hiddenProgram }],
      '/v1/purchases/7/comparisons': [{ comparisons: [{ constant: '-4000', terms: [[0, 1, '1']] }, { constant: '1', terms: [[0, 12, '1'], [13, 2, '-3']] }] }],
      '/v1/purchases/8/comparisons': [{ ciphertexts: blinded }],
      '/v1/purchases/8/products': [{ left, right: left }, { left: blinded, right: blinded }],
    },
    finishSale: async () => {
      await finishSale()
      database.exec('DELETE FROM sales')
    },
    close: async () => {
      await app.close()
      await inner.close()
      database.close()
    },
  }
}
