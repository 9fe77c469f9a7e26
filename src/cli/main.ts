import { enableCompileCache } from 'node:module'
import { CommanderError } from 'commander'

// Type-stripped and compiled once per machine, not once per command.
enableCompileCache()
const { createProgram } = await import('./program.ts')
const { exitCodeOf } = await import('./run.ts')
const { createTerminal } = await import('./terminal.ts')
const { AppError } = await import('../shared/errors.ts')

/** Commander's own words, without its prefix; help that nobody asked for means that a command is missing. */
const describeUsage = (message: string): string =>
  message === '(outputHelp)' ? 'A command is missing after this one.' : message.replace(/^error: /, '')

const json = process.argv.includes('--json')

try {
  await createProgram(json).parseAsync(process.argv)
} catch (error) {
  const isUsage = error instanceof CommanderError
  // Commander has already told a person what was wrong with the words of the command.
  if (!isUsage) createTerminal(json).error(error)
  else if (json && error.exitCode !== 0) createTerminal(json).error(new AppError('input.usage', describeUsage(error.message), { cause: error }))
  process.exitCode = exitCodeOf(error)
}
