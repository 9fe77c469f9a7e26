import { Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { marketInterface } from '../../../src/host/chain/artifact.ts'
import { connectChain } from '../../../src/host/chain/connect.ts'
import type { Outbox, OutboxOptions, OutboxStep, SendRequest } from '../../../src/host/chain/outbox.ts'
import { createWalletOutbox, openStage, type Party, type Stage } from './support.ts'

let stage: Stage
beforeAll(async () => { stage = await openStage() })
afterAll(() => stage.close())
afterEach(async () => { await stage.connection.provider.send('evm_setAutomine', [true]) })

const rpc = (method: string, ...args: unknown[]): Promise<unknown> => stage.connection.provider.send(method, args) as Promise<unknown>
const countOf = (party: Party): Promise<number> => stage.connection.provider.getTransactionCount(party.wallet.address)
const recipient = (): string => Wallet.createRandom().address
const pay = (key: string, to: string, valueWei = 1n): SendRequest => ({ key, purpose: 'Pay', to, data: '0x', valueWei })
const again = (party: Party, options: Partial<OutboxOptions> = {}): Outbox =>
  createWalletOutbox(party.wallet, stage.connection, party.database, options)
const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!await condition()) await new Promise((wake) => { setTimeout(wake, 10) })
}

describe('sending through the outbox', () => {
  it('confirms a transaction once and tells what it cost', async () => {
    const party = await stage.createParty()
    const to = recipient()
    const before = await stage.connection.provider.getBalance(party.wallet.address)
    const sent = await party.outbox.send(pay('pay:1', to, 7n))
    expect(await stage.connection.provider.getBalance(to)).toBe(7n)
    expect(sent).toMatchObject({ key: 'pay:1', gasUsed: 21_000n, contractAddress: null, logs: [] })
    expect(before - await stage.connection.provider.getBalance(party.wallet.address)).toBe(7n + sent.gasUsed * sent.effectiveGasPriceWei)
  })

  it('gives the earlier outcome for the same key and sends nothing more, in this run and the next', async () => {
    const party = await stage.createParty()
    const request = pay('pay:1', recipient())
    const first = await party.outbox.send(request)
    expect(await party.outbox.send(request)).toEqual(first)
    expect(await again(party).send(request)).toEqual(first)
    expect(await countOf(party)).toBe(1)
  })

  it('refuses another payload under the same key, also while the first is under way', async () => {
    const party = await stage.createParty()
    const request = pay('pay:1', recipient())
    const sending = party.outbox.send(request)
    await expect(party.outbox.send({ ...request, valueWei: 2n })).rejects.toMatchObject({ code: 'chain.key-reused' })
    await sending
    await expect(party.outbox.send({ ...request, valueWei: 2n })).rejects.toMatchObject({ code: 'chain.key-reused' })
    await expect(party.outbox.send({ ...request, to: recipient() })).rejects.toMatchObject({ code: 'chain.key-reused' })
    await expect(party.outbox.send({ ...request, data: '0x01' })).rejects.toMatchObject({ code: 'chain.key-reused' })
    expect(await countOf(party)).toBe(1)
  })

  it('gives concurrent sends a nonce each, and concurrent sends of one key one transaction', async () => {
    const party = await stage.createParty()
    const requests = Array.from({ length: 8 }, (_, index) => pay(`pay:${index % 6}`, party.wallet.address, BigInt(index % 6)))
    await Promise.all(requests.map((request) => party.outbox.send(request)))
    expect(await countOf(party)).toBe(6)
  })

  it('gives two processes on one profile a nonce each', async () => {
    const party = await stage.createParty()
    const other = again(party)
    await Promise.all(Array.from({ length: 6 }, (_, index) => (index % 2 === 0 ? party.outbox : other).send(pay(`pay:${index}`, party.wallet.address))))
    expect(await countOf(party)).toBe(6)
  })

  it('lets two processes that carry the same key end with one transaction', async () => {
    const party = await stage.createParty()
    const request = pay('pay:1', recipient(), 3n)
    const [first, second] = await Promise.all([party.outbox.send(request), again(party).send(request)])
    expect(first.hash).toBe(second.hash)
    expect(await stage.connection.provider.getBalance(request.to ?? '')).toBe(3n)
  })
})

describe('what is refused before a signature', () => {
  const steps: OutboxStep[] = []
  const watched = (party: Party): Outbox => again(party, { failpoint: (step) => steps.push(step) })
  afterEach(() => { steps.length = 0 })

  it('is a payment beyond the balance, with the sums, leaving nothing behind', async () => {
    const party = await stage.createParty(10n ** 15n)
    const outbox = watched(party)
    await expect(outbox.send(pay('pay:1', recipient(), 10n ** 16n))).rejects.toMatchObject({
      code: 'chain.insufficient-funds', details: { neededWei: (10n ** 16n).toString(), availableWei: (10n ** 15n).toString() },
    })
    await expect(outbox.send(pay('pay:2', recipient(), 10n ** 15n))).rejects.toMatchObject({ code: 'chain.insufficient-funds' })
    expect(steps).not.toContain('signed')
    expect(outbox.list()).toEqual([])
    await outbox.send(pay('pay:2', recipient(), 1n))
  })

  it('is a payment from an empty wallet', async () => {
    const party = await stage.createParty(0n)
    await expect(party.outbox.send(pay('pay:1', recipient(), 0n))).rejects.toMatchObject({ code: 'chain.insufficient-funds', details: { availableWei: '0' } })
    expect(party.outbox.list()).toEqual([])
  })

  it('is a second payment that the first one, still waiting, leaves no money for', async () => {
    await rpc('evm_setAutomine', false)
    const party = await stage.createParty(10n ** 18n)
    const first = party.outbox.send(pay('pay:1', recipient(), 6n * 10n ** 17n))
    await until(() => party.outbox.find('pay:1')?.status === 'signed')
    await expect(party.outbox.send(pay('pay:2', recipient(), 6n * 10n ** 17n))).rejects.toMatchObject({ code: 'chain.insufficient-funds' })
    await rpc('evm_mine')
    await first
  })

  it('is a call that would revert, in words, and the key stays free for other contents', async () => {
    const party = await stage.createParty()
    const outbox = watched(party)
    const confirm = (purchase: bigint): SendRequest => ({
      key: 'confirm', purpose: 'Confirm', to: stage.connection.contract, data: marketInterface.encodeFunctionData('confirmResult', [purchase]), valueWei: 0n,
    })
    await expect(outbox.send(confirm(99n))).rejects.toMatchObject({ code: 'escrow.not-found', message: 'There is no purchase 99 on this contract.' })
    await expect(outbox.send(confirm(98n))).rejects.toMatchObject({ code: 'escrow.not-found' })
    expect(steps).not.toContain('signed')
    expect(outbox.list()).toEqual([])
  })

  it('is anything on a wrong chain, a wrong contract, or an absent network', async () => {
    const party = await stage.createParty()
    const send = (connection: Stage['connection']): Promise<unknown> => createWalletOutbox(party.wallet, connection, party.database).send(pay('pay:1', recipient()))
    const wrongChain = connectChain({ name: 'wrong', rpcUrl: stage.chain.rpcUrl, chainId: 1 })
    const away = connectChain({ name: 'away', rpcUrl: 'http://127.0.0.1:9', chainId: 31337 })
    await expect(send(wrongChain)).rejects.toMatchObject({ code: 'chain.wrong-chain' })
    await expect(send(stage.connection.withContract(recipient()))).rejects.toMatchObject({ code: 'chain.wrong-contract' })
    await expect(send(away)).rejects.toMatchObject({ code: 'chain.unreachable' })
    expect(party.outbox.list()).toEqual([])
    expect(await countOf(party)).toBe(0)
    wrongChain.close()
    away.close()
  })

  it('is a cost above the limit that was agreed to', async () => {
    const party = await stage.createParty()
    const request = pay('pay:1', recipient(), 100n)
    const { maxCostWei, maxFeeWei, gasLimit } = await party.outbox.estimate(request)
    expect(maxCostWei).toBe(100n + maxFeeWei)
    expect(gasLimit).toBeGreaterThanOrEqual(21_000n)
    await expect(party.outbox.send({ ...request, maxCostWei: 1000n })).rejects.toMatchObject({ code: 'chain.cost-above-limit' })
    expect(party.outbox.list()).toEqual([])
    const sent = await party.outbox.send({ ...request, maxCostWei: maxCostWei * 2n })
    expect(sent.gasUsed * sent.effectiveGasPriceWei + 100n).toBeLessThanOrEqual(maxCostWei * 2n)
  })

  it('is everything while the wallet is locked', async () => {
    const party = await stage.createParty()
    let asked = 0
    const outbox = createWalletOutbox(party.wallet, stage.connection, party.database, {
      wallet: () => {
        asked += 1
        if (asked > 4) throw new Error('locked')
        return party.wallet
      },
    })
    await expect(outbox.send(pay('pay:1', recipient()))).rejects.toThrow('locked')
    expect(party.outbox.list()).toEqual([])
  })
})

