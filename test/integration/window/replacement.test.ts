import { toQuantity, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Outbox } from '../../../src/host/chain/outbox.ts'
import type { Confirmation } from '../../../src/shared/window-contract/signing.ts'
import { openStage, type Stage } from '../chain/support.ts'
import { openWindowPair, refusalOf, type WindowPair } from '../../unit/window/window-pair.ts'

let stage: Stage
let pair: WindowPair
let outbox: Outbox
beforeAll(async () => {
  stage = await openStage()
  pair = await openWindowPair()
  const { address, privateKey } = Wallet.createRandom()
  await stage.chain.setBalance(address, 1000n * 10n ** 18n)
  pair.host.wallet.importPrivateKey(privateKey)
  const { rpcUrl, chainId } = stage.chain
  pair.host.networks.add({ name: 'practice', kind: 'practice', rpcUrl, chainId, contract: stage.connection.contract })
  pair.host.networks.use('practice')
  outbox = (await pair.host.trade()).outbox
}, 120_000)
afterAll(async () => {
  await pair.close()
  await stage.close()
})

const rpc = (method: string, ...args: unknown[]): Promise<unknown> => stage.connection.provider.send(method, args) as Promise<unknown>
const balanceOf = (address: string): Promise<bigint> => stage.connection.provider.getBalance(address)
const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!await condition()) await new Promise((wake) => { setTimeout(wake, 10) })
}

/** A payment that was signed before fees rose a thousandfold; gives what the window shows of it. */
const getStuck = async (key: string, to: string): Promise<{ hash: string; sending: Promise<unknown> }> => {
  await rpc('evm_setAutomine', false)
  const sending = outbox.send({ key, purpose: 'Pay', to, data: '0x', valueWei: 4n }).catch((error: unknown) => error)
  await until(() => outbox.findWaiting(key) !== null)
  await rpc('anvil_setNextBlockBaseFeePerGas', toQuantity(10n ** 12n))
  await rpc('anvil_mine', '0x1')
  const shown = (await pair.client.activity.transactions({})).find((transaction) => transaction.key === key)
  return { hash: shown?.waitingHash ?? '', sending }
}

/** Confirms what was shown; blocks come once the replacement is on its way. */
const carryOut = async (key: string, { id }: Confirmation, before: string): Promise<unknown> => {
  const { job } = await pair.client.signing.confirm({ id })
  await until(() => outbox.findWaiting(key)?.hash !== before)
  await rpc('evm_setAutomine', true)
  await rpc('anvil_mine', '0x1')
  await until(async () => (await pair.client.jobs.show({ id: job })).state !== 'running')
  await rpc('anvil_setNextBlockBaseFeePerGas', toQuantity(10n ** 9n))
  await rpc('anvil_mine', '0x1')
  return (await pair.client.jobs.show({ id: job })).outcome
}

describe('a transaction that waits, in the window', () => {
  it('is sped up at exactly the cost that was shown, and happens once', { timeout: 60_000 }, async () => {
    const to = Wallet.createRandom().address
    const { hash, sending } = await getStuck('pay:1', to)
    const shown = await pair.client.signing.prepare({ kind: 'speed-up', hash })
    expect(shown).toMatchObject({ kind: 'speed-up', title: 'Speed up “Pay”', call: { to }, amounts: { valueWei: '4' } })
    expect(await carryOut('pay:1', shown, hash)).toEqual({ kind: 'transaction', purpose: 'Pay', status: 'confirmed' })
    await sending
    expect(await balanceOf(to)).toBe(4n)
    const { outcome } = outbox.find('pay:1') ?? {}
    const mined = await stage.connection.provider.getTransaction(outcome?.hash ?? '')
    const mostWei = (mined?.maxFeePerGas ?? 0n) * (mined?.gasLimit ?? 0n) + 4n
    expect(shown.amounts.maxCostWei).toBe(String(mostWei))
    expect((await pair.client.activity.transactions({})).map(({ waitingHash }) => waitingHash)).toEqual([null])
    expect(await pair.client.activity.signatures({})).toMatchObject([{ move: 'speed-up', outcome: 'done' }])
    expect(await refusalOf(pair.client.signing.prepare({ kind: 'cancel', hash }))).toMatchObject({ code: 'chain.nothing-to-replace' })
  })

  it('is cancelled, which says that nothing is called', { timeout: 60_000 }, async () => {
    const to = Wallet.createRandom().address
    const { hash, sending } = await getStuck('pay:2', to)
    const shown = await pair.client.signing.prepare({ kind: 'cancel', hash })
    expect(shown).toMatchObject({ call: { to: outbox.account(), function: 'nothing is called' }, amounts: { valueWei: '0' } })
    expect(await carryOut('pay:2', shown, hash)).toEqual({ kind: 'transaction', purpose: 'Pay', status: 'retried' })
    expect(await sending).toMatchObject({ code: 'chain.cancelled' })
    expect(await balanceOf(to)).toBe(0n)
  })

  it('is sent again as it is where the network lost it', { timeout: 60_000 }, async () => {
    const to = Wallet.createRandom().address
    const { hash, sending } = await getStuck('pay:3', to)
    await rpc('anvil_dropAllTransactions')
    await rpc('anvil_setNextBlockBaseFeePerGas', toQuantity(10n ** 8n))
    await pair.client.activity.resend({ hash })
    await rpc('anvil_mine', '0x1')
    await rpc('evm_setAutomine', true)
    await sending
    expect(await balanceOf(to)).toBe(4n)
    expect(await refusalOf(pair.client.activity.resend({ hash }))).toMatchObject({ code: 'chain.nothing-to-replace' })
  })
})
