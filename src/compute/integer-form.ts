import { gcd } from '../crypto/rational.ts'
import type { AffineForms } from './affine.ts'
import { absolute } from './columns.ts'
import type { IntegerForm } from './key-holder.ts'

/** form = factor · reduced form. */
export interface ReducedForm {
  readonly factor: bigint
  readonly form: IntegerForm
}

/**
 * One affine form without what its weights and constant have in common, the first of them positive, so that multiples of one form
 * are one text. The constants 0 and c become 0 · 0 and c · 1.
 */
export const reduceForm = (forms: AffineForms, index: number): ReducedForm => {
  const first = forms.offsets[index] as number
  const end = forms.offsets[index + 1] as number
  const constant = forms.constants[index] as bigint
  const lead = first === end ? constant : (forms.weights[first] as bigint)
  if (lead === 0n) return { factor: 0n, form: { constant: '0', terms: [] } }
  let divisor = absolute(constant)
  for (let run = first; run < end && divisor !== 1n; run++) divisor = gcd(divisor, forms.weights[run] as bigint)
  if (lead < 0n) divisor = -divisor
  const terms: IntegerForm['terms'] = []
  for (let run = first; run < end; run++) {
    terms.push([forms.starts[run] as number, forms.counts[run] as number, String((forms.weights[run] as bigint) / divisor)])
  }
  return { factor: divisor, form: { constant: String(constant / divisor), terms } }
}
