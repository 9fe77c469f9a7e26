import { z } from 'zod'
import { useStored } from '../../app/use-stored.ts'
import { draftSchema, type Draft } from './draft.ts'

const keptSchema = z.strictObject({ purpose: z.string(), draft: draftSchema })
type Kept = z.infer<typeof keptSchema>

const nothing = { purpose: '', draft: null } as const

const readKept = (stored: unknown): Kept | typeof nothing => keptSchema.safeParse(stored).data ?? nothing

export interface KeptDraft {
  readonly draft: Draft
  /** Whether it was begun before and left without being saved. */
  readonly isTakenUp: boolean
  readonly change: (part: Partial<Draft>) => void
  /** Once it is saved, or to begin anew. */
  readonly forget: () => void
  readonly error: unknown
}

/**
 * A form as it was left, however the page was left; `purpose` says what is being written, and another one begins anew. null until it
 * has been read.
 */
export const useKeptDraft = (purpose: string, begin: () => Draft): KeptDraft | null => {
  const [kept, keep, error] = useStored<Kept | typeof nothing>('listing.draft', readKept)
  if (kept === null) return null
  const left = kept.purpose === purpose ? kept.draft : null
  const draft = left ?? begin()
  return {
    draft, error,
    isTakenUp: left !== null,
    change: (part) => { keep({ purpose, draft: { ...draft, ...part } }) },
    forget: () => { keep(nothing) },
  }
}
