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
import { ciphertextLengthOf, decodeChunk } from '../../../src/host/datasets/tensor-wire.ts'
import { createTensorSource } from '../../../src/host/datasets/tensor-source.ts'
import { readAnswer } from '../../../src/compute/program.ts'
import { createHost, type Host } from '../../../src/host/index.ts'
import { createFolder, mean, openMarketplace, openShop, passphrase, table, type Marketplace, type Shop } from '../client/support.ts'

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

  it('is enough for a generated client to complete a purchase', async () => {
    const call = await generateClient()
    const { market, purchases } = await buyer.trade()
    const wallet = await buyer.wallet.unlock()
    const engine = await buyer.engine()

    const { listings: [offer] } = await call('getListings') as { listings: [{ id: string }] }
    const { number } = await purchases.buy(shop.url)
    const details = parseDetails(JSON.stringify(await call('getListingsById', { path: { id: offer.id } })))
    const { data } = openTable(details, details.dataset)
    const { program } = deriveFromAnswer({ wage: data.col('wage').mean() }, details, details.dataset)
    expect(await call('postListingsByIdCheck', { path: { id: offer.id }, body: { program } })).toEqual({ allowed: true })

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
    await market.requestResult('generated-client', number, requestHash)
    const submission = { request, signature: await signResultRequest(request, wallet), program, ciphertexts: Buffer.from(result.ciphertexts).toString('base64') }
    expect(await call('postPurchasesByIdResult', { ...mine, body: submission })).toEqual({ requestHash })

    await expect.poll(() => market.findDelivery(number), { timeout: 30_000 }).not.toBeNull()
    const answer = await call('getPurchasesByIdAnswer', mine) as { sealed: string }
    const { integers, key, claim, proof } = openDelivery(
      { request, details, program, ciphertexts: result.ciphertexts, sealed: new Uint8Array(Buffer.from(answer.sealed, 'base64')), sealingSecret: secretKey })
    await engine.verifyDecryption(key, claim, proof)
    expect(readAnswer(program, integers)).toEqual({ wage: expect.closeTo(mean(table.map(([, wage]) => wage)), 9) as number })
    await market.confirmResult('generated-client-confirms', number)
    expect(JSON.stringify(await call('getPurchasesByIdReceipt', mine))).toContain(requestHash)
    expect((await market.readPurchase(number)).state).toBe('Settled')
  })
})
