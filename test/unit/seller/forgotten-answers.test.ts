import { describe, expect, it } from 'vitest'
import type { PurchaseOnChain } from '../../../src/host/chain/market.ts'
import { createForgottenAnswers, type ForgottenAnswersDependencies } from '../../../src/host/seller/forgotten-answers.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { refusalOf } from '../../e2e/support/refusal.ts'

const zero = `0x${'00'.repeat(32)}`
const [answered, request] = [{ answerHash: `0x${'11'.repeat(32)}`, closedAtSeconds: 0 }, `0x${'22'.repeat(32)}`]
const here = { chainId: 1, contract: '0xHere' }
const elsewhere = { chainId: 2, contract: '0xThere' }

interface Scene {
  /** What each wallet sold at each market, by "chain/wallet". */
  readonly sold: Readonly<Record<string, readonly Partial<PurchaseOnChain>[]>>
  /** Where the table was listed beside the market in use, and under which wallet. */
  readonly listed?: readonly { readonly chainId: number, readonly contract: string, readonly seller: string }[]
  /** Names that the ledger knows: numbers, and `number@request`. */
  readonly known?: readonly string[]
  readonly isRestored?: boolean
  readonly isReachable?: boolean
}

/** A seller of listings 1 (this table) and 2 (another source), under the wallet `new`; listing 9 is not of this profile. */
const open = ({ sold, listed = [], known = [], isRestored = false, isReachable = true }: Scene) => {
  const asked: string[] = []
  const reader = (chainId: number) => ({
    findPurchases: ({ seller }: { seller?: string }) => {
      asked.push(`${chainId}/${seller}`)
      return Promise.resolve((sold[`${chainId}/${seller}`] ?? []).map(({ id }) => id ?? 0n))
    },
    readPurchase: (number: bigint) => {
      asked.push(`${chainId}#${number}`)
      const found = Object.entries(sold).flatMap(([place, all]) => (place.startsWith(`${chainId}/`) ? all : [])).find(({ id }) => id === number)
      return Promise.resolve({ listing: 1n, answerHash: zero, requestHash: request, closedAtSeconds: 0, ...found } as PurchaseOnChain)
    },
  })
  const dependencies = {
    market: { ...here, account: 'new', ...reader(1) },
    askElsewhere: ({ chainId }: { chainId: number }, ask: (market: unknown) => Promise<unknown>) =>
      (isReachable ? ask(reader(chainId)) : Promise.reject(new AppError('chain.unreachable', 'The network other cannot be reached.'))),
    listings: {
      list: () => listed.map(({ chainId, contract, seller }) => ({ dataset: 'table', details: { chain_id: chainId, contract_address: contract, seller } })),
      findByNumber: (_: unknown, number: bigint) => (number === 9n ? null : { dataset: number === 1n ? 'table' : 'other' }),
    },
    ledger: {
      areOfOneSource: (one: string, other: string) => one === other,
      mayBeBehind: () => isRestored,
      knows: ({ purchase }: { purchase: bigint }, hash?: string) => known.includes(hash === undefined ? String(purchase) : `${purchase}@${hash}`),
    },
  } as unknown as ForgottenAnswersDependencies
  const assertKnown = createForgottenAnswers(dependencies)
  return { asked, assertKnown: () => assertKnown('table'), refused: async () => (await refusalOf(() => assertKnown('table'))).code }
}

describe('answers that the chain shows and the ledger lacks (S4, S32)', () => {
  it.each<[string, Scene]>([
    ['of this wallet, restored or not', { sold: { '1/new': [{ id: 1n, ...answered }] } }],
    ['of a wallet replaced since', { sold: { '1/old': [{ id: 1n, ...answered }] }, listed: [{ ...here, seller: 'old' }] }],
    ['on another network', { sold: { '2/new': [{ id: 1n, ...answered }] }, listed: [{ ...elsewhere, seller: 'new' }] }],
    ['of a listing made after the backup', { sold: { '1/new': [{ id: 1n, listing: 9n, ...answered }] }, isRestored: true }],
    ['on a network that cannot be asked after a restoration', { sold: {}, listed: [{ ...elsewhere, seller: 'new' }], isRestored: true, isReachable: false }],
  ])('close the table: %s, however often it is asked', async (_, scene) => {
    const { refused } = open(scene)
    expect([await refused(), await refused()]).toEqual(['policy.ledger-behind', 'policy.ledger-behind'])
  })

  it.each<[string, Scene]>([
    ['are known', { sold: { '1/new': [{ id: 1n, ...answered }] }, known: ['1'] }],
    ['are known under the number that a reorganisation gave away and back', { sold: { '1/new': [{ id: 1n, ...answered }] }, known: [`1@${request}`] }],
    ['are of another table', { sold: { '1/new': [{ id: 1n, listing: 2n, ...answered }] }, isRestored: true }],
    ['are of another profile of the same wallet, in a profile never restored', { sold: { '1/new': [{ id: 1n, listing: 9n, ...answered }] } }],
    ['were never given', { sold: { '1/new': [{ id: 1n }, { id: 2n, closedAtSeconds: 5 }] }, isRestored: true }],
    ['are on a network that is away, in a profile never restored', { sold: {}, listed: [{ ...elsewhere, seller: 'new' }], isReachable: false }],
  ])('do not where they %s', async (_, scene) => {
    await expect(open(scene).assertKnown()).resolves.toBeUndefined()
  })

  it('are read once where they are of another table or came to nothing, and another network is asked once in a profile never restored', async () => {
    const sold = { '1/new': [{ id: 1n, listing: 2n, ...answered }, { id: 2n, closedAtSeconds: 5 }, { id: 3n }], '2/new': [] }
    const { asked, assertKnown } = open({ sold, listed: [{ ...elsewhere, seller: 'new' }] })
    await assertKnown()
    expect(asked.splice(0)).toEqual(['1/new', '1#1', '1#2', '1#3', '2/new'])
    await assertKnown()
    expect(asked).toEqual(['1/new', '1#3'])
  })
})
