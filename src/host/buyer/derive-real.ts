import type { InteractionTerms } from '../../compute/interaction.ts'
import { AppError } from '../../shared/errors.ts'
import type { Details } from '../../shared/schemas/details.ts'
import { deriveFromScript, type DerivedScript, type DeriveOptions, type ScriptFile } from './derive.ts'

/**
 * Help with test data is free and without limit, blinded as that with a real table in `private` mode; products are made where the listing
 * sells them, so that a script that rehearses well is one that can be bought.
 */
export const testHelp = ({ budgets: { products } }: Pick<Details, 'budgets'>): InteractionTerms =>
  ({ comparisons: null, products: products === 0 ? 0 : null, isBlinded: true })

/** What the key holder's help with a purchase may be: asked openly in `disclosed` mode, where it is comparisons alone; else blinded. */
export const purchaseHelp = ({ budgets: { comparisons, products }, policy: { mode } }: Pick<Details, 'budgets' | 'policy'>): InteractionTerms | null =>
  (comparisons === 0 && products === 0 ? null : { comparisons, products, isBlinded: mode === 'private' })

/** A script over the real table before anything is paid: what it would be, and why the listing would not help it. */
export interface RealDerivation {
  readonly derived: DerivedScript
  readonly refusal: AppError | null
}

/** The test rows over and over, to the real table's length: what comparisons would give is not known before, but their number mostly is. */
export const stretchRows = (rows: readonly (readonly number[])[], count: number): (readonly number[])[] =>
  Array.from({ length: count }, (_, row) => rows[row % rows.length] as readonly number[])

/** Whether a script went no further for want of the key holder's help, of a kind that the listing or its test data give. */
const wantsHelp = (error: unknown, help: InteractionTerms | null): error is AppError => {
  if (!(error instanceof AppError)) return false
  if (error.code === 'policy.comparisons-not-sold') return true
  return help !== null && help.products !== 0 && (error.code === 'input.tensor-not-additive' || error.code === 'policy.second-moments-not-sold')
}

/**
 * Derives a script over the real table. Where it compares or multiplies encrypted cells, comparisons are taken as the test rows would have
 * them; where the listing sells none, or too few, the refusal says where. Throws as deriveFromScript otherwise.
 */
export const deriveReal = async (
  script: ScriptFile, details: Details, readTestRows: () => Promise<readonly (readonly number[])[]>, options: Pick<DeriveOptions, 'signal'> = {},
): Promise<RealDerivation> => {
  const table = details.dataset
  const help = purchaseHelp(details)
  try {
    return { derived: await deriveFromScript(script, details, table, options), refusal: null }
  } catch (error) {
    if (!wantsHelp(error, help)) throw error
    const rows = stretchRows(await readTestRows(), table.rows)
    const deriveWith = (given: InteractionTerms): Promise<DerivedScript> =>
      deriveFromScript(script, details, table, { ...options, rows, help: given })
    const isSold = help !== null && (error.code !== 'policy.comparisons-not-sold' || help.comparisons !== 0)
    if (!isSold) return { derived: await deriveWith(testHelp(details)), refusal: error }
    try {
      return { derived: await deriveWith(help), refusal: null }
    } catch (spent) {
      if (!(spent instanceof AppError) || spent.code !== 'policy.budget-spent') throw spent
      return { derived: await deriveWith({ ...testHelp(details), isBlinded: help.isBlinded }), refusal: spent }
    }
  }
}
