/**
 * Builds the window and opens it: in Electron where its binary is installed, otherwise in a browser tab. Arguments go to
 * `hesystem start`.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { projectRoot, runCommand } from './run-command.ts'

console.error('Building the window; this takes about half a minute.')
const built = await runCommand('electron-vite', ['build'])
if (built.exitCode !== 0) {
  console.error(built.output)
  process.exitCode = 1
} else {
  // In the same terminal, so that a passphrase can be typed and Ctrl-C reaches it.
  const child = spawn(process.execPath, [join(projectRoot, 'src', 'cli', 'main.ts'), 'start', ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => { child.kill(signal) })
  child.once('exit', (code) => { process.exitCode = code ?? 1 })
}
