import { gcd } from '../crypto/rational.ts'
import type { AffineForms } from './affine.ts'
import type { FormRange } from './bounds.ts'
import { absolute, floorDivide, type IntegerRange } from './columns.ts'
import type { Inequality } from '../shared/schemas/program.ts'
import { encodeInequality } from './canonical.ts'

/** What is asked has one form (shared/schemas/program.ts), so that comparisons that say the same are one question. */
export interface Question {
  readonly inequality: Inequality
  readonly text: string
  /** Whether the form is turned around: the answer is then the opposite. */
  readonly isNegated: boolean
  /** What the left side can be. */
  readonly range: IntegerRange
}

/** A comparison as it is asked, or what it comes to where the declared bounds of the columns decide it. */
export type Comparison = boolean | Question

/**
 * Of one form times a scale, whether it is at least 0, or above 0. With sign σ of the scale and g = σ·form − (1 if strict), what is
 * asked is g ≥ 0, or where g begins with a negative weight whether −g − 1 ≥ 0 does not hold: the integers between are none.
 */
export const createComparison = (forms: AffineForms, index: number, sign: 1n | -1n, isStrict: boolean, rangeOf: FormRange): Comparison => {
  const first = forms.offsets[index] as number
  const end = forms.offsets[index + 1] as number
  const constant = sign * (forms.constants[index] as bigint) - (isStrict ? 1n : 0n)
  if (first === end) return constant >= 0n
  const isNegated = sign * (forms.weights[first] as bigint) < 0n
  const factor = isNegated ? -sign : sign
  let divisor = 0n
  for (let run = first; run < end && divisor !== 1n; run++) divisor = gcd(divisor, absolute(forms.weights[run] as bigint))
  const runs: [number, number, bigint][] = []
  for (let run = first; run < end; run++) {
    runs.push([forms.starts[run] as number, forms.counts[run] as number, (factor * (forms.weights[run] as bigint)) / divisor])
  }
  const lowered = floorDivide(isNegated ? -constant - 1n : constant, divisor)
  const range = rangeOf(runs, lowered)
  if (range.lower >= 0n) return !isNegated
  if (range.upper < 0n) return isNegated
  const terms = runs.map(([start, count, weight]): [number, number, string] => [start, count, String(weight)])
  const inequality = { constant: String(lowered), terms }
  return { inequality, text: encodeInequality(inequality), isNegated, range }
}
