import type { WindowContext } from './context.ts'

/** Which listing stands on a dataset; null where none does. */
export const createListingStoreUse = ({ host }: Pick<WindowContext, 'host'>) => (name: string): string | null =>
  host.listListings().find(({ dataset }) => dataset === name)?.id ?? null
