import { createHash } from 'node:crypto'

/** Fast choices that a seed repeats: sfc32 (C. Doty-Humphrey, PractRand), seeded by SHA-256. No secret is drawn from it. */
export interface Draws {
  /** A whole number from 0 to below `bound`. */
  below(bound: number): number
  /** True once in `times`. */
  once(times: number): boolean
  pick<T>(items: readonly T[]): T
  bytes(count: number): Uint8Array
}

export const createDraws = (seed: string): Draws => {
  const words = createHash('sha256').update(seed).digest()
  let [a, b, c, counter] = [words.readInt32LE(0), words.readInt32LE(4), words.readInt32LE(8), 1]
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum | 0
    return sum >>> 0
  }
  for (let warm = 0; warm < 12; warm += 1) next()
  const below = (bound: number): number => Math.floor((next() / 2 ** 32) * bound)
  return {
    below,
    once: (times) => below(times) === 0,
    pick: <T>(items: readonly T[]): T => {
      const item = items[below(items.length)]
      if (item === undefined && !items.includes(undefined as T)) throw new Error('picked from nothing')
      return item as T
    },
    bytes: (count) => Uint8Array.from({ length: count }, () => below(256)),
  }
}
