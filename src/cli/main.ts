#!/usr/bin/env node
// Nothing is imported above this: an older Node reads a module's imports before its first line, and stumbles there without a word that
// helps.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`HEsystem needs Node 22.18 or newer; this is ${process.version}. npm has one: npm install --global node@24\n`)
  process.exit(1)
}

const { enableCompileCache, getCompileCacheDir } = await import('node:module')
const { CommanderError } = await import('commander')
// Type-stripped and compiled once per machine, not once per command.
enableCompileCache()
// Node reads this before it reads a file, so that processes started from here have their first file from the cache too.
const compileCache = getCompileCacheDir()
if (compileCache !== undefined) process.env['NODE_COMPILE_CACHE'] ??= compileCache
const { createProgram } = await import('./program.ts')
const { exitCodeOf } = await import('./run.ts')
const { createTerminal } = await import('./terminal.ts')
const { endWithReader } = await import('./closed-pipe.ts')
const { AppError } = await import('../shared/errors.ts')

/** Commander's own words, without its prefix; help that nobody asked for means that a command is missing. */
const describeUsage = (message: string): string =>
  message === '(outputHelp)' ? 'A command is missing after this one.' : message.replace(/^error: /, '')

const json = process.argv.includes('--json')

endWithReader(process, {
  stop: () => { process.emit('SIGTERM') },
  // Whatever else the command comes to: nobody has read it.
  setExitCode: (code) => { process.once('exit', () => { process.exitCode = code }) },
  report: (error) => { createTerminal(json).error(error) },
})

// Node itself would show such an error with all that it holds.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error) => {
    createTerminal(json).error(error)
    process.exit(1)
  })
}

try {
  await createProgram(json).parseAsync(process.argv)
} catch (error) {
  const isUsage = error instanceof CommanderError
  // Commander has already told a person what was wrong with the words of the command.
  if (!isUsage) createTerminal(json).error(error)
  else if (json && error.exitCode !== 0) createTerminal(json).error(new AppError('input.usage', describeUsage(error.message), { cause: error }))
  process.exitCode = exitCodeOf(error)
}
