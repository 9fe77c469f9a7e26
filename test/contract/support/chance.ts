import { createHash, randomBytes } from 'node:crypto'

/** Choices that one printed seed repeats: SHA-256 of seed and counter. */
export interface Chance {
  readonly seed: string
  /** A whole number from 0 to below `bound`. */
  below(bound: number): number
  belowWei(bound: bigint): bigint
  /** True once in `times`. */
  once(times: number): boolean
  pick<T>(items: readonly T[]): T
  hash(): string
}

export const createSeed = (): string => randomBytes(8).toString('hex')

export const createChance = (seed: string): Chance => {
  let drawn = 0
  const draw = (): string => createHash('sha256').update(`${seed}/${drawn++}`).digest('hex')
  const belowWei = (bound: bigint): bigint => BigInt(`0x${draw()}`) % bound
  const below = (bound: number): number => Number(belowWei(BigInt(bound)))
  return {
    seed,
    below,
    belowWei,
    once: (times) => below(times) === 0,
    pick: <T>(items: readonly T[]): T => {
      const item = items[below(items.length)]
      if (item === undefined) throw new Error('picked from nothing')
      return item
    },
    hash: () => `0x${draw()}`,
  }
}
