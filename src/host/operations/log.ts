import { pino, type Logger } from 'pino'
import { isAppError, toErrorDocument } from '../../shared/errors.ts'
import type { ServeEvent } from '../seller/serve-event.ts'
import type { ServeObserver } from './observe.ts'
import { redact, redactForeignText } from './redact.ts'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

export interface LogOptions {
  readonly level: LogLevel
  /** Takes whole lines. */
  readonly write: (line: string) => void
}

/** A log for machines: one JSON object a line. */
export interface Log {
  /** What `serve` did, as it happens; requests at level `debug`. */
  readonly observer: ServeObserver
  info(event: string, facts?: Readonly<Record<string, unknown>>): void
  error(event: string, error: unknown): void
}

/** A failure with its code; a bug whole, for whoever will mend it. */
const describeError = (error: unknown): Record<string, unknown> => {
  const { code, message, details } = toErrorDocument(error)
  const isBug = code === 'bug.unexpected'
  const cause = isAppError(error) ? error.cause : error
  // A bug's words are whoever's that threw it.
  return { code, message: isBug ? redactForeignText(message) : message, details, ...(isBug && cause instanceof Error ? { stack: redactForeignText(cause.stack ?? '') } : {}) }
}

const describeEvent = (event: ServeEvent): Record<string, unknown> => {
  switch (event.kind) {
    case 'bug': return { request: event.request.split('?')[0], ...describeError(event.error) }
    case 'failed': return { purchase: event.purchase?.toString() ?? null, ...describeError(event.error) }
    case 'reorganised': return { key: event.key, purpose: event.purpose, fromBlock: event.fromBlock, toBlock: event.toBlock }
    case 'sale-advanced': return { purchase: event.purchase.toString(), state: event.state }
    default: return { purchase: event.purchase.toString() }
  }
}

const isTrouble = ({ kind }: ServeEvent): boolean => kind === 'bug' || kind === 'failed' || kind === 'reorganised'

const createWriter = ({ level, write }: LogOptions): Logger => pino({
  level,
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }), log: (facts) => redact(facts) as Record<string, unknown> },
}, { write })

/** One JSON object a line with `time` (ISO 8601), `level`, `event` and its facts; secrets are cut out of every one. */
export const createLog = (options: LogOptions): Log => {
  const logger = createWriter(options)
  return {
    observer: {
      onEvent: (event) => { logger[isTrouble(event) ? 'error' : 'info']({ event: event.kind, ...describeEvent(event) }) },
      onRequest: ({ method, route, status, seconds }) => {
        logger.debug({ event: 'request', method, route, status, milliseconds: Math.round(seconds * 1000) })
      },
    },
    // Read with care before they are copied: facts may throw.
    info: (event, facts = {}) => { logger.info({ event, ...redact(facts) as Record<string, unknown> }) },
    error: (event, error) => { logger.error({ event, ...describeError(error) }) },
  }
}
