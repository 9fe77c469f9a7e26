import { hexlify } from 'ethers'
import { expect } from 'vitest'
import { createSellerClient, type SellerClient } from '../../../src/host/buyer/seller-client.ts'
import { encodeProgram } from '../../../src/compute/program.ts'
import type { Host, Trade } from '../../../src/host/index.ts'
import { hashResultRequest, signResultRequest } from '../../../src/host/protocol/result-request.ts'
import { generateSealingKey } from '../../../src/host/protocol/sealing.ts'
import { sha256Hex } from '../../../src/host/trade/hash.ts'
import { resultAcceptedSchema } from '../../../src/shared/schemas/http.ts'
import { programSchema, type Program } from '../../../src/shared/schemas/program.ts'
import type { Running } from '../support/command-line.ts'
import { queryProfile } from '../support/profile.ts'
import { prepareDataset, publishListing, tableRows } from '../support/shop.ts'
import { openStage, type Party, type Stage } from '../support/stage.ts'

/** Somebody who has a wallet, a profile of their own and no scruples. */
export interface Attacker {
  readonly party: Party
  readonly host: Host
  readonly trade: Trade
  readonly client: SellerClient
}

/** One seller, serving from a process of its own, and two who attack it. */
export interface Target {
  readonly stage: Stage
  readonly seller: Party
  readonly serving: Running
  /** Where the seller listens. */
  readonly origin: string
  /** Answers about groups of four rows; answers about rows, with six comparisons. */
  readonly urls: { readonly groups: string; readonly rows: string }
  readonly mallory: Attacker
  readonly alice: Attacker
}

export const openTarget = async (): Promise<Target> => {
  const stage = await openStage()
  const seller = await stage.createParty('seller')
  const shop = await seller.open()
  await prepareDataset(shop)
  // Other people, so that it has a ledger of its own.
  const text = ['salary,age', ...tableRows.map(([wage], row) => `${wage * 7 + row * row},${20 + (row * 17) % 40}`)].join('\n')
  await shop.datasets.importTable({ name: 'rows', text })
  shop.datasets.createTestData('rows', { rows: 8 })
  await shop.datasets.encrypt('rows', { keyBits: 2048 })
  await shop.datasets.encryptTestData('rows', { keyBits: 2048 })
  const { running: serving, document: { url: origin } } = await seller.cli.start<{ url: string }>('serve', '--port', '0')
  const groups = await publishListing(shop, origin)
  const rows = await publishListing(shop, origin, { dataset: 'rows', minRows: 1, condition: 1, comparisons: 6, interactionFeeWei: 1000n })
  // From here on the seller is that one process.
  await shop.close()
  const createAttacker = async (name: string): Promise<Attacker> => {
    const party = await stage.createParty(name)
    const host = await party.open()
    return { party, host, trade: await host.trade(), client: createSellerClient(origin) }
  }
  return {
    stage, seller, serving, origin,
    urls: { groups: `${origin}/v1/listings/${groups.id}`, rows: `${origin}/v1/listings/${rows.id}` },
    mallory: await createAttacker('mallory'),
    alice: await createAttacker('alice'),
  }
}

/** What an attack must leave as it was: the ledger, what was answered, and what the contract owes the seller. */
export const readState = async ({ seller, mallory }: Target): Promise<unknown> => ({
  ledger: queryProfile(seller.home, 'SELECT chain_id, purchase, program_hash FROM ledger'),
  cells: queryProfile(seller.home, 'SELECT * FROM ledger_cells'),
  comparisons: queryProfile(seller.home, 'SELECT * FROM ledger_comparisons'),
  sources: queryProfile(seller.home, 'SELECT * FROM sources'),
  answered: queryProfile(seller.home, 'SELECT purchase FROM sales WHERE sealed IS NOT NULL'),
  owedWei: await mallory.trade.market.readBalance(seller.address),
})

/** Posts what an honest program never would, signed in as the attacker. */
export const postResult = async ({ host, trade, client }: Attacker, number: bigint, body: unknown): Promise<unknown> =>
  client.withSession(await host.wallet.unlock(), trade.market.chainId, (token) =>
    client.fetchJson(`/v1/purchases/${number}/result`, resultAcceptedSchema, { token, body }))

export interface Forgery {
  readonly program: Program
  readonly ciphertexts: Uint8Array
}

/** A paid purchase with its data downloaded, and what the attacker's own program computed for the script. */
export const buyAndCompute = async (attacker: Attacker, url: string, source: string): Promise<Forgery & { readonly number: bigint }> => {
  const { purchases } = attacker.trade
  const { number } = await purchases.buy(url)
  const { program, ciphertexts } = await purchases.compute(number, { fileName: 'attack.ts', source })
  return { number, program: programSchema.parse(JSON.parse(program)), ciphertexts }
}

/**
 * Asks by hand, past every check of the buyer's own program: duly signed, noted on the contract, sent. The rule that the seller declined it
 * by; the attacker has got the whole deposit back, and nothing else.
 */
export const askByHand = async (target: Target, attacker: Attacker, number: bigint, { program, ciphertexts }: Forgery): Promise<string> => {
  const { trade: { market, purchases }, host } = attacker
  const { details } = purchases.get(number)
  const { terms } = await market.readPurchase(number)
  const before = await market.readBalance(market.account)
  const request = {
    chainId: market.chainId, contract: market.contract, purchase: number.toString(), datasetRoot: details.dataset.root,
    resultHash: sha256Hex(ciphertexts), programHash: sha256Hex(encodeProgram(program)),
    x25519PublicKey: hexlify(generateSealingKey().publicKey),
  }
  const signature = await signResultRequest(request, await host.wallet.unlock())
  await market.requestResult(`by-hand:${number}`, number, hashResultRequest(request))
  await postResult(attacker, number, { request, signature, program, ciphertexts: Buffer.from(ciphertexts).toString('base64') })
  await expect.poll(async () => (await market.readPurchase(number)).state, { timeout: 60_000, interval: 50 }).toBe('Refunded')
  expect(await market.readBalance(market.account) - before).toBe(terms.valueWei + terms.guaranteeWei)
  expect((await market.readPurchase(number)).answerHash).toBe(`0x${'0'.repeat(64)}`)
  const [sale] = queryProfile<{ refusal: string | null; sealed: unknown }>(
    target.seller.home, 'SELECT refusal, sealed FROM sales WHERE purchase = ?', number.toString(),
  )
  expect(sale?.sealed).toBeNull()
  return (JSON.parse(sale?.refusal ?? '{}') as { code?: string }).code ?? ''
}
