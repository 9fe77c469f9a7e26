import { findTrade, type WindowContext } from './context.ts'

/** Which listing stands on a dataset: null where none does, or before a network is in use. */
export const createListingStoreUse = ({ host }: Pick<WindowContext, 'host'>) => async (name: string): Promise<string | null> =>
  (await findTrade(host))?.listings.list().find(({ dataset }) => dataset === name)?.id ?? null
