import { rmSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWindowPair, type WindowPair } from '../../unit/window/window-pair.ts'
import { createDesk } from './support.ts'

describe('practice mode whose chain is lost', () => {
  let pair: WindowPair
  const start = async (): Promise<string> => (await createDesk(pair.client).awaitOutcome((await pair.client.practice.start({})).job, 'practice')).listingUrl
  const buyOne = async (url: string): Promise<string> => (await createDesk(pair.client).carryOut({ kind: 'buy', url }, 'purchase')).purchase
  const chainId = async (): Promise<number | undefined> => (await pair.client.networks.list({})).find(({ name }) => name === 'practice')?.chainId
  const bought = async (): Promise<string[]> => (await pair.client.purchases.list({})).map(({ number, state }) => `${number} ${state}`)

  beforeAll(async () => {
    pair = await openWindowPair({ practice: { keyBits: 2048, sellerWorkers: 1 } })
    await buyOne(await start())
  }, 180_000)
  afterAll(async () => { await pair.close() })

  it.each([
    ['a power failure cut its state short', (home: string) => {
      const state = join(home, 'practice/chain/practice-chain.json')
      truncateSync(state, Math.floor(statSync(state).size / 2))
    }],
    ['chain and seller are gone', (home: string) => { rmSync(join(home, 'practice'), { recursive: true }) }],
  ])('begins a new one, with an id of its own, where %s, and keeps what was bought apart', async (_, lose) => {
    const before = await chainId()
    expect(await bought()).toEqual(['1 Paid'])
    await pair.client.practice.stop({})
    lose(pair.home)
    const url = await start()
    expect(await chainId()).toBe((before ?? 0) + 1)
    expect(await pair.client.app.status({})).toMatchObject({ network: { name: 'practice', kind: 'practice' }, networkProblem: null })
    expect(await bought()).toEqual([])
    expect(await buyOne(url)).toBe('1')
    expect((await pair.client.signing.prepare({ kind: 'buy', url })).network).toMatchObject({ playMoney: true })
    expect(pair.bugs).toEqual([])
  }, 180_000)
})
