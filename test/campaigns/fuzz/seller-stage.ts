import { randomBytes } from 'node:crypto'
import { hexlify, Wallet, type HDNodeWallet } from 'ethers'
import type { FastifyInstance } from 'fastify'
import { createDataset } from '../../../src/compute/dataset.ts'
import { deriveProgram } from '../../../src/compute/program.ts'
import { createEngine } from '../../../src/engine/create-engine.ts'
import { computeOnDataset } from '../../../src/host/buyer/compute.ts'
import type { Market, PurchaseOnChain } from '../../../src/host/chain/market.ts'
import { createDatasetService } from '../../../src/host/datasets/dataset-service.ts'
import { judgesHere } from '../../../src/host/judging/judges.ts'
import { createLedger } from '../../../src/host/ledger/ledger.ts'
import { hashResultRequest, signResultRequest } from '../../../src/host/protocol/result-request.ts'
import { generateSealingKey } from '../../../src/host/protocol/sealing.ts'
import { createVault } from '../../../src/host/secrets/vault.ts'
import { createDeliveries } from '../../../src/host/seller/deliveries.ts'
import { createListingService } from '../../../src/host/seller/listing-service.ts'
import { createListingStore } from '../../../src/host/seller/listing-store.ts'
import { createSaleStore } from '../../../src/host/seller/sale-store.ts'
import { createAdvance } from '../../../src/host/seller/serve-event.ts'
import { createBuyerRoutes } from '../../../src/host/seller/server/buyer-routes.ts'
import { createServer } from '../../../src/host/seller/server/create-server.ts'
import { createPublicRoutes } from '../../../src/host/seller/server/public-routes.ts'
import { createSessions } from '../../../src/host/seller/server/sessions.ts'
import type { Details } from '../../../src/shared/schemas/details.ts'
import { openProfileDatabase, type ProfileDatabase } from '../../../src/host/storage/database.ts'
import { describeDataset } from '../../../src/host/trade/details-document.ts'

export const host = 'seller.example'
const contract = `0x${'5F'.repeat(20)}`.toLowerCase()
/** Other numbers in every column, so that no table is taken for another. */
const tableOf = (factor: number): string => ['wage,hours,score', ...Array.from({ length: 12 }, (_, row) => `${factor * (8.25 + row * 0.75)},${factor * (20 + (row * 7) % 23)},${factor * (row - 6)}`)].join('\n')

/** A seller's server in this process over a real table, keys and policy; only the chain is a stand-in. */
export interface SellerStage {
  readonly app: FastifyInstance
  readonly database: ProfileDatabase
  readonly listing: string
  /** Bearer tokens of the buyer, and of a wallet that bought nothing. */
  readonly tokens: readonly [buyer: string, stranger: string]
  /** Sound bodies of the routes that take one, by path. */
  readonly bodies: Readonly<Record<string, readonly unknown[]>>
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
    findPurchase: find, readPurchase: find, readTime: () => Promise.resolve(0),
    findDelivery: () => Promise.resolve({ requestHash: `0x${'1'.repeat(64)}`, answerHash: `0x${'2'.repeat(64)}`, sealedAnswer: '0x1234', transactionHash: `0x${'3'.repeat(64)}` }),
    deliverResult: () => Promise.resolve(), decline: () => Promise.resolve(),
  } as unknown as Market
  return { market, purchases }
}

const signIn = async (app: FastifyInstance, wallet: HDNodeWallet): Promise<{ readonly token: string, readonly body: unknown }> => {
  const post = async (payload: object): Promise<{ message: string, token: string }> =>
    (await app.inject({ method: 'POST', url: '/v1/sessions', headers: { host }, payload })).json()
  const { message } = await post({ address: wallet.address })
  const body = { message, signature: await wallet.signMessage(message) }
  return { token: (await post(body)).token, body }
}

export const openSellerStage = async (): Promise<SellerStage> => {
  const [seller, buyer, stranger] = [Wallet.createRandom(), Wallet.createRandom(), Wallet.createRandom()]
  const database = openProfileDatabase(':memory:')
  const engine = await createEngine({ workers: 1 })
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
  const deliveries = createDeliveries({ listings, sales, datasets, ledger, market, now, engine: () => Promise.resolve(engine) })
  const everything = {
    listings, sales, datasets, ledger, sessions, market, now, engine: () => Promise.resolve(engine),
    deliveries, advance: createAdvance(deliveries, () => { told.resolve() }),
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
  const { program, ...masked } = await compute('hidden', hidden.details, '6')
  const purchase = {
    id: 1n, listing: 1n, seller: seller.address, buyer: buyer.address, state: 'Paid', deadlineSeconds: 3600, terms,
    interactionOpened: false, requestHash: hashResultRequest(submission.request),
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
  return {
    app, database, listing: id, bugs,
    tokens: [signedIn.token, (await signIn(app, stranger)).token],
    bodies: {
      '/v1/sessions': [{ address: buyer.address }, signedIn.body],
      [`/v1/listings/${id}/check`]: [{ program: submission.program }],
      [`/v1/listings/${hidden.id}/check`]: [{ cells: 3 }, { program }],
      [`/v1/listings/${id}/test/results`]: [{ ciphertexts: ciphertext }],
      [`/v1/listings/${id}/test/comparisons`]: [{ ciphertexts: ciphertext }],
      [`/v1/listings/${id}/test/products`]: [{ left: ciphertext, right: ciphertext }],
      '/v1/purchases/2/result': [submission],
      // Without its program, as private mode wants it; and with one, which it must not see.
      '/v1/purchases/6/result': [{ ...masked, program: null }, { ...masked, program }],
      '/v1/purchases/7/comparisons': [{ comparisons: [{ constant: '-4000', terms: [[0, 1, '1']] }, { constant: '1', terms: [[0, 12, '1'], [13, 2, '-3']] }] }],
      '/v1/purchases/8/comparisons': [{ ciphertexts: blinded }],
      '/v1/purchases/8/products': [{ left, right: left }, { left: blinded, right: blinded }],
    },
    finishSale: async () => {
      await told.promise
      told = Promise.withResolvers<void>()
      database.exec('DELETE FROM sales')
    },
    close: async () => {
      await app.close()
      await engine.close()
      database.close()
    },
  }
}
