import type { MontgomeryMachine } from './montgomery.ts'

/** Powers of one base, for exponents given as bytes, least significant first. */
export interface FixedBase {
  /** Bytes of an exponent: each takes one product. */
  readonly exponentBytes: number
  readonly memoryBytes: number
  /** The base to the power of the exponent, as big-endian bytes. Throws a RangeError for an exponent of another length. */
  raise(exponent: Uint8Array): Uint8Array
}

const digits = 256

/**
 * A table of base^(d·256^i) for every byte d at every place i [BGMW93, section 2], packed as the machine's registers are. An exponent
 * takes exactly one product per byte, zeros included. Which entries are read does show in the processor's caches: not constant-time
 * against a program on the same core.
 */
export const createFixedBase = (machine: MontgomeryMachine, base: bigint, exponentBytes: number): FixedBase => {
  const table = machine.reserve(exponentBytes * digits + 1)
  const product = table + exponentBytes * digits
  machine.set(product, base)
  for (let place = 0; place < exponentBytes; place += 1) {
    const entries = table + place * digits
    machine.setOne(entries)
    for (let d = 1; d < digits; d += 1) machine.multiply(entries + d, entries + d - 1, product)
    machine.multiply(product, entries + digits - 1, product)
  }
  return {
    exponentBytes,
    memoryBytes: exponentBytes * digits * machine.bytesPerRegister,
    raise: (exponent) => {
      if (exponent.length !== exponentBytes) throw new RangeError(`an exponent of ${exponent.length} bytes, not ${exponentBytes}`)
      machine.setOne(product)
      exponent.forEach((d, place) => machine.multiply(product, product, table + place * digits + d))
      return machine.write(product, 0n)
    },
  }
}
