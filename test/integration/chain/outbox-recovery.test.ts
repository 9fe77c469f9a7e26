import { Wallet, Transaction } from 'ethers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { marketInterface } from '../../../src/host/chain/artifact.ts'
import type { Outbox, OutboxOptions, OutboxStep, SendRequest } from '../../../src/host/chain/outbox.ts'
import { createWalletOutbox, openStage, terms, type Party, type Stage } from './support.ts'

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
const signForeign = async (party: Party, nonce: number, to: string): Promise<string> => {
  const fees = { gasLimit: 21_000n, maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 10n ** 10n }
  const raw = await party.wallet.signTransaction({ type: 2, chainId: 31337, nonce, to, value: 5n, ...fees })
  await rpc('eth_sendRawTransaction', raw)
  return Transaction.from(raw).hash ?? ''
}
const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!await condition()) await new Promise((wake) => { setTimeout(wake, 10) })
}

describe('a process that ends between two steps', () => {
  const steps: readonly OutboxStep[] = ['intended', 'signed', 'broadcast', 'mined']

  it.each(steps)('loses and repeats nothing when it ends after "%s": the next start carries on', async (step) => {
    const party = await stage.createParty()
    const to = recipient()
    let crashed = false
    const crashing = again(party, { failpoint: (reached) => { if (reached === step) { crashed = true; throw new Error('killed') } } })
    await expect(crashing.send(pay('pay:1', to, 9n))).rejects.toThrow('killed')
    expect(crashed).toBe(true)
    expect(crashing.find('pay:1')?.status).toBe(step === 'intended' ? 'intended' : 'signed')
    expect(await again(party).resume()).toEqual([{ key: 'pay:1', result: 'confirmed', error: null }])
    expect(await stage.connection.provider.getBalance(to)).toBe(9n)
    expect(await countOf(party)).toBe(1)
    expect(await again(party).resume()).toEqual([])
  })

  it.each(steps)('is as safe when the caller itself sends the same key again after "%s"', async (step) => {
    const party = await stage.createParty()
    const request = pay('pay:1', recipient(), 9n)
    await expect(again(party, { failpoint: (reached) => { if (reached === step) throw new Error('killed') } }).send(request)).rejects.toThrow('killed')
    await again(party).send(request)
    expect(await stage.connection.provider.getBalance(request.to ?? '')).toBe(9n)
    expect(await countOf(party)).toBe(1)
  })

  it('sends the very bytes that were signed', async () => {
    const party = await stage.createParty()
    await expect(again(party, { failpoint: (reached) => { if (reached === 'signed') throw new Error('killed') } }).send(pay('pay:1', recipient()))).rejects.toThrow('killed')
    const { hash } = party.database.prepare<[], { hash: string }>('SELECT hash FROM signed_transactions').get() ?? { hash: '' }
    await again(party).resume()
    expect(again(party).find('pay:1')?.outcome?.hash).toBe(hash)
  })

  it('leaves several unfinished, and the next start carries on with all in their order', async () => {
    const party = await stage.createParty()
    for (const [index, step] of (['signed', 'intended', 'signed', 'broadcast'] as const).entries()) {
      await expect(again(party, { failpoint: (reached, key) => { if (reached === step && key === `pay:${index}`) throw new Error('killed') } })
        .send(pay(`pay:${index}`, party.wallet.address))).rejects.toThrow('killed')
    }
    const outcomes = await again(party).resume()
    expect(outcomes.map(({ result }) => result)).toEqual(outcomes.map(() => 'confirmed'))
    expect(await countOf(party)).toBe(4)
  })

  it('leaves an intent that became impossible: the next start withdraws it and says why', async () => {
    const party = await stage.createParty()
    await expect(again(party, { failpoint: (reached) => { if (reached === 'intended') throw new Error('killed') } })
      .send(pay('pay:1', recipient(), 10n ** 19n))).rejects.toThrow('killed')
    await stage.chain.setBalance(party.wallet.address, 5n)
    expect(await again(party).resume()).toMatchObject([{ key: 'pay:1', result: 'withdrawn', error: { code: 'chain.insufficient-funds' } }])
    expect(party.outbox.list()).toEqual([])
  })
})

describe('a transaction the network drops, replaces or reorganises', () => {
  it('is sent again when the network has dropped it', async () => {
    await rpc('evm_setAutomine', false)
    const party = await stage.createParty()
    const to = recipient()
    const sending = party.outbox.send(pay('pay:1', to, 4n))
    await until(async () => await stage.connection.provider.send('txpool_status', []).then((status: { pending: string }) => Number(status.pending)) === 1)
    await rpc('anvil_dropAllTransactions')
    await until(async () => await stage.connection.provider.send('txpool_status', []).then((status: { pending: string }) => Number(status.pending)) === 1)
    await rpc('evm_mine')
    await sending
    expect(await stage.connection.provider.getBalance(to)).toBe(4n)
  })

  it('is signed anew, once, when another transaction of the account took its nonce', async () => {
    const party = await stage.createParty()
    const [to, foreignTo] = [recipient(), recipient()]
    await expect(again(party, { failpoint: (reached) => { if (reached === 'signed') throw new Error('killed') } }).send(pay('pay:1', to, 4n))).rejects.toThrow('killed')
    await signForeign(party, 0, foreignTo)
    expect(await again(party).resume()).toEqual([{ key: 'pay:1', result: 'confirmed', error: null }])
    expect(await stage.connection.provider.getBalance(to)).toBe(4n)
    expect(await stage.connection.provider.getBalance(foreignTo)).toBe(5n)
    expect(await countOf(party)).toBe(2)
  })

  it('waits, and is not doubled, while a foreign transaction with its nonce is itself only waiting', async () => {
    await rpc('evm_setAutomine', false)
    const party = await stage.createParty()
    const [to, foreignTo] = [recipient(), recipient()]
    await signForeign(party, 0, foreignTo)
    const sending = party.outbox.send(pay('pay:1', to, 4n))
    await until(() => party.outbox.find('pay:1')?.status === 'signed')
    await rpc('evm_mine')
    await until(() => party.database.prepare('SELECT 1 FROM signed_transactions WHERE nonce = 1').get() !== undefined)
    await rpc('evm_setAutomine', true)
    await rpc('evm_mine')
    await sending
    expect(await stage.connection.provider.getBalance(to)).toBe(4n)
    expect(await countOf(party)).toBe(2)
  })

  it('counts as confirmed only at its depth, and survives a reorganisation before that', async () => {
    const party = await stage.createParty()
    const to = recipient()
    const outbox = again(party, { confirmations: 3 })
    const snapshot = await rpc('evm_snapshot')
    const sending = outbox.send(pay('pay:1', to, 4n))
    await until(async () => await stage.connection.provider.getBalance(to) === 4n)
    await rpc('evm_mine')
    expect(outbox.find('pay:1')?.status).toBe('signed')
    await rpc('evm_revert', snapshot)
    expect(await stage.connection.provider.getBalance(to)).toBe(0n)
    await until(async () => await stage.connection.provider.getBalance(to) === 4n)
    await rpc('anvil_mine', '0x2')
    await sending
    expect(await stage.connection.provider.getBalance(to)).toBe(4n)
  })

  it('is followed no longer than one is patient, and taken up again later', async () => {
    await rpc('evm_setAutomine', false)
    const party = await stage.createParty()
    const request = pay('pay:1', recipient(), 4n)
    await expect(again(party, { patienceSeconds: 0.05 }).send(request)).rejects.toMatchObject({ code: 'chain.not-confirmed', retryable: true })
    await rpc('evm_setAutomine', true)
    await rpc('evm_mine')
    await party.outbox.send(request)
    expect(await countOf(party)).toBe(1)
  })

  it('can be left waiting when the program closes', async () => {
    await rpc('evm_setAutomine', false)
    const party = await stage.createParty()
    const request = pay('pay:1', recipient(), 4n)
    const sending = party.outbox.send(request)
    await until(() => party.outbox.find('pay:1')?.status === 'signed')
    party.outbox.close()
    await expect(sending).rejects.toMatchObject({ code: 'runtime.cancelled' })
    await rpc('evm_mine')
    await again(party).send(request)
    expect(await countOf(party)).toBe(1)
  })
})

describe('a transaction that reverts on the chain', () => {
  const createBuy = (listing: bigint, termsHash: string, deadlineSeconds: bigint): SendRequest => ({
    key: 'buy', purpose: 'Buy', to: stage.connection.contract, valueWei: 1_500_000n,
    data: marketInterface.encodeFunctionData('buy', [listing, termsHash, 1_500_000n, deadlineSeconds]),
  })

  /** Signed while it is still legal, mined after the seller has closed the listing. */
  const failOnChain = async () => {
    const [seller, buyer] = [await stage.createParty(), await stage.createParty()]
    const { number } = await seller.market.createListing('create', terms(), 'http://seller.example/')
    const { termsHash } = await seller.market.readListing(number)
    const request = createBuy(number, termsHash, 10n ** 10n)
    await expect(again(buyer, { failpoint: (reached) => { if (reached === 'signed') throw new Error('killed') } }).send(request)).rejects.toThrow('killed')
    await seller.market.closeListing('close', number)
    const [outcome] = await again(buyer).resume()
    return { seller, buyer, number, termsHash, request, outcome }
  }

  it('is told in words, kept as failed, and told the same again', async () => {
    const { buyer, request, outcome, number } = await failOnChain()
    expect(outcome).toMatchObject({ key: 'buy', result: 'failed', error: { code: 'escrow.listing-closed', details: { revert: 'ListingIsClosed', key: 'buy' } } })
    expect(buyer.outbox.find('buy')).toMatchObject({ status: 'failed', attempt: 1, outcome: { logs: [] } })
    await expect(again(buyer).send(request)).rejects.toMatchObject({ code: 'escrow.listing-closed', message: `Listing ${number} is closed.` })
    expect(await again(buyer).resume()).toEqual([])
    expect(await countOf(buyer)).toBe(1)
  })

  it('can be tried again as a new attempt, with other contents, once that is asked for', async () => {
    const { seller, buyer, number, termsHash, request } = await failOnChain()
    expect(() => { seller.outbox.retryFailed('close') }).toThrow(expect.objectContaining({ code: 'chain.nothing-to-retry' }))
    buyer.outbox.retryFailed('buy')
    await expect(buyer.outbox.send(request)).rejects.toMatchObject({ code: 'escrow.listing-closed' })
    await seller.market.reopenListing('reopen', number)
    await buyer.outbox.send(createBuy(number, termsHash, 10n ** 10n + 1n))
    expect(buyer.outbox.list().map(({ attempt, status }) => [attempt, status])).toEqual([[1, 'retried'], [2, 'confirmed']])
  })
})
