import { bigIntToBytes, bitLength, bytesToBigInt } from '../../crypto/bytes.ts'
import { residue } from '../../crypto/modular.ts'
import { montgomeryWasm } from './montgomery-wasm.ts'
import { webAssembly, type WasmMemory } from './web-assembly.ts'

/** What the module of assembly/montgomery.ts exports; numbers are addresses in its memory. */
interface Kernel {
  readonly memory: WasmMemory
  layOut(limbs: number): number
  heapStart(): number
  prepare(): void
  multiply(target: number, a: number, b: number): void
  readBytes(target: number, bytes: number, length: number): void
  writeBytes(bytes: number, length: number, source: number): void
  reduce(target: number): void
}

const pageBytes = 65_536
const limbBits = 13

/** Limbs for a modulus of `bits` bits: R = 2^(13·limbs) > 4·modulus, in whole rounds of eight. */
const limbsFor = (bits: number): number => Math.ceil((bits + 2) / limbBits / 8) * 8

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

let compiled: object | null = null
const compiledModule = (): object => (compiled ??= new webAssembly.Module(Buffer.from(montgomeryWasm, 'base64')))

/** A machine for one modulus, with memory of its own, which grows with the registers set aside. */
export const createMontgomeryMachine = (modulus: bigint): MontgomeryMachine => {
  const kernel = new webAssembly.Instance(compiledModule(), {}).exports as Kernel
  const limbs = limbsFor(bitLength(modulus))
  const length = Math.ceil(bitLength(modulus) / 8)
  const bytesPerRegister = 2 * limbs
  const r = 1n << BigInt(limbBits * limbs)
  const modulusAddress = kernel.layOut(limbs)
  const transferAddress = kernel.heapStart()
  const registersStart = transferAddress + Math.ceil(length / 64) * 64
  const address = (register: number): number => registersStart + register * bytesPerRegister
  let reserved = 0

  const reserve = (count: number): number => {
    const first = reserved
    reserved += count
    const missing = address(reserved) - kernel.memory.buffer.byteLength
    if (missing > 0) kernel.memory.grow(Math.ceil(missing / pageBytes))
    return first
  }
  // Views end when the memory grows, so each transfer makes its own.
  const transfer = (): Uint8Array => new Uint8Array(kernel.memory.buffer, transferAddress, length)
  const readAt = (target: number, bytes: Uint8Array): void => {
    transfer().set(bytes)
    kernel.readBytes(target, transferAddress, length)
  }
  const multiply = (target: number, a: number, b: number): void => kernel.multiply(address(target), address(a), address(b))
  const read = (register: number, bytes: Uint8Array): void => readAt(address(register), bytes)
  const readResidue = (register: number, value: bigint): void => read(register, bigIntToBytes(value, length))

  reserve(1)
  readAt(modulusAddress, bigIntToBytes(modulus, length))
  kernel.prepare()

  const work = reserve(5)
  const [scratch, one, literalOne, rSquared, raised] = [work, work + 1, work + 2, work + 3, work + 4]
  readResidue(one, r % modulus)
  readResidue(literalOne, 1n)
  readResidue(rSquared, (r * r) % modulus)

  // Results that are written together mostly have one degree, so the last power of R is kept.
  let raisedTo: bigint | null = null
  /** raised = the form of R^exponent, by squarings from the left; rSquared is the form of R, the literal 1 that of R⁻¹. */
  const raiseR = (exponent: bigint): void => {
    if (exponent === raisedTo) return
    const base = exponent < 0n ? literalOne : rSquared
    copy(raised, exponent === 0n ? one : base)
    for (const bit of (exponent < 0n ? -exponent : exponent).toString(2).slice(1)) {
      multiply(raised, raised, raised)
      if (bit === '1') multiply(raised, raised, base)
    }
    raisedTo = exponent
  }
  const copy = (target: number, source: number): void => {
    new Uint8Array(kernel.memory.buffer).copyWithin(address(target), address(source), address(source) + bytesPerRegister)
  }
  const write = (register: number, degree: bigint): Uint8Array => {
    if (degree === 0n) {
      multiply(scratch, register, literalOne)
    } else {
      raiseR(degree - 1n)
      multiply(scratch, raised, register)
    }
    kernel.reduce(address(scratch))
    kernel.writeBytes(transferAddress, length, address(scratch))
    return Uint8Array.from(transfer())
  }
  return {
    modulus,
    length,
    bytesPerRegister,
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
