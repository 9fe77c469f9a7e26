import type { OperationName } from './operations.ts'

export interface Plan {
  readonly operation: OperationName
  /** Repeats a round: ours, paillier-bigint's, Python's. */
  readonly counts: readonly [ours: number, paillierBigint: number, python: number]
  /** The least ratios wanted against paillier-bigint and against Python; null: none is set. */
  readonly bars: readonly [paillierBigint: number | null, python: number]
}

/** The operations and their bars. Those of dot products were set against python-paillier with floating-point weights. */
export const plans: readonly Plan[] = [
  { operation: 'encrypt-owner', counts: [200, 3, 10], bars: [40, 8] },
  { operation: 'encrypt-public', counts: [100, 3, 10], bars: [30, 5] },
  { operation: 'decrypt', counts: [200, 4, 20], bars: [12, 1] },
  { operation: 'sum1000', counts: [16, 3, 6], bars: [1.3, 0.5] },
  { operation: 'sum1000-packed', counts: [60, 3, 6], bars: [null, 10] },
  { operation: 'dot100', counts: [16, 2, 3], bars: [6, 3] },
  { operation: 'float100', counts: [16, 2, 3], bars: [6, 3] },
  { operation: 'dot1000', counts: [4, 1, 1], bars: [9, 5] },
  { operation: 'float1000', counts: [4, 1, 1], bars: [9, 5] },
  { operation: 'means', counts: [1, 6, 6], bars: [1.3, 0.5] },
  { operation: 'means-packed', counts: [6, 6, 6], bars: [null, 10] },
]

export const twoWorkerBar = 1.7
