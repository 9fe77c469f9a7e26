import { join } from 'node:path'
import { CommanderError } from 'commander'
import { askSecret, createPassphraseAsker } from '../client/ask.ts'
import { createHost, defaultHome, type EngineOptions, type Host, type HostOptions } from '../host/index.ts'
import type { ServeObserver } from '../host/operations/observe.ts'
import { toEngineOptions } from '../host/settings/engine-settings.ts'
import { AppError } from '../shared/errors.ts'
import { loadConfiguration, type Configuration, type LoadedConfiguration } from './configuration.ts'
import { createTerminal, type Terminal } from './terminal.ts'

export interface GlobalOptions {
  readonly home?: string
  readonly json?: boolean
  readonly secrets?: string
  readonly config?: string
}

export const resolveHome = ({ home }: GlobalOptions): string => home ?? defaultHome()

const askPassphrase = createPassphraseAsker((question) => askSecret(`${question}: `, 'access.passphrase-needed'))

const parseSecretStore = (text: string | undefined): 'keychain' | 'passphrase' | undefined => {
  if (text === undefined || text === 'keychain' || text === 'passphrase') return text
  throw new AppError('input.invalid', `--secrets is keychain or passphrase, not "${text}".`, { details: { value: text } })
}

const loadWith = (options: GlobalOptions): LoadedConfiguration =>
  loadConfiguration({ home: resolveHome(options), ...(options.config === undefined ? {} : { file: options.config }) })

/** Throws `input.configuration-invalid`. */
export const readConfiguration = (options: GlobalOptions): Configuration => loadWith(options).configuration

/** Databases beside the profile, whose URLs hold passwords: only the environment names them. */
const readPlaces = ({ HESYSTEM_REDIS_URL: redisUrl = '', HESYSTEM_CHUNKS_URL: chunksUrl = '' }: NodeJS.ProcessEnv): Partial<HostOptions> =>
  ({ ...(redisUrl === '' ? {} : { redisUrl }), ...(chunksUrl === '' ? {} : { chunksUrl }) })

/** How a new profile's secrets are kept, and who types its passphrase. */
export const secretAccess = (options: GlobalOptions): Pick<HostOptions, 'askPassphrase' | 'secretStore'> => {
  const secretStore = parseSecretStore(options.secrets)
  return { askPassphrase, ...(secretStore === undefined ? {} : { secretStore }) }
}

export interface ConfiguredEngine {
  readonly engine: EngineOptions
  /** What gave it, where the profile's own file did not: a variable, another file. */
  readonly engineSetBy: string | null
}

/** How the engine is told to be. Throws `input.configuration-invalid`. */
export const readEngineOptions = (options: GlobalOptions): ConfiguredEngine => {
  const { configuration: { engine }, sources } = loadWith(options)
  // What the profile's own file says can be changed in the window; what was said for this start cannot.
  const ownFile = join(resolveHome(options), 'config.json')
  const engineSetBy = [sources['engine.threads'], sources['engine.backend']].find((source) => source !== undefined && source !== ownFile) ?? null
  return { engine: toEngineOptions(engine), engineSetBy }
}

/** Opens the profile's host for one command and closes it whatever happens. */
export const withHost = async <T>(
  options: GlobalOptions, act: (host: Host, terminal: Terminal) => Promise<T>, observer: ServeObserver = {},
): Promise<T> => {
  const access = secretAccess(options)
  const engine = readEngineOptions(options)
  const terminal = createTerminal(options.json === true)
  const host = await createHost({
    ...access, ...engine, home: resolveHome(options), observer, onNotice: terminal.note,
    ...readPlaces(process.env),
  })
  try {
    return await act(host, terminal)
  } finally {
    await host.close()
  }
}

type InterruptName = 'SIGINT' | 'SIGTERM'

export interface Interrupt {
  readonly signal: AbortSignal
  readonly interrupted: Promise<void>
  /** What interrupted; null before. */
  readonly by: () => InterruptName | null
}

/** Aborts on the first Ctrl-C or TERM, so that long work stops cleanly and what is done is kept. */
export const createInterrupt = (): Interrupt => {
  const controller = new AbortController()
  const interrupted = new Promise<void>((resolve) => { controller.signal.addEventListener('abort', () => { resolve() }, { once: true }) })
  let by: InterruptName | null = null
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      by ??= name
      controller.abort()
    })
  }
  return { signal: controller.signal, interrupted, by: () => by }
}

/** Exit codes of cli.md: 0 done, 1 failed, 2 usage. */
export const exitCodeOf = (error: unknown): number => (error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : 1)
