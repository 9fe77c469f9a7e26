import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Host } from '../../../src/host/create-host.ts'
import { createConfirmations, type Confirmations } from '../../../src/host/window/confirmations.ts'
import { createChanges } from '../../../src/host/window/changes.ts'
import { createJobRegistry, type JobRegistry } from '../../../src/host/window/jobs.ts'
import { decodeCall, type MovePlan } from '../../../src/host/window/move-plan.ts'
import type { Job } from '../../../src/shared/window-contract/jobs.ts'

const contract = '0x5FbDB2315678afecb367f032d93F642f64180aa3'
const minutes = 60_000

const estimate = (maxFeeWei: bigint) => ({
  gasLimit: 21_000n, maxFeePerGasWei: 1n, maxPriorityFeePerGasWei: 1n,
  valueWei: 1000n, expectedFeeWei: 40n, maxFeeWei, maxCostWei: 1000n + maxFeeWei,
})

describe('confirmations (S28)', () => {
  let clock: number
  let network: { name: string, kind: string, chainId: number }
  let signed: string[]
  let fee: bigint
  let jobs: JobRegistry
  let confirmations: Confirmations
  const carryOut = vi.fn(() => Promise.resolve({ kind: 'purchase' as const, purchase: '7', state: 'Paid' }))

  beforeEach(() => {
    clock = Date.parse('2026-01-01T00:00:00Z')
    network = { name: 'practice', kind: 'practice', chainId: 31_337 }
    signed = []
    fee = 100n
    carryOut.mockClear()
    const now = (): Date => new Date(clock)
    const host = {
      networks: { getActive: () => network, findActive: () => network },
      chain: () => Promise.resolve({ connection: { query: () => Promise.resolve(5000n) }, outbox: { account: () => contract } }),
      window: {
        beginSignature: ({ move }: { move: string }) => signed.push(`${move} begun`),
        endSignature: (_id: number, { error }: { error: string | null }) => signed.push(error ?? 'done'),
      },
    } as unknown as Host
    const plan: MovePlan = {
      kind: 'buy', title: 'Buy', words: ['It is bought.'], warnings: [], subject: 'x', counterparty: null, priceWei: 900n, guaranteeWei: 100n,
      call: decodeCall(contract, { function: 'confirmResult', args: [7n], valueWei: 0n }),
      deadlines: [], termsHash: null, stoppable: false, estimate: () => Promise.resolve(estimate(fee)), carryOut,
    }
    jobs = createJobRegistry({ now, onChange: () => undefined, onBug: () => undefined })
    confirmations = createConfirmations({ host, jobs, changes: createChanges(now), now }, () => Promise.resolve(plan))
  })

  const endOf = async ({ id }: Job): Promise<Job> => {
    let last = jobs.show(id)
    for await (const job of jobs.watch(id)) last = job
    return last
  }
  const prepare = () => confirmations.prepare({ kind: 'buy', url: 'http://x' })
  const expectVoid = (id: string): void => {
    expect(() => confirmations.confirm(id)).toThrow(expect.objectContaining({ code: 'access.confirmation-void' }))
    expect(carryOut).not.toHaveBeenCalled()
    expect(signed).toEqual([])
  }

  it('show the call as decoded from its bytes, and the most it can cost with room for the next blocks', async () => {
    const shown = await prepare()
    expect(shown.call).toEqual({ to: contract, function: 'confirmResult', args: [{ name: expect.any(String), value: '7' }] })
    expect(shown.amounts).toEqual({
      valueWei: '1000', priceWei: '900', guaranteeWei: '100', expectedFeeWei: '40', maxCostWei: '1125', balanceWei: '5000',
    })
    expect(shown.network).toEqual({ name: 'practice', chainId: 31_337, playMoney: true })
    expect(carryOut).not.toHaveBeenCalled()
  })

  it('are carried out once, and written down before and after', async () => {
    const { id } = await prepare()
    expect(await endOf(confirmations.confirm(id))).toMatchObject({ state: 'done', outcome: { kind: 'purchase', purchase: '7' } })
    expect(signed).toEqual(['buy begun', 'done'])
    expect(() => confirmations.confirm(id)).toThrow(expect.objectContaining({ code: 'access.confirmation-void' }))
    expect(carryOut).toHaveBeenCalledTimes(1)
  })

  it('are void once refused, too old, or for another network', async () => {
    const refused = await prepare()
    confirmations.refuse(refused.id)
    expectVoid(refused.id)
    const old = await prepare()
    clock += 11 * minutes
    expectVoid(old.id)
    const elsewhere = await prepare()
    network = { ...network, name: 'mainnet', chainId: 1 }
    expectVoid(elsewhere.id)
    expectVoid('made up')
  })

  it('sign nothing above what was shown', async () => {
    const { id } = await prepare()
    fee = 126n
    expect(await endOf(confirmations.confirm(id))).toMatchObject({ state: 'failed', error: { code: 'chain.cost-above-limit' } })
    expect(carryOut).not.toHaveBeenCalled()
    expect(signed).toEqual([])
  })
})
