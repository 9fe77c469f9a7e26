import { enableCompileCache } from 'node:module'
import { CommanderError } from 'commander'

// Type-stripped and compiled once per machine, not once per command.
enableCompileCache()
const { createProgram } = await import('./program.ts')
const { exitCodeOf } = await import('./run.ts')
const { createTerminal } = await import('./terminal.ts')

const json = process.argv.includes('--json')

try {
  await createProgram().parseAsync(process.argv)
} catch (error) {
  // Commander has already said what was wrong with the words of the command.
  if (!(error instanceof CommanderError)) createTerminal(json).error(error)
  process.exitCode = exitCodeOf(error)
}
