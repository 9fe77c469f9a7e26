import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../shared/errors.ts'

const main = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../main.ts' : '../main.js', import.meta.url))

/** One side of the demo: a profile folder of its own, and the command line run over it in processes of its own. */
export interface Party {
  readonly home: string
  /** Runs one command to its end and gives its JSON. Throws `runtime.demo-step-failed` with the command's own error. */
  run<T>(...args: readonly string[]): Promise<T>
  /** Starts a command that goes on until stopped; resolves with its first JSON document. */
  start<T>(...args: readonly string[]): Promise<T>
  /** Ends what `start` began, and whatever still runs; nothing more is started (`runtime.cancelled`). */
  stop(): Promise<void>
}

interface Running {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  readonly ended: Promise<number>
}

const parseError = (stderr: string): { code: string; message: string } => {
  const start = stderr.lastIndexOf('{\n  "error"')
  if (start === -1) return { code: 'bug.unexpected', message: stderr.trim().split('\n').at(-1) ?? 'no reason given' }
  return (JSON.parse(stderr.slice(start, stderr.lastIndexOf('}') + 1)) as { error: { code: string; message: string } }).error
}

/** Lines the child writes on the way are shown as they come, but not its last word, the error document. */
const forwardNotes = (child: ChildProcess, show: (line: string) => void): (() => string) => {
  const lines: string[] = []
  let inError = false
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line)
      inError ||= line === '{'
      if (!inError) show(line)
    })
  }
  return () => lines.join('\n')
}

export const createParty = (
  name: string, home: string, environment: Readonly<Record<string, string>>, show: (line: string) => void,
): Party => {
  const running = new Set<Running>()
  let stopped = false

  const launch = (args: readonly string[]): Running => {
    if (stopped) throw new AppError('runtime.cancelled', `The ${name} was stopped before "${args.slice(0, 2).join(' ')}".`)
    const child = spawn(process.execPath, [main, '--home', home, '--json', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => { text += part })
    const stderr = forwardNotes(child, (line) => { show(`${name}: ${line}`) })
    const ended = new Promise<number>((resolve) => { child.once('close', (code) => { resolve(code ?? 1) }) })
    const handle: Running = { child, stdout: () => text, stderr, ended }
    running.add(handle)
    void ended.then(() => running.delete(handle))
    return handle
  }

  const fail = (args: readonly string[], stderr: string): AppError => {
    const { code, message } = parseError(stderr)
    return new AppError('runtime.demo-step-failed', `The ${name}'s step "${args.slice(0, 2).join(' ')}" failed: ${message}`, { details: { party: name, code, step: args.slice(0, 2).join(' ') } })
  }

  return {
    home,
    run: async <T>(...args: readonly string[]) => {
      const { ended, stdout, stderr } = launch(args)
      if (await ended !== 0) throw fail(args, stderr())
      return JSON.parse(stdout()) as T
    },
    start: async <T>(...args: readonly string[]) => {
      const { child, ended, stdout, stderr } = launch(args)
      return new Promise<T>((resolve, reject) => {
        child.stdout?.on('data', () => { if (stdout().trimEnd().endsWith('}')) resolve(JSON.parse(stdout()) as T) })
        void ended.then(() => { reject(fail(args, stderr())) })
      })
    },
    stop: async () => {
      stopped = true
      for (const { child } of running) child.kill('SIGTERM')
      await Promise.all([...running].map(({ ended }) => ended))
    },
  }
}
