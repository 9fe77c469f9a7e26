import { randomBytes } from 'node:crypto'
import { toQuantity, Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { connectChain, type ChainConnection } from '../../../src/host/chain/connect.ts'
import type { Outbox, OutboxOptions, SendRequest } from '../../../src/host/chain/outbox.ts'
import { describeReorganised } from '../../../src/host/chain/recheck.ts'
import { resumeTransactions } from '../../../src/host/chain/resume-transactions.ts'
import { isAppError } from '../../../src/shared/errors.ts'
import { createChance } from '../../campaigns/kills/chance.ts'
import { noteFigure, testLength } from '../../campaigns/support/figures.ts'
import { openFaultyRpc, type FaultyRpc } from './faulty-rpc.ts'
import { createWalletOutbox, openStage, type Party, type Stage } from './support.ts'

let stage: Stage
let faulty: FaultyRpc
let connection: ChainConnection
/** So that a test need not wait out what a person would: a slow machine fails its questions too, which is a fault like any. */
let impatient: ChainConnection
beforeAll(async () => {
  stage = await openStage()
  faulty = await openFaultyRpc(stage.chain.rpcUrl)
  const network = { name: 'faulty', rpcUrl: faulty.rpcUrl, chainId: stage.chain.chainId, contract: stage.connection.contract }
  connection = connectChain(network)
  impatient = connectChain(network, { answerMilliseconds: 250 })
})
afterAll(async () => {
  connection.close()
  impatient.close()
  await faulty.close()
  await stage.close()
})
afterEach(async () => {
  faulty.decide(() => 'passes')
  await rpc('evm_setAutomine', true)
})

const rpc = (method: string, ...args: unknown[]): Promise<unknown> => stage.connection.provider.send(method, args) as Promise<unknown>
const mine = (blocks: number): Promise<unknown> => rpc('anvil_mine', toQuantity(blocks))
const balanceOf = (address: string): Promise<bigint> => stage.connection.provider.getBalance(address)
const countOf = ({ wallet }: Party): Promise<number> => stage.connection.provider.getTransactionCount(wallet.address)
const recipient = (): string => Wallet.createRandom().address
const pay = (key: string, to: string, valueWei: bigint): SendRequest => ({ key, purpose: 'Pay', to, data: '0x', valueWei })
const outboxOf = (party: Party, options: Partial<OutboxOptions> = {}, over = connection): Outbox =>
  createWalletOutbox(party.wallet, over, party.database, options)
const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!await condition()) await new Promise((wake) => { setTimeout(wake, 10) })
}
/** A public network as far as our program can tell: blocks are counted, and may be taken back. */
const asPublic = (): ChainConnection => {
  connection.provider.pollingInterval = 20
  return { ...connection, isDevelopment: false }
}

describe('a node that fails at random', () => {
  const faults = ['lost', 'cut', 'silent', 'twice', 'stale', 'error'] as const

  it('neither doubles nor loses a payment, however often its answers are lost, doubled, old, refusals or never come', { timeout: 120_000 * testLength() }, async () => {
    const seed = process.env['HESYSTEM_SEED'] ?? randomBytes(6).toString('hex')
    const dealt = new Map<string, number>()
    for (let run = 0; run < 12 * testLength(); run += 1) {
      const chance = createChance(`${seed}/${run}`)
      const party = await stage.createParty()
      const to = recipient()
      faulty.decide(() => {
        const fault = chance.below(5) === 0 ? faults[chance.below(faults.length)] : 'passes'
        dealt.set(fault ?? 'passes', (dealt.get(fault ?? 'passes') ?? 0) + 1)
        return fault ?? 'passes'
      })
      for (let payment = 1; payment <= 3; payment += 1) {
        for (let attempt = 0; attempt < 200; attempt += 1) {
          try {
            await outboxOf(party, { patienceSeconds: 1 }, impatient).send(pay(`pay:${payment}`, to, BigInt(payment)))
            break
          } catch (error) {
            if (!isAppError(error) || !error.retryable) throw error
          }
        }
      }
      faulty.decide(() => 'passes')
      await outboxOf(party).resume()
      expect([await balanceOf(to), await countOf(party)], `seed ${seed}, run ${run}`).toEqual([6n, 3])
      noteFigure('payments through a node that fails at random, each made once', 3)
    }
    for (const [fault, count] of dealt) noteFigure(`of its calls ${fault}`, count)
  })

  it('that accepts every question and answers none is given up after its time, whatever is asked, and nothing is done twice', async () => {
    const party = await stage.createParty()
    const to = recipient()
    const methods = new Set<string>()
    faulty.decide(({ method }) => {
      methods.add(method)
      return 'passes'
    })
    await outboxOf(party).send(pay('pay:0', to, 1n))
    expect([...methods]).toEqual(expect.arrayContaining(['eth_chainId', 'eth_getCode', 'eth_getTransactionCount', 'eth_sendRawTransaction', 'eth_getTransactionReceipt']))
    let payments = 1
    for (const silent of methods) {
      faulty.decide(({ method }) => (method === silent ? 'silent' : 'passes'))
      const key = `pay:${payments}`
      await expect(outboxOf(party, {}, impatient).send(pay(key, to, 1n)), silent).rejects.toMatchObject({ code: 'chain.unreachable', retryable: true })
      faulty.decide(() => 'passes')
      await outboxOf(party).send(pay(key, to, 1n))
      payments += 1
      expect([await balanceOf(to), await countOf(party)], silent).toEqual([BigInt(payments), payments])
      noteFigure('methods that never answered')
    }
  })

  it('is asked again where it says that it took a transaction, and has not', async () => {
    const party = await stage.createParty()
    const to = recipient()
    let swallowed = 0
    faulty.decide(({ method }) => {
      if (method !== 'eth_sendRawTransaction' || swallowed === 2) return 'passes'
      swallowed += 1
      return { answer: `0x${'00'.repeat(32)}` }
    })
    await outboxOf(party).send(pay('pay:1', to, 4n))
    expect([swallowed, await balanceOf(to), await countOf(party)]).toEqual([2, 4n, 1])
  })

  it('is signed nothing for once it leads to another chain, in the middle of a session', async () => {
    const party = await stage.createParty()
    const outbox = outboxOf(party)
    const to = recipient()
    await outbox.send(pay('pay:1', to, 4n))
    faulty.decide(({ method }) => (method === 'eth_chainId' ? { answer: '0x1' } : 'passes'))
    await expect(outbox.send(pay('pay:2', to, 4n))).rejects.toMatchObject({ code: 'chain.wrong-chain' })
    expect(outbox.list().map(({ key }) => key)).toEqual(['pay:1'])
    faulty.decide(() => 'passes')
    await outbox.send(pay('pay:2', to, 4n))
    expect(await balanceOf(to)).toBe(8n)
  })
})

describe('a transaction that waits because fees have risen', () => {
  /** Signed at the fees of before, waiting now. */
  const stuck = async (): Promise<{ party: Party; outbox: Outbox; to: string; hash: string; sending: Promise<unknown> }> => {
    const party = await stage.createParty()
    const outbox = outboxOf(party)
    const to = recipient()
    await rpc('evm_setAutomine', false)
    const sending = outbox.send(pay('pay:1', to, 4n)).catch((error: unknown) => error)
    await until(() => outbox.findWaiting('pay:1') !== null)
    await rpc('anvil_setNextBlockBaseFeePerGas', toQuantity(10n ** 12n))
    await mine(1)
    expect(await countOf(party)).toBe(0)
    noteFigure('transactions stuck under risen fees, freed')
    return { party, outbox, to, hash: outbox.findWaiting('pay:1')?.hash ?? '', sending }
  }
  afterEach(async () => {
    await rpc('anvil_setNextBlockBaseFeePerGas', toQuantity(10n ** 9n))
    await mine(1)
  })

  it('is sped up by another of its nonce at what the network asks now, and happens once', async () => {
    const { party, outbox, to, hash, sending } = await stuck()
    const plan = await outbox.planReplacement(hash, 'speed-up')
    expect(plan.maxFeePerGasWei).toBeGreaterThan(10n ** 12n)
    expect(plan.maxCostWei).toBeGreaterThan(plan.replacedMaxCostWei)
    const replacing = outbox.replace(plan)
    await until(() => outbox.findWaiting('pay:1')?.hash !== hash)
    await rpc('evm_setAutomine', true)
    await mine(1)
    expect(await replacing).toMatchObject({ status: 'confirmed' })
    await sending
    expect([await balanceOf(to), await countOf(party)]).toEqual([4n, 1])
    await expect(outbox.planReplacement(hash, 'cancel')).rejects.toMatchObject({ code: 'chain.nothing-to-replace' })
  })

  it('is cancelled by nothing in its place, and its step can be taken anew', async () => {
    const { party, outbox, to, hash, sending } = await stuck()
    const replacing = outbox.replace(await outbox.planReplacement(hash, 'cancel'))
    await until(() => outbox.findWaiting('pay:1')?.hash !== hash)
    await rpc('evm_setAutomine', true)
    await mine(1)
    expect(await replacing).toMatchObject({ status: 'retried' })
    expect(await sending).toMatchObject({ code: 'chain.cancelled' })
    expect([await balanceOf(to), await countOf(party)]).toEqual([0n, 1])
    await outbox.send(pay('pay:1', to, 4n))
    expect([await balanceOf(to), await countOf(party)]).toEqual([4n, 2])
  })

  it('counts as what was mined where the first comes before its cancellation after all', async () => {
    const { party, outbox, to, hash, sending } = await stuck()
    const first = party.database.prepare<[], { raw: string }>('SELECT raw FROM signed_transactions').get()?.raw
    const plan = await outbox.planReplacement(hash, 'cancel')
    // The network never hears of the cancellation, and keeps the first.
    faulty.decide(({ method, params }) => (method === 'eth_sendRawTransaction' && params[0] !== first ? { answer: hash } : 'passes'))
    const replacing = outbox.replace(plan)
    await until(() => outbox.findWaiting('pay:1')?.hash !== hash)
    await rpc('anvil_setNextBlockBaseFeePerGas', toQuantity(10n ** 8n))
    await rpc('eth_sendRawTransaction', first).catch(() => 'still there')
    await mine(1)
    expect(await replacing).toMatchObject({ status: 'confirmed', outcome: { hash } })
    await sending
    expect([await balanceOf(to), await countOf(party)]).toEqual([4n, 1])
  })

  it('keeps nothing else from opening: it is told of and followed beside it', async () => {
    const { party, outbox, sending } = await stuck()
    outbox.close()
    await sending
    const notices: string[] = []
    const again = outboxOf(party)
    await resumeTransactions(again, (notice) => { notices.push(notice) }, 50)
    expect(notices).toEqual([expect.stringContaining('still waits to be mined')])
    again.close()
  })

  it('can be sent again as it is where the network has lost it', async () => {
    const { outbox, hash, sending, to } = await stuck()
    await rpc('anvil_dropAllTransactions')
    await rpc('anvil_setNextBlockBaseFeePerGas', toQuantity(10n ** 8n))
    await outbox.resend(hash)
    await mine(1)
    await sending
    expect(await balanceOf(to)).toBe(4n)
    await expect(outbox.resend(hash)).rejects.toMatchObject({ code: 'chain.nothing-to-replace' })
  })
})

describe('a reorganisation', () => {
  const confirmed = async (confirmations: number): Promise<{ party: Party; outbox: Outbox; to: string }> => {
    const party = await stage.createParty()
    const to = recipient()
    const outbox = outboxOf(party, { confirmations }, asPublic())
    await mine(10)
    const sending = outbox.send(pay('pay:1', to, 4n))
    await until(async () => await balanceOf(to) === 4n)
    await mine(confirmations - 1)
    await sending
    return { party, outbox, to }
  }

  it.each([1, 2, 3, 5, 8])('to depth %i takes no payment for confirmed before it has more blocks on it, and makes none twice', async (depth) => {
    const party = await stage.createParty()
    const to = recipient()
    const outbox = outboxOf(party, { confirmations: depth + 1 }, asPublic())
    await mine(10)
    const sending = outbox.send(pay('pay:1', to, 4n))
    await until(async () => await balanceOf(to) === 4n)
    await mine(depth - 1)
    expect(outbox.find('pay:1')?.status).toBe('signed')
    await rpc('anvil_reorg', depth, [])
    noteFigure('reorganisations, to depth 12')
    await until(async () => await balanceOf(to) === 4n)
    await mine(depth)
    await sending
    expect([await balanceOf(to), await countOf(party)]).toEqual([4n, 1])
  })

  it('deeper than the confirmations is noticed afterwards, told, and the same bytes are sent again', async () => {
    const { party, outbox, to } = await confirmed(3)
    const { hash } = outbox.find('pay:1')?.outcome ?? { hash: '' }
    expect(await outbox.recheck()).toEqual([])
    await rpc('anvil_reorg', 8, [])
    noteFigure('reorganisations, to depth 12')
    expect(await balanceOf(to)).toBe(0n)
    const [moved] = await outbox.recheck()
    expect(moved).toMatchObject({ key: 'pay:1', toBlock: null })
    expect(moved === undefined ? '' : describeReorganised(moved)).toContain('deeper than the confirmations')
    expect(outbox.find('pay:1')?.status).toBe('signed')
    const resuming = outbox.resume()
    await until(async () => await balanceOf(to) === 4n)
    await mine(3)
    expect(await resuming).toMatchObject([{ key: 'pay:1', result: 'confirmed' }])
    expect(outbox.find('pay:1')?.outcome?.hash).toBe(hash)
    expect([await balanceOf(to), await countOf(party)]).toEqual([4n, 1])
  })

  it('that moves a confirmed transaction to another block is told, and its new place noted', async () => {
    const { party, outbox, to } = await confirmed(2)
    const before = outbox.find('pay:1')?.outcome?.blockNumber ?? 0
    const { raw } = party.database.prepare<[], { raw: string }>('SELECT raw FROM signed_transactions').get() ?? { raw: '' }
    await rpc('anvil_reorg', 8, [[raw, 3]])
    noteFigure('reorganisations, to depth 12')
    await until(async () => await balanceOf(to) === 4n)
    const [moved] = await outbox.recheck()
    expect(moved?.fromBlock).toBe(before)
    expect(outbox.find('pay:1')).toMatchObject({ status: 'confirmed', outcome: { blockNumber: moved?.toBlock } })
    expect(moved?.toBlock).not.toBe(before)
    expect(await outbox.recheck()).toEqual([])
  })

  it('is noticed as well where the program was away for longer than any of them reaches back', async () => {
    const { party, outbox, to } = await confirmed(3)
    await rpc('anvil_reorg', 8, [])
    noteFigure('reorganisations, to depth 12')
    await rpc('anvil_dropAllTransactions')
    await mine(100)
    expect(await outbox.recheck()).toMatchObject([{ key: 'pay:1', toBlock: null }])
    const resuming = outbox.resume()
    await until(async () => await balanceOf(to) === 4n)
    await mine(3)
    await resuming
    expect([await balanceOf(to), await countOf(party)]).toEqual([4n, 1])
  })

  it('is not what has happened where a node has forgotten old receipts: nothing is signed anew', async () => {
    const { party, outbox, to } = await confirmed(3)
    await mine(70)
    faulty.decide(({ method }) => (method === 'eth_getTransactionReceipt' ? { answer: null } : 'passes'))
    expect([await outbox.recheck(), await outbox.resume(), outbox.find('pay:1')?.status]).toEqual([[], [], 'confirmed'])
    expect([await balanceOf(to), await countOf(party)]).toEqual([4n, 1])
    // Deep enough to stay: it is not asked for again.
    faulty.decide(({ method }) => (method === 'eth_getTransactionReceipt' ? 'error' : 'passes'))
    expect(await outbox.recheck()).toEqual([])
  })
})
