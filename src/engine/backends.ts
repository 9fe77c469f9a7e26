import { powerByBigInt, type ModularPower } from '../crypto/modular.ts'
import type { RandomBytes } from '../crypto/random.ts'
import { AppError } from '../shared/errors.ts'
import { createReferenceArithmetic, type Arithmetic } from './arithmetic.ts'
import { backendNames, type BackendName } from './engine.ts'
import { createKernelArithmetic } from './kernel/kernel-arithmetic.ts'
import type { KernelName } from './kernel/kernels-wasm.ts'
import { findKernelFault, measureKernel } from './kernel/self-test.ts'
import type { WorkerSettings } from './messages.ts'
import { createNodeCryptoPower, findNodeCryptoFault } from './node-crypto-power.ts'

export type PowerSource = WorkerSettings['powers']

/** A fresh modular power: one per worker, since node:crypto's keeps an object per modulus. */
export const createPower = (source: PowerSource): ModularPower => (source === 'bigint' ? powerByBigInt : createNodeCryptoPower())

const kernelOf = { 'wasm-fused': 'fused', 'wasm': 'integer' } as const satisfies Partial<Record<BackendName, KernelName>>
/** The fastest first. */
const kernelBackends = ['wasm-fused', 'wasm'] as const

/** What a worker of these settings computes with. */
export const createArithmetic = ({ backend, powers, randomness }: WorkerSettings, randomBytes: RandomBytes): Arithmetic =>
  backend === 'wasm' || backend === 'wasm-fused'
    ? createKernelArithmetic(kernelOf[backend], createPower(powers), randomBytes, randomness)
    : createReferenceArithmetic(createPower(powers), randomBytes)

export interface BackendChoice {
  readonly backend: BackendName
  readonly powers: PowerSource
  readonly reason: string
}

/** What is known of the backends here; replaced in tests only. */
export interface BackendProbes {
  /** null, or what went wrong in the self-test. */
  readonly findNodeCryptoFault: () => string | null
  readonly findKernelFault: (kernel: KernelName) => string | null
  /** How many times as fast as BigInt's a kernel's products are. */
  readonly measureKernel: (kernel: KernelName) => number
}

const ownProbes: BackendProbes = { findNodeCryptoFault, findKernelFault, measureKernel }

/** Throw it where a backend that was asked for by name cannot be had. */
export const backendUnavailable = (backend: BackendName, fault: string): AppError => {
  const message = `The backend ${backend} failed its self-test: ${fault}.`
  return new AppError('runtime.backend-unavailable', message, { details: { backend } })
}

/** Each backend, the fastest first, and why it cannot be had here; null: it can. */
export const probeBackends = (
  probes: BackendProbes = ownProbes,
): readonly { readonly name: BackendName; readonly fault: string | null }[] =>
  backendNames.map((name) => {
    if (name === 'bigint') return { name, fault: null }
    return { name, fault: name === 'node-crypto' ? probes.findNodeCryptoFault() : probes.findKernelFault(kernelOf[name]) }
  })

/**
 * The backend to use: the first kernel that passes its self-test and that a short calibration finds faster than BigInt; powers by
 * node:crypto where that passes its own; else BigInt, the reference. Never silently: `reason` says which and why. Throws
 * `runtime.backend-unavailable` where a backend that was asked for by name fails.
 */
export const selectBackend = (forced: BackendName | undefined, probes: BackendProbes = ownProbes): BackendChoice => {
  if (forced === 'bigint') return { backend: 'bigint', powers: 'bigint', reason: 'asked for' }
  const powerFault = probes.findNodeCryptoFault()
  const powers = powerFault === null ? 'node-crypto' : 'bigint'
  const powerReason = powerFault === null ? 'powers by OpenSSL' : `powers by BigInt, as OpenSSL's failed their self-test: ${powerFault}`
  if (forced === 'node-crypto') {
    if (powerFault !== null) throw backendUnavailable(forced, powerFault)
    return { backend: forced, powers, reason: 'asked for' }
  }
  if (forced !== undefined) {
    const fault = probes.findKernelFault(kernelOf[forced])
    if (fault !== null) throw backendUnavailable(forced, fault)
    return { backend: forced, powers, reason: `asked for; ${powerReason}` }
  }
  const refused: string[] = []
  for (const backend of kernelBackends) {
    const fault = probes.findKernelFault(kernelOf[backend])
    const gain = fault === null ? probes.measureKernel(kernelOf[backend]) : 0
    if (gain > 1) {
      const found = `products ${gain.toFixed(1)} times as fast as BigInt's, ${powerReason}`
      return { backend, powers, reason: [found, ...refused].join('; ') }
    }
    refused.push(fault === null
      ? `${backend}'s products take ${(1 / gain).toFixed(1)} times as long as BigInt's here`
      : `${backend} failed its self-test: ${fault}`)
  }
  return { backend: powers, powers, reason: [...refused, powerReason].join('; ') }
}
