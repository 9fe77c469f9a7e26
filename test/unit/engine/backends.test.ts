import { describe, expect, it } from 'vitest'
import { selectBackend, type BackendProbes } from '../../../src/engine/backends.ts'
import { createMontgomeryMachine, kernelNames } from '../../../src/engine/kernel/montgomery.ts'
import { findKernelFault, measureKernel } from '../../../src/engine/kernel/self-test.ts'

const sound: BackendProbes = { findNodeCryptoFault: () => null, findKernelFault: () => null, measureKernel: () => 2 }

describe('the choice of a backend', () => {
  it('is the fused kernel where it passes and is faster, and says so', () => {
    const choice = selectBackend(undefined, sound)
    expect(choice).toMatchObject({ backend: 'wasm-fused', powers: 'node-crypto' })
    expect(choice.reason).toContain('2.0 times as fast')
  })

  it('is the integer kernel where the fused one fails, as without fused multiply-adds, or is slower than BigInt, and says so', () => {
    const failing = selectBackend(undefined, { ...sound, findKernelFault: (kernel) => (kernel === 'fused' ? 'rounded twice' : null) })
    expect(failing).toMatchObject({ backend: 'wasm', powers: 'node-crypto' })
    expect(failing.reason).toContain('wasm-fused failed its self-test: rounded twice')
    const slow = selectBackend(undefined, { ...sound, measureKernel: (kernel) => (kernel === 'fused' ? 0.5 : 2) })
    expect(slow).toMatchObject({ backend: 'wasm' })
    expect(slow.reason).toContain('wasm-fused\'s products take 2.0 times as long')
  })

  it('is node:crypto where both kernels fail their self-test or are slower, and says so', () => {
    const failing = selectBackend(undefined, { ...sound, findKernelFault: () => 'no SIMD' })
    expect(failing).toMatchObject({ backend: 'node-crypto', powers: 'node-crypto' })
    expect(failing.reason).toContain('no SIMD')
    const slow = selectBackend(undefined, { ...sound, measureKernel: () => 0.5 })
    expect(slow).toMatchObject({ backend: 'node-crypto' })
    expect(slow.reason).toContain('2.0 times as long')
  })

  it('takes powers from BigInt where node:crypto fails, with or without the kernel', () => {
    const withoutPowers = { ...sound, findNodeCryptoFault: () => 'zeros' }
    expect(selectBackend(undefined, withoutPowers)).toMatchObject({ backend: 'wasm-fused', powers: 'bigint' })
    expect(selectBackend(undefined, withoutPowers).reason).toContain('zeros')
    expect(selectBackend(undefined, { ...withoutPowers, findKernelFault: () => 'no SIMD' })).toMatchObject({ backend: 'bigint', powers: 'bigint' })
  })

  it('is the one asked for, unmeasured', () => {
    const unmeasured = { ...sound, measureKernel: () => expect.unreachable('measured') }
    for (const backend of ['bigint', 'node-crypto', 'wasm', 'wasm-fused'] as const) expect(selectBackend(backend, unmeasured).backend).toBe(backend)
  })

  it('is an error where the one asked for by name fails', () => {
    for (const [backend, probes] of [
      ['node-crypto', { ...sound, findNodeCryptoFault: () => 'zeros came out' }],
      ['wasm', { ...sound, findKernelFault: () => 'zeros came out' }],
      ['wasm-fused', { ...sound, findKernelFault: () => 'zeros came out' }],
    ] as const) {
      const choose = () => selectBackend(backend, probes)
      expect(choose).toThrow('zeros came out')
      expect(choose).toThrow(expect.objectContaining({ code: 'runtime.backend-unavailable' }))
    }
  })
})

describe.each(kernelNames)('the self-test of the %s kernel', (kernel) => {
  it('passes here', () => {
    expect(findKernelFault(kernel)).toBeNull()
    expect(measureKernel(kernel)).toBeGreaterThan(0)
  })

  it('notices a carry that is lost in one length, and a machine that cannot start', () => {
    const losing = (modulus: bigint) => {
      const machine = createMontgomeryMachine(modulus, kernel)
      return modulus < 2n ** 4096n ? machine : { ...machine, get: (register: number) => machine.get(register) ^ (1n << 13n) }
    }
    expect(findKernelFault(kernel, losing)).toBe('a 6144-bit product came out wrong')
    expect(findKernelFault(kernel, () => {
      throw new Error('no SIMD')
    })).toBe('no SIMD')
  })
})
