import type { ProfileDatabase } from '../storage/database.ts'
import type { TradeCounts } from './metrics.ts'

const byState = (rows: readonly { readonly state: string; readonly count: number }[]): Readonly<Record<string, number>> =>
  Object.fromEntries(rows.map(({ state, count }) => [state, count]))

/** Listings and sales of the whole profile by state, without reading what they hold. */
export const createTradeCounts = (database: ProfileDatabase): (() => TradeCounts) => {
  const listings = database.prepare<[], { state: string; count: number }>('SELECT state, count(*) AS count FROM listings GROUP BY state')
  const sales = database.prepare<[], { state: string; count: number }>('SELECT state, count(*) AS count FROM sales GROUP BY state')
  return () => ({ listings: byState(listings.all()), sales: byState(sales.all()) })
}
