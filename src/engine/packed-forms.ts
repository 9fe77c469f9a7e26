import type { LinearForm, WeightedRun } from '../crypto/types.ts'

/**
 * Forms as few flat arrays: a run that travels between threads as an object of its own takes half a microsecond, a thousand weights half a
 * millisecond.
 */
export interface PackedForms {
  /** Runs of each form. */
  readonly lengths: Uint32Array
  /** First cell and number of cells of each run, form after form. */
  readonly places: Float64Array
  /** Of each run; 64-bit integers where all fit. */
  readonly weights: BigInt64Array | readonly bigint[]
  readonly constants: readonly bigint[]
}

const fitsLong = (value: bigint): boolean => value === BigInt.asIntN(64, value)

export const packForms = (forms: readonly LinearForm[]): PackedForms => {
  const runs = forms.flatMap((form) => form.runs)
  const places = new Float64Array(2 * runs.length)
  runs.forEach(({ start, count }, i) => {
    places[2 * i] = start
    places[2 * i + 1] = count
  })
  const weights = runs.map(({ weight }) => weight)
  return {
    lengths: Uint32Array.from(forms, (form) => form.runs.length),
    places,
    weights: weights.every(fitsLong) ? BigInt64Array.from(weights) : weights,
    constants: forms.map(({ constant }) => constant),
  }
}

export const unpackForms = ({ lengths, places, weights, constants }: PackedForms): LinearForm[] => {
  let next = 0
  return constants.map((constant, form) => {
    const first = next
    next += lengths[form] ?? 0
    return {
      runs: Array.from({ length: next - first }, (_, i): WeightedRun => {
        const run = first + i
        return { start: places[2 * run] ?? 0, count: places[2 * run + 1] ?? 0, weight: weights[run] ?? 0n }
      }),
      constant,
    }
  })
}
