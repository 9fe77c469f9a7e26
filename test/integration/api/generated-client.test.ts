import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createClient as generate } from '@hey-api/openapi-ts'
import { Validator } from '@seriousme/openapi-schema-validator'
import { hexlify } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDelivery } from '../../../src/host/protocol/opened-answer.ts'
import { hashResultRequest, signResultRequest } from '../../../src/host/protocol/result-request.ts'
import { generateSealingKey } from '../../../src/host/protocol/sealing.ts'
import { computeOnDataset } from '../../../src/host/buyer/compute.ts'
import { deriveFromAnswer, openTable } from '../../../src/host/buyer/derive.ts'
import { parseDetails } from '../../../src/host/trade/details-document.ts'
import { decodeChunk } from '../../../src/host/datasets/chunk-arrow.ts'
import { ciphertextLengthOf } from '../../../src/host/datasets/tensor-wire.ts'
import { createTensorSource } from '../../../src/host/datasets/tensor-source.ts'
import { readAnswer } from '../../../src/compute/program.ts'
import { createHost, type Host } from '../../../src/host/index.ts'
import { createFolder, deliverySeconds, mean, openMarketplace, openShop, passphrase, table, type Marketplace, type Shop } from '../client/support.ts'

/** Other people than those of `table`. */
const hidden: typeof table = table.map(([hours, wage, union], row) => [hours + row * row, wage * 3 + (row % 7), 1 - union])

interface Reply {
  readonly data?: unknown
  readonly error?: unknown
}
type Operation = (options: Readonly<Record<string, unknown>>) => Promise<Reply>

describe('the seller\'s OpenAPI document', () => {
  const folder = createFolder()
  let marketplace: Marketplace
  let shop: Shop
  let buyer: Host
  let origin: string
  let document: Record<string, unknown>

  beforeAll(async () => {
    marketplace = await openMarketplace()
    shop = await openShop(marketplace)
    origin = new URL(shop.url).origin
    document = await (await fetch(`${origin}/openapi.json`)).json() as Record<string, unknown>
    buyer = await createHost({ home: join(folder, 'home'), secretStore: 'passphrase', environment: {}, askPassphrase: () => Promise.resolve(passphrase) })
    buyer.wallet.importPrivateKey(marketplace.takeAccount().privateKey)
    buyer.networks.add({ name: 'practice', kind: 'practice', ...marketplace.network })
    buyer.networks.use('practice')
  })

  afterAll(async () => {
    await buyer.close()
    await shop.close()
    await marketplace.stage.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('is valid OpenAPI 3.1, and names every operation once', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document))
    expect({ valid, errors }).toMatchObject({ valid: true })
    const names = Object.values(document['paths'] as Record<string, Record<string, { operationId: string }>>)
      .flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))
    expect(new Set(names).size).toBe(names.length)
    expect(names).toContain('getPurchasesByIdDataByChunk')
  })

  /** Every call of the trade by the generated client; it knows the server from the document alone. */
  const generateClient = async (): Promise<(name: string, options?: Readonly<Record<string, unknown>>) => Promise<unknown>> => {
    const output = join(folder, 'generated')
    await generate({
      input: document, logs: { level: 'silent' },
      output: { path: output, importFileExtension: '.ts' },
      plugins: ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch'],
    })
    const sdk = await import(/* @vite-ignore */ join(output, 'sdk.gen.ts')) as Record<string, Operation>
    return async (name, options = {}) => {
      const { data, error } = await (sdk[name] as Operation)({ baseUrl: origin, ...options })
      if (data === undefined) throw new Error(`${name}: ${JSON.stringify(error)}`)
      return data
    }
  }

  const publishPrivate = async (): Promise<string> => {
    const { datasets } = shop.seller
    await datasets.importTable({ name: 'hidden', text: ['hours,wage,union', ...hidden.map((row) => row.join(','))].join('\n') })
    datasets.createTestData('hidden', { rows: 50 })
    await datasets.encrypt('hidden', { keyBits: 2048 })
    await datasets.encryptTestData('hidden', { keyBits: 2048 })
    const { listings } = await shop.seller.trade()
    const { id } = await listings.create({ dataset: 'hidden', id: 'hidden', valueWei: 1_000_000n, serverUrl: origin, mode: 'private', deliverySeconds })
    return (await listings.publish(id)).url
  }

  /** A whole trade, over HTTP by the generated client alone. */
  const tradeBy = async (call: Awaited<ReturnType<typeof generateClient>>, id: string, url: string): Promise<unknown> => {
    const { market, purchases } = await buyer.trade()
    const wallet = await buyer.wallet.unlock()
    const engine = await buyer.engine()

    const { number } = await purchases.buy(url)
    const details = parseDetails(JSON.stringify(await call('getListingsById', { path: { id } })))
    const { data } = openTable(details, details.dataset)
    const { program } = deriveFromAnswer({ wage: data.col('wage').mean() }, details, details.dataset)
    const shown = details.policy.mode === 'private' ? null : program
    const question = shown === null ? { cells: program.cells.length } : { program }
    expect(await call('postListingsByIdCheck', { path: { id }, body: question })).toEqual({ allowed: true })

    const { message } = await call('postSessions', { body: { address: wallet.address } }) as { message: string }
    const { token } = await call('postSessions', { body: { message, signature: await wallet.signMessage(message) } }) as { token: string }
    const mine = { path: { id: String(number) }, auth: token }
    const { leaves } = await call('getPurchasesByIdDataManifest', mine) as { leaves: string[] }
    const chunks = await Promise.all(leaves.map(async (_, chunk) => {
      const arrow = await call('getPurchasesByIdDataByChunk', { auth: token, path: { id: String(number), chunk: String(chunk) }, parseAs: 'arrayBuffer' })
      return decodeChunk(new Uint8Array(arrow as ArrayBuffer), details.dataset, details.columns, chunk)
    }))

    const source = createTensorSource({
      ...details.dataset, ciphertextLength: ciphertextLengthOf(details.dataset), readChunk: (index) => chunks[index] ?? new Uint8Array(),
    })
    const result = await computeOnDataset(program, details, source, engine, () => new Date())
    const { secretKey, publicKey } = generateSealingKey()
    const request = {
      chainId: details.chain_id, contract: details.contract_address, purchase: String(number), datasetRoot: details.dataset.root,
      resultHash: result.resultHash, programHash: result.programHash, x25519PublicKey: hexlify(publicKey),
    }
    const requestHash = hashResultRequest(request)
    await market.requestResult(`generated-client:${number}`, number, requestHash)
    const submission = { request, signature: await signResultRequest(request, wallet), program: shown, ciphertexts: Buffer.from(result.ciphertexts).toString('base64') }
    expect(await call('postPurchasesByIdResult', { ...mine, body: submission })).toEqual({ requestHash })

    await expect.poll(() => market.findDelivery(number), { timeout: 30_000 }).not.toBeNull()
    const answer = await call('getPurchasesByIdAnswer', mine) as { sealed: string }
    const { integers, key, claim, proof } = openDelivery(
      { request, details, program: shown, ciphertexts: result.ciphertexts, sealed: new Uint8Array(Buffer.from(answer.sealed, 'base64')), sealingSecret: secretKey })
    await engine.verifyDecryption(key, claim, proof)
    await market.confirmResult(`generated-client-confirms:${number}`, number)
    expect(JSON.stringify(await call('getPurchasesByIdReceipt', mine))).toContain(requestHash)
    expect((await market.readPurchase(number)).state).toBe('Settled')
    return readAnswer(program, integers.map((integer, cell) => integer - (result.masks?.[cell] ?? 0n)))
  }

  it('is enough for a generated client to complete a purchase, in either mode', async () => {
    const call = await generateClient()
    const { listings: [offer] } = await call('getListings') as { listings: [{ id: string }] }
    const wageOf = (rows: typeof table): unknown => ({ wage: expect.closeTo(mean(rows.map(([, wage]) => wage)), 9) as number })
    expect(await tradeBy(call, offer.id, shop.url)).toEqual(wageOf(table))
    expect(await tradeBy(call, 'hidden', await publishPrivate())).toEqual(wageOf(hidden))
  })

  it('says what is sent in private mode', () => {
    const bodyOf = (path: string): string => JSON.stringify((document['paths'] as Record<string, { post: { requestBody: unknown } }>)[path]?.post.requestBody)
    expect(bodyOf('/v1/purchases/{id}/result')).toMatch(/"program":\{[^]*\{"type":"null"\}[^]*private mode/)
    expect(bodyOf('/v1/listings/{id}/check')).toMatch(/"cells":\{[^}]*private mode/)
  })
})
