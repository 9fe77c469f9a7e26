import type { InteractionTerms } from '../../compute/interaction.ts'
import { AppError } from '../../shared/errors.ts'
import type { Details } from '../../shared/schemas/details.ts'
import { deriveFromScript, type DerivedScript, type DeriveOptions, type ScriptFile } from './derive.ts'

/** Comparisons on test data are free and without limit; blinded as the real ones would be. */
export const testHelp: InteractionTerms = { comparisons: null, products: 0, isBlinded: true }

/** What the key holder's help with a purchase may be: comparisons asked openly, where any are sold and the program is no secret. */
export const purchaseHelp = ({ budgets: { comparisons }, policy: { mode } }: Details): InteractionTerms | null =>
  (comparisons === 0 || mode === 'private' ? null : { comparisons, products: 0, isBlinded: false })

/** A script over the real table before anything is paid: what it would be, and why the listing would not help it. */
export interface RealDerivation {
  readonly derived: DerivedScript
  readonly refusal: AppError | null
}

/** The test rows over and over, to the real table's length: what comparisons would give is not known before, but their number mostly is. */
export const stretchRows = (rows: readonly (readonly number[])[], count: number): (readonly number[])[] =>
  Array.from({ length: count }, (_, row) => rows[row % rows.length] as readonly number[])

/**
 * Derives a script over the real table. Where it compares encrypted cells, the comparisons are taken as the test rows would have them;
 * where the listing sells none, the refusal says where. Throws as deriveFromScript otherwise.
 */
export const deriveReal = async (
  script: ScriptFile, details: Details, readTestRows: () => Promise<readonly (readonly number[])[]>, options: Pick<DeriveOptions, 'signal'> = {},
): Promise<RealDerivation> => {
  const table = details.dataset
  try {
    return { derived: await deriveFromScript(script, details, table, options), refusal: null }
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'policy.comparisons-not-sold') throw error
    const rows = stretchRows(await readTestRows(), table.rows)
    const help = purchaseHelp(details)
    const derived = await deriveFromScript(script, details, table, { ...options, rows, help: help ?? testHelp })
    return { derived, refusal: help === null ? error : null }
  }
}
