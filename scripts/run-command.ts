import { spawn } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'

export const projectRoot = join(import.meta.dirname, '..')

export interface CommandResult {
  readonly exitCode: number
  readonly output: string
  readonly seconds: number
}

export interface CommandOptions {
  /** Shows the output while it comes; by default it is only kept. */
  readonly show?: boolean
  readonly environment?: Readonly<Record<string, string>>
}

/** This Node and the project's own tools come first, whatever Node started us. */
const searchPath = [dirname(process.execPath), join(projectRoot, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter)

/** Runs one command in the project's root and keeps what it says. A command that cannot start ends with exit code 127. */
export const runCommand = (command: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> =>
  new Promise((resolve) => {
    const startedAt = performance.now()
    const chunks: string[] = []
    const child = spawn(command, args, {
      cwd: projectRoot,
      env: { ...process.env, PATH: searchPath, ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    })
    const finish = (exitCode: number): void => {
      resolve({ exitCode, output: chunks.join(''), seconds: (performance.now() - startedAt) / 1000 })
    }
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (text: string) => {
        chunks.push(text)
        if (options.show === true) process.stdout.write(text)
      })
    }
    child.on('error', (error) => {
      chunks.push(`${command} did not start: ${error.message}\n`)
      finish(127)
    })
    child.on('close', (code) => {
      finish(code ?? 1)
    })
  })
