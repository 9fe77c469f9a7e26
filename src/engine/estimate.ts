import { bigIntToBytes } from '../crypto/bytes.ts'
import type { KeyBits, LinearForm } from '../crypto/types.ts'
import type { KernelName } from './kernel/kernels-wasm.ts'
import { createMontgomeryMachine, kernelNames } from './kernel/montgomery.ts'
import { findKernelFault } from './kernel/self-test.ts'
import { chooseBatchCost, cutForms, gatherPieces, longestLane } from './linear-form-plan.ts'
import { shareSums } from './shared-sums.ts'

/** What this computer takes, in milliseconds, under a key of one length. */
export interface Speed {
  readonly product: number
  /** A ciphertext's way from bytes into the kernel. */
  readonly read: number
}

/** What a call costs beside products: messages and starting its batches. Measured, as those below, on plans of 1 to 68,000 cells. */
const callMilliseconds = 0.4
/** One more round of messages, where pieces are joined. */
const joinMilliseconds = 0.25
/** Of each form, in products: its degree is mended, it is tested and written out. */
const formProducts = 6
/** Of each weighted run, in products: its digits are found and sorted, and its bucket is far from the cache. */
const termProducts = 1.2

const rounds = 9
const warmUp = 400
const repeats = 60

/** Milliseconds of one call now: the best of a few short rounds, so that other programs count little. */
const timeOf = (action: () => void): number => {
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now()
    for (let i = 0; i < repeats; i += 1) action()
    return (performance.now() - start) / repeats
  })
  return Math.min(...times)
}

/** An odd number of the length of n². */
const modulusOf = (bits: KeyBits): bigint => (1n << BigInt(2 * bits)) - 159n

/** What is timed of it. */
interface Steps {
  product(): void
  read(): void
}

const kernelSteps = (bits: KeyBits, kernel: KernelName): Steps => {
  const machine = createMontgomeryMachine(modulusOf(bits), kernel)
  const register = machine.reserve(2)
  const bytes = bigIntToBytes(machine.modulus / 3n, machine.length)
  machine.set(register, machine.modulus / 7n)
  return {
    product: () => { machine.multiply(register, register, register) },
    read: () => { machine.read(register + 1, bytes) },
  }
}

const bigIntSteps = (bits: KeyBits): Steps => {
  const modulus = modulusOf(bits)
  let value = modulus / 3n
  return {
    product: () => { value = (value * value) % modulus },
    read: () => { BigInt(`0x${value.toString(16)}`) },
  }
}

const keptSteps = new Map<KeyBits, Steps>()

/** Ready to be timed: after enough calls for the compiler, which takes some tens of milliseconds, once. */
const stepsOf = (bits: KeyBits): Steps => {
  const kept = keptSteps.get(bits)
  if (kept !== undefined) return kept
  const kernel = kernelNames.find((name) => findKernelFault(name) === null)
  const steps = kernel === undefined ? bigIntSteps(bits) : kernelSteps(bits, kernel)
  for (let i = 0; i < warmUp; i += 1) {
    steps.product()
    steps.read()
  }
  keptSteps.set(bits, steps)
  return steps
}

/** Measured at every estimate, in some milliseconds: a processor's clock, and what shares it, change within seconds by half. */
export const measureSpeed = (bits: KeyBits): Speed => {
  const { product, read } = stepsOf(bits)
  return { product: timeOf(product), read: timeOf(read) }
}

/** Products of the busiest worker, as the plan cuts and shares out, and whether pieces are joined afterwards. */
const shareOut = (forms: readonly LinearForm[], workers: number): { readonly products: number; readonly joins: boolean } => {
  const most = chooseBatchCost(forms, workers)
  const pieces = cutForms(forms, most, workers)
  return { products: longestLane(gatherPieces(pieces.flat(), most), workers), joins: pieces.some(({ length }) => length > 1) }
}

/**
 * How long `Engine.evaluate` will take here, in seconds by the clock, with workers that are started and have a core each: what its plan
 * counts in products for the busiest of them, and the reading of the ciphertexts, at the speed this computer was measured at.
 */
export const estimateEvaluation = (
  forms: readonly LinearForm[], bits: KeyBits, workers: number, { product, read }: Speed = measureSpeed(bits),
): number => {
  const inputs = forms.reduce((most, { runs }) => Math.max(most, (runs.at(-1)?.start ?? 0) + (runs.at(-1)?.count ?? 0)), 0)
  const shared = shareSums(forms, inputs)
  const sumForms = (shared?.sums ?? []).map((sum): LinearForm => ({ runs: [{ ...sum, weight: 1n }], constant: 0n }))
  const stages = shared === null ? [forms] : [sumForms, shared.forms]
  const planned = stages.flat()
  const cells = planned.reduce((sum, { runs }) => runs.reduce((inner, { count }) => inner + count, sum), 0)
  const terms = planned.reduce((sum, { runs }) => sum + runs.filter(({ weight }) => weight !== 1n).length, 0)
  const shares = stages.map((stage) => shareOut(stage, workers))
  const products = shares.reduce((sum, share) => sum + share.products, 0)
  const calls = callMilliseconds + joinMilliseconds * shares.filter(({ joins }) => joins).length
  const besides = (formProducts * planned.length + termProducts * terms) * product + cells * read
  return (calls + products * product + besides / workers) / 1000
}
