/**
 * Builds the window where its sources have changed since it was built, and opens it: in Electron where its binary is installed, otherwise
 * in a browser tab. Arguments go to `hesystem start`.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { findMissingKeychain } from './keychain-first.ts'
import { projectRoot, runCommand } from './run-command.ts'
import { hashSources, isBuilt, noteBuilt } from './window-build.ts'

const build = async (): Promise<boolean> => {
  const sources = hashSources(projectRoot)
  if (isBuilt(projectRoot, sources)) return true
  console.error('Building the window; this takes about half a minute, and is done once.')
  const { exitCode, output } = await runCommand('electron-vite', ['build'])
  if (exitCode === 0) noteBuilt(projectRoot, sources)
  else console.error(output)
  return exitCode === 0
}

const missing = await findMissingKeychain(process.argv.slice(2))
if (missing !== null) {
  console.error(missing)
  process.exitCode = 1
} else if (await build()) {
  // In the same terminal, so that a passphrase can be typed and Ctrl-C reaches it.
  const child = spawn(process.execPath, [join(projectRoot, 'src', 'cli', 'main.ts'), 'start', ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => { child.kill(signal) })
  child.once('exit', (code) => { process.exitCode = code ?? 1 })
} else {
  process.exitCode = 1
}
