import { createHash } from 'node:crypto'
import { bigIntToBytes, bitLength, bytesToBigInt } from '../../crypto/bytes.ts'
import { modularInverse, residue } from '../../crypto/modular.ts'
import { kernelDigests, kernelsWasm, type KernelName } from './kernels-wasm.ts'
import { webAssembly, type WasmMemory } from './web-assembly.ts'

/** What the modules of assembly/ export; numbers are addresses in their memory. */
interface Kernel {
  readonly memory: WasmMemory
  layOut(limbs: number): number
  heapStart(): number
  stride(): number
  prepare(h: number): void
  multiply(target: number, a: number, b: number): void
  readBytes(target: number, bytes: number, length: number): void
  writeBytes(bytes: number, length: number, source: number): void
  reduce(target: number): void
}

const pageBytes = 65_536

/** The digits of a kernel, and how many a round takes: it reduces by a multiple of N that is −1 modulo 2^(limbBits·roundLimbs). */
interface Digits {
  readonly limbBits: number
  readonly roundLimbs: number
}

/** The fastest first. */
export const kernelNames: readonly KernelName[] = ['fused', 'integer']

const digitsOf: Readonly<Record<KernelName, Digits>> = { integer: { limbBits: 13, roundLimbs: 8 }, fused: { limbBits: 51, roundLimbs: 3 } }

/** Limbs for a modulus of `bits` bits: R = 2^(limbBits·limbs) > 4·2^(limbBits·roundLimbs)·modulus, in whole rounds. */
const limbsFor = (bits: number, { limbBits, roundLimbs }: Digits): number =>
  Math.ceil((bits + limbBits * roundLimbs + 2) / limbBits / roundLimbs) * roundLimbs

/** (M + 1)/2^roundBits for the multiple M of the modulus that is −1 modulo 2^roundBits. */
const computeH = (modulus: bigint, roundBits: bigint): bigint => {
  const multiple = (1n << roundBits) - modularInverse(modulus, 1n << roundBits)
  return (modulus * multiple + 1n) >> roundBits
}

/**
 * Arithmetic modulo one odd number N in WebAssembly, on numbered registers. A register holds x·R mod N, Montgomery's form of x [Mon85].
 * Numbers are read as they are, that is as the form of x·R⁻¹: a product of k of them lacks R^k, which `write` makes good once, told k
 * as its `degree`. So nothing is ever converted on its way in. Not constant-time at its edges (`set`, `get`, the degree).
 */
export interface MontgomeryMachine {
  readonly modulus: bigint
  /** Bytes of a residue. */
  readonly length: number
  readonly bytesPerRegister: number
  /** The register of R, of degree 0: a factor that makes good one degree. */
  readonly radix: number
  /** Sets aside `count` registers; returns the first, the others follow it. */
  reserve(count: number): number
  /** Gives back `first` and all that were set aside after it. */
  release(first: number): void
  /** target = a·b; target may be a or b. Degrees add up. */
  multiply(target: number, a: number, b: number): void
  copy(target: number, source: number): void
  /** register = 1, of degree 0. */
  setOne(register: number): void
  /** register = the number of `length` big-endian bytes, below N; of degree 1. */
  read(register: number, bytes: Uint8Array): void
  /** The register's number, of the given degree (negative for inverses), as `length` big-endian bytes. */
  write(register: number, degree: bigint): Uint8Array
  /** register = value mod N, of degree 0. */
  set(register: number, value: bigint): void
  /** The number of a register of degree 0; of another, that number times a power of R. */
  get(register: number): bigint
}

/** A kernel's bytes, as built. Throws where they are not, as in a damaged copy of the program. */
const kernelBytes = (name: KernelName): Uint8Array => {
  const bytes = Buffer.from(kernelsWasm[name], 'base64')
  if (createHash('sha256').update(bytes).digest('hex') !== kernelDigests[name]) throw new Error('its bytes are not those that were built')
  return bytes
}

const compiled: Partial<Record<KernelName, object>> = {}
const compiledModule = (name: KernelName): object => (compiled[name] ??= new webAssembly.Module(kernelBytes(name)))

/** A machine for one modulus, with memory of its own, which grows with the registers set aside. Tests give a module of their own. */
export const createMontgomeryMachine = (modulus: bigint, name: KernelName, module: object = compiledModule(name)): MontgomeryMachine => {
  const kernel = new webAssembly.Instance(module, {}).exports as Kernel
  const { limbBits, roundLimbs } = digitsOf[name]
  const roundBits = BigInt(limbBits * roundLimbs)
  const limbs = limbsFor(bitLength(modulus), digitsOf[name])
  const length = Math.ceil(bitLength(modulus) / 8)
  const r = 1n << BigInt(limbBits * limbs)
  const modulusAddress = kernel.layOut(limbs)
  const bytesPerRegister = kernel.stride()
  // Bytes are read in longer steps, which may reach into zeros before the first; numbers are multiplied with zeros before them.
  const transferAddress = kernel.heapStart() + 64
  const registersStart = transferAddress + Math.ceil(length / 64) * 64 + 64
  const address = (register: number): number => registersStart + register * bytesPerRegister
  let reserved = 0

  const reserve = (count: number): number => {
    const first = reserved
    reserved += count
    const missing = address(reserved) - kernel.memory.buffer.byteLength
    if (missing > 0) kernel.memory.grow(Math.ceil(missing / pageBytes))
    return first
  }
  // Views end when the memory grows.
  let memory = new Uint8Array(kernel.memory.buffer)
  const currentMemory = (): Uint8Array => {
    if (memory.length === 0) memory = new Uint8Array(kernel.memory.buffer)
    return memory
  }
  const readAt = (target: number, bytes: Uint8Array): void => {
    currentMemory().set(bytes, transferAddress)
    kernel.readBytes(target, transferAddress, length)
  }
  const multiply = (target: number, a: number, b: number): void => kernel.multiply(address(target), address(a), address(b))
  const read = (register: number, bytes: Uint8Array): void => readAt(address(register), bytes)
  const readResidue = (register: number, value: bigint): void => read(register, bigIntToBytes(value, length))

  reserve(1)
  readAt(modulusAddress, bigIntToBytes(modulus, length))
  const work = reserve(7)
  const [scratch, one, rSquared, raised] = [work, work + 1, work + 2, work + 3]
  const [literalOne, literalRound, round] = [work + 4, work + 5, work + 6]
  readResidue(scratch, computeH(modulus, roundBits))
  kernel.prepare(address(scratch))

  readResidue(one, r % modulus)
  readResidue(literalOne, 1n)
  // The kernel's `reduce` divides by 2^roundBits: what is written has that as a factor.
  readResidue(literalRound, 1n << roundBits)
  readResidue(round, (r << roundBits) % modulus)
  readResidue(rSquared, (r * r) % modulus)

  // Results that are written together mostly have one degree, so the last power of R is kept.
  let raisedTo: bigint | null = null
  /** raised = the form of R^exponent·2^roundBits, by squarings from the left; rSquared is the form of R, the literal 1 that of R⁻¹. */
  const raiseR = (exponent: bigint): void => {
    if (exponent === raisedTo) return
    const base = exponent < 0n ? literalOne : rSquared
    copy(raised, exponent === 0n ? one : base)
    for (const bit of (exponent < 0n ? -exponent : exponent).toString(2).slice(1)) {
      multiply(raised, raised, raised)
      if (bit === '1') multiply(raised, raised, base)
    }
    multiply(raised, raised, round)
    raisedTo = exponent
  }
  const copy = (target: number, source: number): void => {
    currentMemory().copyWithin(address(target), address(source), address(source) + bytesPerRegister)
  }
  const write = (register: number, degree: bigint): Uint8Array => {
    if (degree === 0n) {
      multiply(scratch, register, literalRound)
    } else {
      raiseR(degree - 1n)
      multiply(scratch, raised, register)
    }
    kernel.reduce(address(scratch))
    kernel.writeBytes(transferAddress, length, address(scratch))
    return currentMemory().slice(transferAddress, transferAddress + length)
  }
  return {
    modulus,
    length,
    bytesPerRegister,
    radix: rSquared,
    reserve,
    release: (first) => {
      reserved = first
    },
    multiply,
    copy,
    setOne: (target) => copy(target, one),
    read,
    write,
    set: (register, value) => {
      readResidue(register, residue(value, modulus))
      multiply(register, register, rSquared)
    },
    get: (register) => bytesToBigInt(write(register, 0n)),
  }
}
