import type { RedisOptions } from 'bullmq'
import { AppError } from '../../shared/errors.ts'

export const queueName = 'hesystem-tasks'

/** A worker says how many threads it has in its name, which BullMQ shows to everybody on the queue. */
export const nameWorker = (threads: number): string => `threads-${threads}`
export const threadsOf = (name: string | undefined): number => Number(/(?:^|:)threads-(\d{1,4})$/.exec(name ?? '')?.[1] ?? 0)

/**
 * A worker that is killed leaves its task locked for at most `lockDuration`; the others look for such tasks every `stalledInterval` and do
 * one once more, once: a task that two workers died of is not given to a third.
 */
export const workerTimes = { lockDuration: 6_000, stalledInterval: 3_000, maxStalledCount: 1 } as const

/** Throws `input.redis-url-invalid`; the URL, which may hold a password, is not repeated. */
export const parseRedisUrl = (text: string): RedisOptions => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || (url.protocol !== 'redis:' && url.protocol !== 'rediss:') || url.hostname === '') {
    throw new AppError('input.redis-url-invalid', 'HESYSTEM_REDIS_URL is no redis:// or rediss:// URL.')
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 6379 : Number(url.port),
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(/^\/\d{1,3}$/.test(url.pathname) ? { db: Number(url.pathname.slice(1)) } : {}),
    ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
    maxRetriesPerRequest: null,
  }
}
