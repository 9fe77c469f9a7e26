import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { z } from 'zod'
import { logLevels } from '../host/operations/log.ts'
import { engineSectionSchema } from '../host/settings/engine-settings.ts'
import { AppError } from '../shared/errors.ts'
import { parseJsonAs } from '../shared/parse.ts'

/** Where the window listens unless told otherwise: always the same, so that a bookmark keeps its sense. */
const defaultWindowPort = 7374
export const defaultServePort = 7373

const portSchema = z.int().min(0).max(65_535)
const isNetwork = (text: string): boolean => {
  const [address = '', bits, ...more] = text.split('/')
  const version = isIP(address)
  return version !== 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)))
}

/** Everything a file or the environment may say of how commands run. No secrets: those have a keychain, a prompt or files of their own. */
export const configurationSchema = z.strictObject({
  serve: z.strictObject({
    host: z.string().min(1).default('127.0.0.1').describe('address the seller\'s server listens on'),
    port: portSchema.default(defaultServePort).describe('its port; 0 takes a free one'),
    publicUrl: z.url({ protocol: /^https?$/ }).nullable().default(null).describe('how buyers reach it through a TLS proxy'),
    trustedProxies: z.array(z.string().refine(isNetwork, 'must be an IP address or a network such as 10.0.0.0/8')).default([])
      .describe('proxies whose X-Forwarded-For names the client, for rate limits'),
    shutdownSeconds: z.int().min(0).max(3600).default(10).describe('how long answers under way may go on when it stops'),
    metricsPort: portSchema.nullable().default(null).describe('loopback port for Prometheus; null: no metrics'),
  }).prefault({}),
  headless: z.strictObject({
    host: z.string().min(1).default('127.0.0.1').describe('loopback address the window listens on'),
    port: portSchema.default(defaultWindowPort).describe('its port; 0 takes a free one'),
    open: z.boolean().default(true).describe('whether a browser is opened'),
    metricsPort: portSchema.nullable().default(null).describe('loopback port for Prometheus; null: no metrics'),
  }).prefault({}),
  log: z.strictObject({
    format: z.enum(['text', 'json']).default('text').describe('words for people, or one JSON object a line'),
    level: z.enum(logLevels).default('info').describe('least level of JSON lines; debug also tells of requests'),
  }).prefault({}),
  engine: engineSectionSchema.prefault({}),
})
export type Configuration = z.infer<typeof configurationSchema>

/** Where each value that is no default came from, by its path: `serve.port` → the file's path or a variable's name. */
export type ConfigurationSources = Readonly<Record<string, string>>

export interface LoadedConfiguration {
  readonly configuration: Configuration
  readonly sources: ConfigurationSources
}

export interface ConfigurationPlace {
  readonly home: string
  /** A file named on the command line; it must be there. */
  readonly file?: string
  readonly environment?: Readonly<Record<string, string | undefined>>
}

type Tree = Record<string, Record<string, unknown>>

const invalid = (message: string, cause?: unknown): AppError =>
  new AppError('input.configuration-invalid', message, cause === undefined ? {} : { cause })

/** `serve.publicUrl` as a variable: HESYSTEM_SERVE_PUBLIC_URL. */
export const variableOf = (section: string, name: string): string =>
  `HESYSTEM_${section}_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`)}`.toUpperCase()

interface Leaf {
  readonly section: string
  readonly name: string
  readonly schema: z.ZodType
}

/** Every value there is, section by section. */
export const listLeaves = (): readonly Leaf[] =>
  Object.entries(configurationSchema.shape).flatMap(([section, wrapped]) =>
    Object.entries(wrapped.unwrap().shape).map(([name, schema]) => ({ section, name, schema: schema as z.ZodType })))

const tryJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** A variable's text as the value it stands for: itself, a number, true, false or null, or a list with commas. */
const readVariable = (text: string, { section, name, schema }: Leaf): unknown => {
  const found = [text, tryJson(text), text.split(',').map((part) => part.trim()).filter((part) => part !== '')]
    .find((value) => schema.safeParse(value).success)
  if (found === undefined) {
    const { error } = schema.safeParse(tryJson(text))
    throw invalid(`${variableOf(section, name)}: ${error?.issues[0]?.message ?? 'not valid'}`)
  }
  return found
}

const readFile = (place: ConfigurationPlace): { readonly path: string; readonly tree: Tree } | null => {
  const named = place.file ?? place.environment?.['HESYSTEM_CONFIG']
  const path = named ?? join(place.home, 'config.json')
  if (named === undefined && !existsSync(path)) return null
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw invalid(`The configuration ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, error)
  }
  parseJsonAs(configurationSchema, text, `the configuration ${path}`, 'input.configuration-invalid')
  return { path, tree: JSON.parse(text) as Tree }
}

const readVariables = (environment: NonNullable<ConfigurationPlace['environment']>): ReadonlyMap<string, unknown> => {
  const leaves = new Map(listLeaves().map((leaf) => [variableOf(leaf.section, leaf.name), leaf]))
  const sections = new RegExp(`^HESYSTEM_(?:${Object.keys(configurationSchema.shape).join('|').toUpperCase()})_`)
  const values = new Map<string, unknown>()
  for (const [variable, text] of Object.entries(environment)) {
    if (text === undefined || !sections.test(variable)) continue
    const leaf = leaves.get(variable)
    if (leaf === undefined) throw invalid(`There is no setting behind the variable ${variable}; there are ${[...leaves.keys()].join(', ')}.`)
    values.set(variable, readVariable(text, leaf))
  }
  return values
}

/**
 * How commands run: the environment goes before the file, the file before the defaults; options on the command line go before all.
 * Throws `input.configuration-invalid`, naming file or variable, and the setting.
 */
export const loadConfiguration = (given: ConfigurationPlace): LoadedConfiguration => {
  const place = { environment: process.env, ...given }
  const file = readFile(place)
  const variables = readVariables(place.environment)
  const tree: Tree = structuredClone(file?.tree ?? {})
  const sources: Record<string, string> = {}
  for (const { section, name } of listLeaves()) {
    const path = `${section}.${name}`
    const variable = variableOf(section, name)
    if (file?.tree[section] !== undefined && Object.hasOwn(file.tree[section], name)) sources[path] = file.path
    if (!variables.has(variable)) continue
    tree[section] = { ...tree[section], [name]: variables.get(variable) }
    sources[path] = variable
  }
  return { configuration: configurationSchema.parse(tree), sources }
}
