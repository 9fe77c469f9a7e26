import { createHash } from 'node:crypto'

/** Numbers that follow from a seed, so that a campaign can be taken up again and a trial repeated. */
export interface Chance {
  /** A whole number from 0 to `bound` − 1. */
  below(bound: number): number
  shuffle<T>(items: readonly T[]): T[]
}

export const createChance = (seed: string): Chance => {
  let count = 0
  const below = (bound: number): number => {
    count += 1
    return createHash('sha256').update(`${seed}/${count}`).digest().readUIntBE(0, 6) % bound
  }
  return {
    below,
    shuffle: (items) => {
      const left = [...items]
      return items.map(() => left.splice(below(left.length), 1)[0] as typeof items[number])
    },
  }
}
