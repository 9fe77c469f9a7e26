import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { projectRoot } from '../../../scripts/run-command.ts'
import { findErrorDocument } from '../../e2e/support/error-document.ts'

const main = join(projectRoot, 'src/cli/main.ts')
const limitMilliseconds = 120_000

export interface CommandOptions {
  readonly environment: Readonly<Record<string, string>>
  /** Words before the program's own, such as `setpriv` with what it takes away. */
  readonly through?: readonly string[]
}

export interface Outcome {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** The stable code it was refused with; null where it was not. */
  readonly code: string | null
}

/** Runs `hesystem --home HOME --json WORDS` as a process of its own until it ends. */
export const runCommand = (home: string, words: readonly string[], { environment, through = [] }: CommandOptions): Promise<Outcome> => {
  const [program = process.execPath, ...args] = [...through, process.execPath, main, '--home', home, '--json', ...words]
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '', ...environment } })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text })
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text })
  const timer = setTimeout(() => { child.kill('SIGABRT') }, limitMilliseconds)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode, signal) => {
      clearTimeout(timer)
      resolve({ exitCode, signal, stdout, stderr, code: findErrorDocument(stderr)?.code ?? null })
    })
  })
}

/** What lets a process see another time than its machine's, as a clock that was set does. */
export const clockOptions = (shiftMilliseconds: number): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'set-clock.ts')).href}`, HESYSTEM_TEST_CLOCK_SHIFT: String(shiftMilliseconds),
})
