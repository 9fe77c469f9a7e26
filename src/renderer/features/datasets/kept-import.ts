import { z } from 'zod'
import { importDecisionsSchema, importSourceSchema } from '../../../shared/window-contract/datasets.ts'
import { useStored } from '../../app/use-stored.ts'
import type { ChosenSource } from './choose-source.tsx'

const keptSchema = z.strictObject({
  /** What the table was called when it was chosen. */
  of: z.string(),
  /** null: none is chosen, or the program no longer holds it. */
  source: importSourceSchema.nullable(),
  name: z.string(),
  decisions: importDecisionsSchema,
})
export type KeptImport = z.infer<typeof keptSchema>

const nothing: KeptImport = { of: '', source: null, name: '', decisions: {} }

/** An import as it was left, until it is carried out or another table is chosen. null until it has been read. */
export const useKeptImport = () => {
  const [kept, keep, error] = useStored('import.table', (stored) => keptSchema.safeParse(stored).data ?? nothing)
  return kept === null ? null : {
    kept, keep, error,
    forget: () => { keep(nothing) },
    /** A file of the same name gets the decisions that were made for it before. */
    choose: ({ source, name }: ChosenSource) => {
      keep(kept.of === name ? { ...kept, source } : { of: name, source, name, decisions: {} })
    },
  }
}
