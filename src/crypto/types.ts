import type { Rational } from './rational.ts'

export type KeyBits = 2048 | 3072 | 4096

/** Paillier with g = n + 1 [Pai99, DJ01]. */
export interface PaillierPublicKey {
  readonly n: bigint
  readonly bits: KeyBits
}

export interface PaillierKeyPair {
  readonly publicKey: PaillierPublicKey
  readonly p: bigint
  readonly q: bigint
}

/** `count` consecutive cells, from `start`, that share one weight. */
export interface WeightedRun {
  readonly start: number
  readonly count: number
  readonly weight: bigint
}

/** Σ weight·x + constant over the integers under a run of ciphertexts; runs in rising order, weights ≠ 0. */
export interface LinearForm {
  readonly runs: readonly WeightedRun[]
  readonly constant: bigint
}

/** How a column's values become integers: value = integer × scale. */
export interface ColumnEncoding {
  readonly scale: Rational
}
