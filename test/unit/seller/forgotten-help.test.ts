import { describe, expect, it } from 'vitest'
import type { PurchaseOnChain } from '../../../src/host/chain/market.ts'
import { createForgottenHelp, type ForgottenHelpDependencies } from '../../../src/host/seller/forgotten-help.ts'
import { refusalOf } from '../../e2e/support/refusal.ts'

const backedUpAtSeconds = 1_000_000
const restoredAtSeconds = 1_010_000

/** A seller with these purchases, of listings 1 (this table), 2 (another source) and 9 (one it has forgotten). */
const open = (purchases: readonly Partial<PurchaseOnChain>[], restorations = [{ backedUpAtSeconds, restoredAtSeconds }]) => {
  let reads = 0
  const paid = { listing: 1n, interactionOpened: true, paidAtSeconds: backedUpAtSeconds - 5000, requestedAtSeconds: 0, closedAtSeconds: 0 }
  const dependencies = {
    market: {
      chainId: 1, contract: '0x', account: '0x',
      findPurchases: () => Promise.resolve(purchases.map((_, at) => BigInt(at + 1))),
      readPurchase: (id: bigint) => {
        reads += 1
        return Promise.resolve({ ...paid, ...purchases[Number(id) - 1] } as PurchaseOnChain)
      },
    },
    askElsewhere: () => expect.unreachable('nothing was listed elsewhere'),
    listings: { list: () => [], findByNumber: (_: unknown, number: bigint) => (number === 9n ? null : { dataset: number === 1n ? 'table' : 'other' }) },
    ledger: {
      readRestorations: () => restorations, mayBeBehind: () => restorations.length > 0,
      areOfOneSource: (one: string, other: string) => one === other,
    },
  } as unknown as ForgottenHelpDependencies
  const assertKnown = createForgottenHelp(dependencies)
  const refused = async (): Promise<string> => (await refusalOf(() => assertKnown('table'))).code
  return { assertKnown: () => assertKnown('table'), refused, reads: () => reads }
}

describe('the key holder\'s help in a profile that was restored from a backup (S5)', () => {
  it.each([
    ['still asking', {}],
    ['that requested after the backup', { requestedAtSeconds: backedUpAtSeconds + 10 }],
    ['that was refunded after the backup', { closedAtSeconds: backedUpAtSeconds + 10 }],
    ['that was paid after the backup and before the restoration', { paidAtSeconds: backedUpAtSeconds + 10 }],
    ['of a listing made after the backup', { listing: 9n }],
    ['that ended within a minute of the backup, by another clock', { requestedAtSeconds: backedUpAtSeconds - 30 }],
  ])('is not given where it cannot know what it told a purchase %s', async (_, purchase) => {
    expect(await open([purchase]).refused()).toBe('policy.ledger-behind')
  })

  it.each([
    ['had ended before the backup', { requestedAtSeconds: backedUpAtSeconds - 100 }],
    ['was paid after the restoration', { paidAtSeconds: restoredAtSeconds + 100 }],
    ['never opened interactive use', { interactionOpened: false }],
    ['is of another table', { listing: 2n }],
  ])('is given where every purchase %s', async (_, purchase) => {
    await expect(open([purchase, purchase]).assertKnown()).resolves.toBeUndefined()
  })

  it('asks the chain nothing in a profile that never was, and once of what has ended', async () => {
    const never = open([{}], [])
    await never.assertKnown()
    expect(never.reads()).toBe(0)
    const ended = open([{ requestedAtSeconds: backedUpAtSeconds - 100 }])
    await ended.assertKnown()
    await ended.assertKnown()
    expect(ended.reads()).toBe(1)
  })
})
