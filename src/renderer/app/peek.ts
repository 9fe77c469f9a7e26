import { useQueries, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import type { OpenedListingJson } from '../../shared/window-contract/market.ts'
import { shell } from './api.ts'

/**
 * Asks sellers whom nobody chose: anybody can list any URL on the chain, so that the shell asks public ones only. What came is kept for
 * the listing's own page.
 */
export const usePeeks = (urls: readonly string[]): readonly UseQueryResult<OpenedListingJson>[] => {
  const queries = useQueryClient()
  return useQueries({
    queries: urls.map((url) => ({
      queryKey: ['market', 'peek', url],
      queryFn: async () => {
        const opened = await shell.market.show({ url, unasked: true })
        queries.setQueryData(['market', 'show', url], opened)
        return opened
      },
    })),
  })
}
