import { createAccumulator, type PowerTerm } from './accumulator.ts'
import type { MontgomeryMachine } from './montgomery.ts'

/** A factor base^exponent of what is left to be multiplied, exponent above 0. */
interface Factor {
  register: number
  exponent: bigint
  /** The exponent as a float, by which factors are ordered: quick to compare, and rounding keeps order. */
  size: number
  /** Whether its register is a temporary one, and no input. */
  isOwn: boolean
}

/** The index of the larger of a place's children; beyond the end where it has none. */
const largerChild = (heap: readonly Factor[], place: number): number => {
  const left = 2 * place + 1
  return (heap[left + 1]?.size ?? -1) > (heap[left]?.size ?? -1) ? left + 1 : left
}

/** Moves a factor that has become smaller down to its place in a heap: nobody is larger than his parent at half his index. */
const siftDown = (heap: Factor[], start: number): void => {
  const factor = heap[start]
  if (factor === undefined) return
  let place = start
  for (;;) {
    const child = largerChild(heap, place)
    const below = heap[child]
    if (below === undefined || below.size <= factor.size) break
    heap[place] = below
    place = child
  }
  heap[place] = factor
}

const removeFirst = (heap: Factor[]): void => {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  heap[0] = last
  siftDown(heap, 0)
}

const setExponent = (factor: Factor, exponent: bigint): void => {
  factor.exponent = exponent
  factor.size = Number(exponent)
}

/** From here on halving the largest exponent, at one and a half products a bit, is not dearer than subtracting the second from it. */
const farApart = 3

/**
 * target = Π registerᵢ^|exponentᵢ| by Bos and Coster's addition chain [BC89; Roo94, section 4]: with e₁ ≥ e₂ the largest exponents,
 * b₁^e₁·b₂^e₂ = b₁^(e₁−e₂)·(b₁b₂)^e₂. Among n terms e₁ − e₂ is about e₁/n, so that one product takes log₂ n bits away. For public
 * exponents: its time depends on them.
 */
export const multiplyByBosCoster = (machine: MontgomeryMachine, target: number, terms: readonly PowerTerm[]): void => {
  const heap = terms.map(({ register, exponent }): Factor => {
    const magnitude = exponent < 0n ? -exponent : exponent
    return { register, exponent: magnitude, size: Number(magnitude), isOwn: false }
  }).sort((a, b) => b.size - a.size)
  const temporaries = machine.reserve(terms.length)
  const free = terms.map((_, i) => temporaries + i)
  const multiplyInto = (factor: Factor, by: number): void => {
    const own = factor.isOwn ? factor.register : free.pop() ?? machine.reserve(1)
    machine.multiply(own, factor.register, by)
    factor.register = own
    factor.isOwn = true
  }
  const product = createAccumulator(machine, target)
  for (let [first] = heap; first !== undefined; [first] = heap) {
    const place = largerChild(heap, 0)
    const second = heap[place]
    if (second === undefined && first.exponent === 1n) {
      product.multiply(first.register)
      heap.pop()
    } else if (second === undefined || first.size > farApart * second.size) {
      if ((first.exponent & 1n) === 1n) product.multiply(first.register)
      multiplyInto(first, first.register)
      setExponent(first, first.exponent >> 1n)
      siftDown(heap, 0)
    } else if (first.exponent < second.exponent) {
      // As floats they are equal.
      heap[0] = second
      heap[place] = first
    } else {
      multiplyInto(second, first.register)
      if (first.exponent === second.exponent) {
        if (first.isOwn) free.push(first.register)
        removeFirst(heap)
      } else {
        setExponent(first, first.exponent - second.exponent)
        siftDown(heap, 0)
      }
    }
  }
  product.finish()
  machine.release(temporaries)
}
