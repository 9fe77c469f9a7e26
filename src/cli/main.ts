import { CommanderError } from 'commander'
import { createProgram } from './program.ts'
import { exitCodeOf } from './run.ts'
import { createTerminal } from './terminal.ts'

const json = process.argv.includes('--json')

try {
  await createProgram().parseAsync(process.argv)
} catch (error) {
  // Commander has already said what was wrong with the words of the command.
  if (!(error instanceof CommanderError)) createTerminal(json).error(error)
  process.exitCode = exitCodeOf(error)
}
