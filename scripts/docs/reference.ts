import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { createProgram } from '../../src/cli/program.ts'
import { createBuyerRoutes, type BuyerRouteDependencies } from '../../src/host/seller/server/buyer-routes.ts'
import { createPublicRoutes, type PublicRouteDependencies } from '../../src/host/seller/server/public-routes.ts'
import { nameOperation, withOpenApi } from '../../src/host/seller/server/openapi.ts'
import { createScriptDeclarations } from '../../src/script/declarations.ts'
import { errorCodes } from '../../src/shared/error-codes.ts'
import { projectRoot } from '../run-command.ts'
import { listMembers } from './members.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ')
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
const table = (head: readonly string[], rows: readonly string[]): string[] => [row(...head), row(...head.map(() => '---')), ...rows]
const notice = 'Written by `npm run docs` from the code; a test holds it to the code.'

const describeCommand = (command: Command, before: string): string[] => {
  const name = `${before} ${command.name()}`.trim()
  if (command.commands.length > 0) return command.commands.flatMap((child) => describeCommand(child, name))
  const words = command.registeredArguments.map((argument) => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`))
  const options = command.options.filter(({ hidden }) => !hidden).map(({ flags, description }) => row(`\`${flags}\``, description))
  return [
    `## ${name}`, '', `\`${[name, ...words].join(' ')}\``, '', `${command.description()}`, '',
    ...(options.length === 0 ? [] : [...table(['option', 'what'], options), '']),
  ]
}

const writeCli = (): string => {
  const program = createProgram(false)
  const globals = program.options.map(({ flags, description }) => row(`\`${flags}\``, description))
  return ['# The command line', '', notice, '', ...table(['before any command', 'what'], globals), '',
    ...program.commands.flatMap((command) => describeCommand(command, 'hesystem'))].join('\n')
}

const writeErrors = (): string => ['# Error codes', '', notice, '', 'A code never changes its meaning. Over HTTP it comes as a problem document (RFC 9457).', '',
  ...table(['code', 'HTTP status', 'what would work'], Object.entries(errorCodes).map(([code, { status, next }]) => row(`\`${code}\``, String(status), next))), ''].join('\n')

const writeApi = (): string => {
  // Only the handlers, which nobody calls here, use what they are given.
  const routes = withOpenApi([...createPublicRoutes({} as PublicRouteDependencies), ...createBuyerRoutes({} as BuyerRouteDependencies)])
  const rows = routes.map((route) => row(`\`${route.method} ${route.path}\``, `\`${nameOperation(route)}\``, route.audience, `${route.requestsPerMinute}`, route.summary))
  return ['# The seller\'s HTTP API', '', notice, '',
    'The schemas stand in the OpenAPI 3.1 document that every seller serves at `/openapi.json`; a client generated from it completes a purchase in',
    '`test/integration/api`.', '',
    ...table(['request', 'operation', 'who may', 'a minute', 'what'], rows), ''].join('\n')
}

const describeMembers = (source: string, name: string): string[] => table(['method', 'what'], listMembers(source, name)
  .map(({ signatures, what }) => row(signatures.map((signature) => `\`${signature}\``).join(', '), what)))

const writeTensors = (): string => ['# Tensors', '', notice, '',
  'What each does beside NumPy, and where it is computed: [what scripts can say](../operations.md).', '',
  '## In a script', '', 'Operators stand for `add sub mul div pow neg gt lt ge le eq ne`; `data[3]` for `data.get(3)`.', '',
  ...describeMembers(createScriptDeclarations({ columns: [] }), 'TensorMembers'), '',
  '## From code', '', 'What the TypeScript client can put into the program that a seller answers.', '',
  ...describeMembers(readFileSync(join(projectRoot, 'src/compute/tensor.ts'), 'utf8'), 'Tensor'), ''].join('\n')

/** The pages under docs/reference, by name. */
export const writeReference = (): Readonly<Record<string, string>> => ({
  'cli.md': writeCli(), 'errors.md': writeErrors(), 'api.md': writeApi(), 'tensors.md': writeTensors(),
})
