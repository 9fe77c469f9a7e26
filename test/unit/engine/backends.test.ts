import { describe, expect, it } from 'vitest'
import { selectBackend, type BackendProbes } from '../../../src/engine/backends.ts'
import { createMontgomeryMachine } from '../../../src/engine/kernel/montgomery.ts'
import { findKernelFault, measureKernel } from '../../../src/engine/kernel/self-test.ts'

const sound: BackendProbes = { findNodeCryptoFault: () => null, findKernelFault: () => null, measureKernel: () => 2 }

describe('the choice of a backend', () => {
  it('is the kernel where it passes and is faster, and says so', () => {
    const choice = selectBackend(undefined, sound)
    expect(choice).toMatchObject({ backend: 'wasm', powers: 'node-crypto' })
    expect(choice.reason).toContain('2.0 times as fast')
  })

  it('is node:crypto where the kernel fails its self-test or is slower, and says so', () => {
    const failing = selectBackend(undefined, { ...sound, findKernelFault: () => 'no SIMD' })
    expect(failing).toMatchObject({ backend: 'node-crypto', powers: 'node-crypto' })
    expect(failing.reason).toContain('no SIMD')
    const slow = selectBackend(undefined, { ...sound, measureKernel: () => 0.5 })
    expect(slow).toMatchObject({ backend: 'node-crypto' })
    expect(slow.reason).toContain('2.0 times as long')
  })

  it('takes powers from BigInt where node:crypto fails, with or without the kernel', () => {
    const withoutPowers = { ...sound, findNodeCryptoFault: () => 'zeros' }
    expect(selectBackend(undefined, withoutPowers)).toMatchObject({ backend: 'wasm', powers: 'bigint' })
    expect(selectBackend(undefined, withoutPowers).reason).toContain('zeros')
    expect(selectBackend(undefined, { ...withoutPowers, findKernelFault: () => 'no SIMD' })).toMatchObject({ backend: 'bigint', powers: 'bigint' })
  })

  it('is the one asked for, unmeasured', () => {
    const unmeasured = { ...sound, measureKernel: () => expect.unreachable('measured') }
    for (const backend of ['bigint', 'node-crypto', 'wasm'] as const) expect(selectBackend(backend, unmeasured).backend).toBe(backend)
  })

  it('is an error where the one asked for by name fails', () => {
    for (const [backend, probes] of [
      ['node-crypto', { ...sound, findNodeCryptoFault: () => 'zeros came out' }],
      ['wasm', { ...sound, findKernelFault: () => 'zeros came out' }],
    ] as const) {
      const choose = () => selectBackend(backend, probes)
      expect(choose).toThrow('zeros came out')
      expect(choose).toThrow(expect.objectContaining({ code: 'runtime.backend-unavailable' }))
    }
  })
})

describe('the kernel\'s self-test', () => {
  it('passes here', () => {
    expect(findKernelFault()).toBeNull()
    expect(measureKernel()).toBeGreaterThan(0)
  })

  it('notices a carry that is lost in one length, and a machine that cannot start', () => {
    const losing = (modulus: bigint) => {
      const machine = createMontgomeryMachine(modulus)
      return modulus < 2n ** 4096n ? machine : { ...machine, get: (register: number) => machine.get(register) ^ (1n << 13n) }
    }
    expect(findKernelFault(losing)).toBe('a 6144-bit product came out wrong')
    expect(findKernelFault(() => {
      throw new Error('no SIMD')
    })).toBe('no SIMD')
  })
})
