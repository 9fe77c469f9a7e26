import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createChainIdentity } from '../../../src/host/chain/chain-identity.ts'
import { connectChain } from '../../../src/host/chain/connect.ts'
import { deployMarket } from '../../../src/host/chain/deploy.ts'
import { startPracticeChain, type PracticeChain } from '../../../src/host/chain/practice-chain.ts'
import type { Trade } from '../../../src/host/create-host.ts'
import { noteFigure } from '../../campaigns/support/figures.ts'
import { refusalOf } from '../../e2e/support/refusal.ts'
import { openWindowPair, type WindowPair } from '../../unit/window/window-pair.ts'
import { openFaultyRpc } from './faulty-rpc.ts'
import { createWalletOutbox, now, openMemory } from './support.ts'

const balanceWei = 10n ** 20n

let folder: string
let chain: PracticeChain
let port: number
let pair: WindowPair
let contract: string
let trade: Trade

/** Ends the chain and starts one at the same address; the first block's time counts whole seconds, and so another takes a second. */
const restart = async (state: 'kept' | 'fresh'): Promise<void> => {
  await chain.stop()
  await sleep(1100)
  chain = await startPracticeChain({ port, ...(state === 'kept' ? { dataDir: join(folder, 'chain') } : {}) })
}

const profileRows = (): unknown[] => {
  const { outbox } = trade
  return outbox.list().map(({ key, status, outcome }) => [key, status, outcome?.hash ?? null])
}
const sentBy = (address: string): Promise<number> => trade.connection.provider.getTransactionCount(address)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hesystem-chains-'))
  chain = await startPracticeChain({ dataDir: join(folder, 'chain') })
  port = Number(new URL(chain.rpcUrl).port)
  pair = await openWindowPair()
  const { host } = pair
  const { address } = host.wallet.create()
  await chain.setBalance(address, balanceWei)
  const network = host.networks.add({ name: 'practice', kind: 'practice', rpcUrl: chain.rpcUrl, chainId: chain.chainId, contract: null })
  host.networks.use('practice')
  contract = (await deployMarket({ outbox: (await host.chain()).outbox, minimumSeconds: 1 })).address
  host.networks.save({ ...network, contract })
  trade = await host.trade()
})
afterAll(async () => {
  await pair.close()
  await chain.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('a practice chain', () => {
  it('is the same one however often it is started again from its state', async () => {
    for (let start = 1; start <= 3; start += 1) {
      await restart('kept')
      await chain.mine()
      await expect(trade.market.assertReady(), `start ${start}`).resolves.toBeUndefined()
    }
  })

  it('that was begun anew is not taken for the old one, though the same market stands at its address: nothing is signed or sent', async () => {
    const { host, client } = pair
    const account = trade.market.account
    // Signed and sent on the old chain, and not mined there: on the new one its bytes would hold just as well.
    await trade.connection.provider.send('evm_setAutomine', [false])
    const waiting = trade.outbox.send({ key: 'pay', purpose: 'Pay', to: Wallet.createRandom().address, data: '0x', valueWei: 1n })
    const refusedWaiting = refusalOf(() => waiting)
    while (trade.outbox.findWaiting('pay') === null) await sleep(10)
    const before = profileRows()

    await restart('fresh')
    await chain.setBalance(account, balanceWei)
    const signer = await host.wallet.unlock()
    const unbound = connectChain({ name: 'new', rpcUrl: chain.rpcUrl, chainId: chain.chainId })
    const stranger = createWalletOutbox(new Wallet(signer.privateKey), unbound, openMemory())
    const again = await deployMarket({ outbox: stranger, minimumSeconds: 1 })
    await unbound.withContract(again.address).assertReady()
    unbound.close()
    expect(again.address).toBe(contract)
    noteFigure('chains begun anew under a trade')

    const refused = await refusalOf(() => trade.market.assertReady())
    expect(refused).toMatchObject({ code: 'chain.begun-anew', details: { network: 'practice', chainId: 31337 }, message: expect.stringContaining('begun anew') as string })
    expect(await refusalOf(() => trade.outbox.send({ key: 'more', purpose: 'Pay', to: account, data: '0x', valueWei: 1n }))).toMatchObject({ code: 'chain.begun-anew' })
    expect(await refusalOf(() => trade.outbox.resume())).toMatchObject({ code: 'chain.begun-anew' })
    // The payment that waited is not sent to the new chain when it is looked for there in vain.
    expect((await refusedWaiting).code).toMatch(/^chain\.(begun-anew|unreachable)$/)
    expect(profileRows()).toEqual(before)
    expect(await sentBy(account)).toBe(1)
    const { networkProblem } = await client.app.status({})
    expect(networkProblem).toMatch(/begun anew.*is kept, and nothing is signed.*in another folder/)
  })

  it('is traded on again once the old one is back, and what waited is sent there', async () => {
    await restart('kept')
    await trade.market.assertReady()
    await trade.outbox.resume()
    expect(profileRows()).toEqual([['deploy-market', 'confirmed', expect.any(String)], ['pay', 'confirmed', expect.any(String)]])
    expect(await sentBy(trade.market.account)).toBe(2)
  })
})

describe('the identity of a chain', () => {
  const first = `0x${'1'.repeat(64)}`

  it('may change while nothing is recorded on it', async () => {
    const database = openMemory()
    const identity = createChainIdentity(database, chain.chainId, now)
    identity.note(first)
    const connection = connectChain({ name: 'practice', rpcUrl: chain.rpcUrl, chainId: chain.chainId }, { identity })
    await connection.assertReady()
    expect(identity.findGenesis()).toBeNull()
    const wallet = new Wallet(Wallet.createRandom().privateKey)
    await chain.setBalance(wallet.address, balanceWei)
    await createWalletOutbox(wallet, connection, database).send({ key: 'pay', purpose: 'Pay', to: wallet.address, data: '0x', valueWei: 1n })
    expect(identity.findGenesis()).toMatch(/^0x[0-9a-f]{64}$/)
    expect(identity.findGenesis()).not.toBe(first)
    connection.close()
  })

  it.each([
    ['refuses to say it', 'error' as const],
    ['keeps no block so old', { answer: null }],
  ])('does not keep a trade from going on where a public node %s', async (_what, fault) => {
    const faulty = await openFaultyRpc(chain.rpcUrl)
    faulty.decide(({ method, params }) => {
      if (method === 'eth_chainId') return { answer: '0xaa36a7' }
      return method === 'eth_getBlockByNumber' && params[0] === '0x1' ? fault : 'passes'
    })
    const noted: string[] = []
    const connection = connectChain({ name: 'sepolia', rpcUrl: faulty.rpcUrl, chainId: 11155111, contract }, { identity: { findGenesis: () => first, note: (hash) => { noted.push(hash) } } })
    await expect(connection.assertReady()).resolves.toBeUndefined()
    expect(noted).toEqual([])
    faulty.decide(({ method }) => (method === 'eth_chainId' ? { answer: '0xaa36a7' } : 'passes'))
    await expect(connection.assertReady()).rejects.toMatchObject({ code: 'chain.begun-anew' })
    connection.close()
    await faulty.close()
  })
})
