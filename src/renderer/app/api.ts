import { QueryClient, useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Topic } from '../../shared/window-contract/app.ts'
import type { Job } from '../../shared/window-contract/jobs.ts'
import { createWindowClient } from '../window-client.ts'

/** The one client of the window. */
export const shell = createWindowClient()

export const createQueries = (): QueryClient => new QueryClient({
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false, staleTime: 30_000 } },
})

type Key = readonly [Topic | 'app' | 'status', ...(string | number | null)[]]

/** Asks the shell and keeps the reply until its topic changes. */
export const useAsk = <Reply>(key: Key, ask: () => Promise<Reply>, enabled = true): UseQueryResult<Reply> =>
  useQuery({ queryKey: key, queryFn: ask, enabled })

/** Does something once and then asks anew for the topics it touched. */
export const useDo = <Input, Reply>(
  act: (input: Input) => Promise<Reply>, ...topics: readonly Topic[]
): UseMutationResult<Reply, Error, Input> => {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: act,
    onSuccess: async () => {
      await Promise.all([...topics, 'status'].map((topic) => queries.invalidateQueries({ queryKey: [topic] })))
    },
  })
}

const reconnectMilliseconds = 2000

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> => new Promise((resolve) => {
  const timer = setTimeout(resolve, milliseconds)
  signal.addEventListener('abort', () => {
    clearTimeout(timer)
    resolve()
  })
})

/** Listens for what changed, for as long as the window lives; after a lost connection everything is asked anew. */
export const useChanges = (): { readonly connected: boolean } => {
  const queries = useQueryClient()
  const [connected, setConnected] = useState(true)
  useEffect(() => {
    const controller = new AbortController()
    const follow = async (): Promise<void> => {
      for await (const { topics } of await shell.app.changes({}, { signal: controller.signal })) {
        for (const topic of [...topics, 'status']) void queries.invalidateQueries({ queryKey: [topic] })
      }
    }
    const keepFollowing = async (): Promise<void> => {
      while (!controller.signal.aborted) {
        setConnected(true)
        await follow().catch(() => {
          if (!controller.signal.aborted) setConnected(false)
        })
        await pause(reconnectMilliseconds, controller.signal)
        if (!controller.signal.aborted) await queries.invalidateQueries()
      }
    }
    void keepFollowing()
    return () => {
      controller.abort()
    }
  }, [queries])
  return { connected }
}

/** A job as it goes on; null until the first word of it. */
export const useJob = (id: string | null): { readonly job: Job | null, readonly error: unknown } => {
  const [seen, setSeen] = useState<{ readonly job: Job | null, readonly error: unknown }>({ job: null, error: null })
  useEffect(() => {
    if (id === null) return undefined
    const controller = new AbortController()
    const follow = async (): Promise<void> => {
      for await (const job of await shell.jobs.watch({ id }, { signal: controller.signal })) setSeen({ job, error: null })
    }
    follow().catch((error: unknown) => {
      if (!controller.signal.aborted) setSeen((before) => ({ ...before, error }))
    })
    return () => {
      controller.abort()
    }
  }, [id])
  return seen.job !== null && seen.job.id !== id ? { job: null, error: null } : seen
}

/** The newest job of a kind and subject, so that a page left and opened again finds its work going on. */
export const useJobOf = (kind: Job['kind'], subject: string | null): Job | null => {
  const jobs = useAsk(['jobs'], () => shell.jobs.list({}))
  return jobs.data?.find((job) => job.kind === kind && (subject === null || job.subject === subject)) ?? null
}
