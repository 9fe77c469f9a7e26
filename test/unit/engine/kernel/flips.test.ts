import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { kernelsWasm } from '../../../../src/engine/kernel/kernels-wasm.ts'
import { kernelNames } from '../../../../src/engine/kernel/montgomery.ts'
import { noteFigure, testLength } from '../../../campaigns/support/figures.ts'
import { createSeededNumbers, runSeed } from './fixtures.ts'
import type { Flip, FlipMessage } from './flip-worker.ts'

/** A loop that a flipped bit made endless can be ended from outside only; what hangs in the self-test is not used. */
const hangsAfter = { selfTest: 2000, computing: 60_000 }

type Outcome = FlipMessage | 'hung'

/** What became of the first flips, of all unless one hung: then that is the last. */
const judgeFlips = (flips: readonly Flip[]): Promise<Outcome[]> => new Promise((resolve, reject) => {
  const outcomes: Outcome[] = []
  const worker = new Worker(new URL('flip-worker.ts', import.meta.url), { workerData: { flips, seed: runSeed } })
  let isTrusted = false
  const giveUp = (): void => {
    outcomes.push(isTrusted ? 'wrong' : 'hung')
    void worker.terminate()
  }
  let timer = setTimeout(giveUp, hangsAfter.computing)
  worker.on('message', (message: FlipMessage) => {
    clearTimeout(timer)
    isTrusted = message === 'trusted'
    timer = setTimeout(giveUp, isTrusted ? hangsAfter.computing : hangsAfter.selfTest)
    if (!isTrusted) outcomes.push(message)
  })
  worker.on('error', reject)
  worker.on('exit', () => {
    clearTimeout(timer)
    resolve(outcomes)
  })
})

const judgeAll = async (flips: readonly Flip[]): Promise<Outcome[]> => {
  const outcomes: Outcome[] = []
  while (outcomes.length < flips.length) outcomes.push(...await judgeFlips(flips.slice(outcomes.length)))
  return outcomes
}

/**
 * The first passed a self-test that only squared, and gave wrong sums; the last one whose moduli were all of a pattern, and changed half of
 * all numbers.
 */
const known: readonly Flip[] = [
  { kernel: 'integer', byte: 1407, bit: 2 }, { kernel: 'integer', byte: 673, bit: 6 }, { kernel: 'fused', byte: 1009, bit: 0 },
]

describe.each(kernelNames)('the self-test of the %s kernel, its hash left out', (kernel) => {
  it('reports a kernel with a flipped bit, or that kernel computes right', { timeout: 300_000 }, async () => {
    const numbers = createSeededNumbers(`flips ${kernel} ${runSeed}`)
    const bits = BigInt(8 * Buffer.from(kernelsWasm[kernel], 'base64').length)
    const drawn = Array.from({ length: 60 * testLength() }, (): Flip => {
      const place = Number(numbers.below(bits))
      return { kernel, byte: place >> 3, bit: place & 7 }
    })
    const ofKernel = known.filter((flip) => flip.kernel === kernel)
    const flips = [...ofKernel, ...drawn]
    const outcomes = await judgeAll(flips)
    noteFigure('bits of a kernel flipped', flips.length)
    noteFigure('flipped kernels reported', outcomes.filter((outcome) => outcome === 'reported' || outcome === 'hung').length)
    expect(flips.filter((_, i) => outcomes[i] === 'wrong'), runSeed).toEqual([])
    expect(outcomes.filter((outcome) => outcome === 'reported').length, runSeed).toBeGreaterThan(flips.length / 3)
    expect(outcomes.slice(0, ofKernel.length)).toEqual(ofKernel.map(() => 'reported'))
  })
})

describe('a kernel whose bytes were changed', () => {
  afterEach(() => {
    vi.doUnmock('../../../../src/engine/kernel/kernels-wasm.ts')
    vi.resetModules()
  })

  it.each(known)('is reported before it runs: byte $byte, bit $bit of $kernel', async ({ kernel, byte, bit }) => {
    const bytes = Buffer.from(kernelsWasm[kernel], 'base64')
    bytes.writeUInt8(bytes.readUInt8(byte) ^ (1 << bit), byte)
    vi.resetModules()
    vi.doMock(import('../../../../src/engine/kernel/kernels-wasm.ts'), async (importOriginal) =>
      ({ ...await importOriginal(), kernelsWasm: { ...kernelsWasm, [kernel]: bytes.toString('base64') } }))
    const { findKernelFault } = await import('../../../../src/engine/kernel/self-test.ts')
    expect(findKernelFault(kernel)).toBe('its bytes are not those that were built')
    expect(kernelNames.filter((name) => name !== kernel).map((name) => findKernelFault(name))).toEqual([null])
  })
})
