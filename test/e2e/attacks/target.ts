import { hexlify } from 'ethers'
import { expect } from 'vitest'
import type { z } from 'zod'
import { createSellerClient, type SellerClient } from '../../../src/host/buyer/seller-client.ts'
import { encodeProgram } from '../../../src/compute/program.ts'
import type { Host, Trade } from '../../../src/host/index.ts'
import { hashResultRequest, signResultRequest } from '../../../src/host/protocol/result-request.ts'
import { generateSealingKey } from '../../../src/host/protocol/sealing.ts'
import { sha256Hex } from '../../../src/host/trade/hash.ts'
import { resultAcceptedSchema } from '../../../src/shared/schemas/http.ts'
import type { Details } from '../../../src/shared/schemas/details.ts'
import { programSchema, type Program } from '../../../src/shared/schemas/program.ts'
import { createCommandLine, type Running } from '../support/command-line.ts'
import { queryProfile, updateProfile } from '../support/profile.ts'
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
  /** Where it tells its metrics. */
  readonly metricsUrl: string
  /**
   * Answers about groups of four rows, with packed columns; about single rows, with six comparisons; about whole columns, with second
   * moments; in private mode, with six comparisons and four products; of 16 bits at most, from a table that does not keep to its declared
   * bounds; and from one of long numbers that are found wherever they stand.
   */
  readonly urls: Readonly<Record<'groups' | 'rows' | 'moments' | 'unseen' | 'narrow' | 'long', string>>
  readonly mallory: Attacker
  readonly alice: Attacker
}

export const interactionFeeWei = 1000n

/** Numbers that stand nowhere by chance, two columns of them. */
export const longRows: readonly (readonly [remuneration: number, pension: number])[] = tableRows.map((_, row) =>
  [73_829_461.57 + row * 1_234_567.89, 918_273_645_546 + row * 10_203_040_507])

interface Stock {
  /** Second moments of these columns. */
  readonly moments?: string[]
  readonly beforeEncrypt?: () => void
}

/** A table with its test data, encrypted under the shortest keys. */
const stock = async (shop: Host, name: string, lines: readonly string[], { moments, beforeEncrypt }: Stock = {}): Promise<void> => {
  await shop.datasets.importTable({ name, text: lines.join('\n') })
  beforeEncrypt?.()
  shop.datasets.createTestData(name, { rows: 8 })
  if (moments !== undefined) {
    const { verdicts } = shop.datasets.addSecondMoments(name, { columns: moments, minRows: 4 })
    expect(verdicts.map(({ withheld }) => withheld)).toEqual([null, null])
  }
  await shop.datasets.encrypt(name, { keyBits: 2048 })
  await shop.datasets.encryptTestData(name, { keyBits: 2048 })
}

export const openTarget = async (): Promise<Target> => {
  const stage = await openStage()
  const seller = await stage.createParty('seller')
  const shop = await seller.open()
  await prepareDataset(shop, 'wages', { packed: true })
  // Other people for each, so that each has a ledger of its own.
  await stock(shop, 'rows', ['salary,age', ...tableRows.map(([wage], row) => `${wage * 7 + row * row},${20 + (row * 17) % 40}`)])
  await stock(shop, 'moments', ['pay,member', ...tableRows.map((_, row) => `${90 + (row * 29) % 31},${row % 2}`)], { moments: ['pay', 'member'] })
  await stock(shop, 'unseen', ['rent,floor', ...tableRows.map((_, row) => `${600 + (row * 53) % 97},${(row * 5) % 13}`)])
  await stock(shop, 'narrow', ['bonus,grade', ...tableRows.map((_, row) => `${100 + row},${1 + (row * 7) % 5}`)], {
    // What the import has declared of the column does not hold any more: only a decryption shows it.
    beforeEncrypt: () => {
      const [{ id } = { id: 0 }] = queryProfile<{ id: number }>(seller.home, 'SELECT id FROM datasets WHERE name = ?', 'narrow')
      updateProfile(seller.home, `UPDATE cells_${id}_data SET c0 = 10000000 WHERE row = 5`)
    },
  })
  await stock(shop, 'long', ['remuneration,pension', ...longRows.map((row) => row.join(','))])
  // It says as much as it can be told to.
  const loud = createCommandLine(seller.home, { ...stage.environment, HESYSTEM_LOG_FORMAT: 'json', HESYSTEM_LOG_LEVEL: 'debug' })
  const { running: serving, document: { url: origin, metrics: metricsUrl } } = await loud.start<{ url: string; metrics: string }>('serve', '--port', '0', '--metrics', '0')
  const groups = await publishListing(shop, origin)
  const rows = await publishListing(shop, origin, { dataset: 'rows', minRows: 1, condition: 1, comparisons: 6, interactionFeeWei })
  const moments = await publishListing(shop, origin, { dataset: 'moments', condition: 1 })
  const unseen = await publishListing(shop, origin, {
    dataset: 'unseen', mode: 'private', condition: 1, maxAnswerCells: 4, maxTotalCells: 20, comparisons: 6, products: 4, interactionFeeWei,
  })
  const narrow = await publishListing(shop, origin, { dataset: 'narrow', condition: 1, maxAnswerBits: 16 })
  const long = await publishListing(shop, origin, { dataset: 'long', condition: 1 })
  // From here on the seller is that one process.
  await shop.close()
  const urlOf = ({ id }: { readonly id: string }): string => `${origin}/v1/listings/${id}`
  const createAttacker = async (name: string): Promise<Attacker> => {
    const party = await stage.createParty(name)
    const host = await party.open()
    return { party, host, trade: await host.trade(), client: createSellerClient(origin) }
  }
  return {
    stage, seller, serving, origin, metricsUrl,
    urls: {
      groups: urlOf(groups), rows: urlOf(rows), moments: urlOf(moments), unseen: urlOf(unseen), narrow: urlOf(narrow), long: urlOf(long),
    },
    mallory: await createAttacker('mallory'),
    alice: await createAttacker('alice'),
  }
}

/** What the attacks stand on; `before` is what must still be so after one. */
export interface Ground {
  readonly target: Target
  /** The listing that answers about groups, and its modulus. */
  readonly details: Details
  readonly n: bigint
  before: State
}

/** A ciphertext under the tests' keys as bytes, and back. */
export const toBytes = (value: bigint): Uint8Array => Buffer.from(value.toString(16).padStart(1024, '0'), 'hex')
export const toInteger = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)

/** The table that a purchase downloaded, column by column, end to end. */
export const readColumns = async ({ trade: { purchases } }: Attacker, number: bigint): Promise<Uint8Array> =>
  purchases.openTable(number).readChunk(0)

export interface State {
  readonly ledger: unknown
  readonly cells: unknown
  readonly comparisons: unknown
  readonly asks: unknown
  readonly sources: unknown
  readonly answered: unknown
  readonly owedWei: bigint
}

/** What an attack must leave as it was: the ledger, what was answered, and what the contract owes the seller. */
export const readState = async ({ seller, mallory }: Target): Promise<State> => ({
  ledger: queryProfile(seller.home, 'SELECT chain_id, purchase, program_hash FROM ledger'),
  cells: queryProfile(seller.home, 'SELECT * FROM ledger_cells'),
  comparisons: queryProfile(seller.home, 'SELECT * FROM ledger_comparisons'),
  asks: queryProfile(seller.home, 'SELECT * FROM ledger_asks'),
  sources: queryProfile(seller.home, 'SELECT * FROM sources'),
  answered: queryProfile(seller.home, 'SELECT purchase FROM sales WHERE sealed IS NOT NULL'),
  owedWei: await mallory.trade.market.readBalance(seller.address),
})

/** Posts what an honest program never would, signed in as the attacker. */
export const postResult = async ({ host, trade, client }: Attacker, number: bigint, body: unknown): Promise<unknown> =>
  client.withSession(await host.wallet.unlock(), trade.market.chainId, (token) =>
    client.fetchJson(`/v1/purchases/${number}/result`, resultAcceptedSchema, { token, body }))

/** Asks the key holder what an honest script never would, signed in as the attacker. */
export const postHelp = async <T>(
  { host, trade, client }: Attacker, number: bigint, kind: 'comparisons' | 'products', body: unknown, schema: z.ZodType<T>,
): Promise<T> =>
  client.withSession(await host.wallet.unlock(), trade.market.chainId, (token) =>
    client.fetchJson(`/v1/purchases/${number}/${kind}`, schema, { token, body }))

export interface Forgery {
  /** null for a listing in private mode. */
  readonly program: Program | null
  readonly ciphertexts: Uint8Array
}

/** A paid purchase with its data downloaded, and what the attacker's own program computed for the script. */
export const buyAndCompute = async (
  attacker: Attacker, url: string, source: string,
): Promise<{ readonly number: bigint; readonly program: Program; readonly ciphertexts: Uint8Array }> => {
  const { purchases } = attacker.trade
  const { number } = await purchases.buy(url)
  const { program, ciphertexts } = await purchases.compute(number, { fileName: 'attack.ts', source })
  return { number, program: programSchema.parse(JSON.parse(program)), ciphertexts }
}

/** What a purchase credited an account. */
export const shareOf = async (market: Trade['market'], number: bigint, account: string): Promise<bigint> =>
  (await market.readHistory(number)).credits.find((credit) => credit.account === account)?.amountWei ?? 0n

/**
 * Nothing was delivered, and the whole deposit is the buyer's again but for the fee of what was opened. Of this purchase alone: where time
 * passes meanwhile, earlier ones of the same account end too and are refunded beside it.
 */
export const expectRefunded = async ({ trade: { market } }: Attacker, number: bigint): Promise<void> => {
  const { seller, buyer, terms, interactionOpened, state, answerHash } = await market.readPurchase(number)
  const feeWei = interactionOpened ? terms.interactionFeeWei : 0n
  const refund = { account: buyer, amountWei: terms.valueWei + terms.guaranteeWei - feeWei }
  const credits = feeWei > 0n ? [{ account: seller, amountWei: feeWei }, refund] : [refund]
  const history = await market.readHistory(number)
  expect({ state, answerHash, credits: history.credits, burnedWei: history.burnedWei })
    .toEqual({ state: 'Refunded', answerHash: `0x${'0'.repeat(64)}`, credits, burnedWei: 0n })
}

/**
 * Asks by hand, past every check of the buyer's own program: duly signed, noted on the contract, sent, after `wait`. The rule that the
 * seller declined it by; the attacker has got the whole deposit back, and nothing else.
 */
export const askByHand = async (
  target: Target, attacker: Attacker, number: bigint, { program, ciphertexts }: Forgery, wait?: () => Promise<void>,
): Promise<string> => {
  const { trade: { market, purchases }, host } = attacker
  const { details } = purchases.get(number)
  const request = {
    chainId: market.chainId, contract: market.contract, purchase: number.toString(), datasetRoot: details.dataset.root,
    resultHash: sha256Hex(ciphertexts), programHash: program === null ? `0x${'11'.repeat(32)}` : sha256Hex(encodeProgram(program)),
    x25519PublicKey: hexlify(generateSealingKey().publicKey),
  }
  const signature = await signResultRequest(request, await host.wallet.unlock())
  await market.requestResult(`by-hand:${number}`, number, hashResultRequest(request))
  await wait?.()
  await postResult(attacker, number, { request, signature, program, ciphertexts: Buffer.from(ciphertexts).toString('base64') })
  await expect.poll(async () => (await market.readPurchase(number)).state, { timeout: 60_000, interval: 50 }).toBe('Refunded')
  await expectRefunded(attacker, number)
  const [sale] = queryProfile<{ refusal: string | null; sealed: unknown }>(
    target.seller.home, 'SELECT refusal, sealed FROM sales WHERE purchase = ?', number.toString(),
  )
  expect(sale?.sealed).toBeNull()
  return (JSON.parse(sale?.refusal ?? '{}') as { code?: string }).code ?? ''
}
