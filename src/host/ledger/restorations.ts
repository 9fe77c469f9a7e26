import type { ProfileDatabase } from '../storage/database.ts'

/** What was done in between is not known; by this machine's clock. */
export interface Restoration {
  readonly backedUpAtSeconds: number
  readonly restoredAtSeconds: number
}

export const readRestorations = (database: ProfileDatabase): readonly Restoration[] =>
  database.prepare<[], { backedUpAt: string, restoredAt: string }>(
    'SELECT backed_up_at AS backedUpAt, restored_at AS restoredAt FROM restorations',
  ).all().map(({ backedUpAt, restoredAt }) =>
    ({ backedUpAtSeconds: Date.parse(backedUpAt) / 1000, restoredAtSeconds: Date.parse(restoredAt) / 1000 }))
