import { createScriptDeclarations } from '../../script/declarations.ts'
import type { Details } from '../../shared/schemas/details.ts'

/** TypeScript declarations of the script API, with the listing's own columns by name where there is one. */
export const declareScriptApi = (details: Details | null): string =>
  createScriptDeclarations({ columns: details?.columns.map(({ name }) => name) ?? [] })
