import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { projectRoot } from '../../../scripts/run-command.ts'
import type { ErrorDocument } from '../../../src/shared/errors.ts'
import { onCleanup } from './cleanup.ts'
import { findJson, parseErrorDocument } from './error-document.ts'

export const mainPath = join(projectRoot, 'src/cli/main.ts')

export interface Ended {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly pid: number
  readonly ended: Promise<Ended>
  stdout(): string
  stderr(): string
  /** Ends it and waits until it has ended. */
  kill(signal?: NodeJS.Signals): Promise<Ended>
}

export type Environment = Readonly<Record<string, string>>

/** What the test runner sets for itself would change what our program does. */
const inherited = (): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:VITEST|NODE_OPTIONS|NODE_ENV|HESYSTEM_)/.test(name)))

/** Starts one process of the command line; killed when the test file is over, if it still runs then. */
export const launch = (args: readonly string[], environment: Environment = {}): Running => {
  const child = spawn(process.execPath, [mainPath, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...inherited(), ...environment } })
  const { pid } = child
  if (pid === undefined) throw new Error(`could not start ${args.join(' ')}`)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text })
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text })
  let over = false
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (exitCode, signal) => {
      over = true
      resolve({ exitCode, signal, stdout, stderr })
    })
  })
  const kill = (signal: NodeJS.Signals = 'SIGKILL'): Promise<Ended> => {
    if (!over) child.kill(signal)
    return ended
  }
  onCleanup(() => kill())
  return { pid, ended, stdout: () => stdout, stderr: () => stderr, kill }
}

/** Looks again and again until there is something; fails with what the process said if it ends first. */
export const waitFor = async <T>(running: Running, find: () => T | null | undefined | false, what: string): Promise<T> => {
  let over: Ended | null = null
  void running.ended.then((ended) => { over = ended })
  for (;;) {
    const found = find()
    if (found !== null && found !== undefined && found !== false) return found
    if (over !== null) throw new Error(`the process ended before ${what}:\n${running.stdout()}\n${running.stderr()}`)
    await sleep(10)
  }
}

/** The command line over one home, always with --json. */
export interface CommandLine {
  readonly home: string
  launch(...args: string[]): Running
  /** Runs a command that must end with 0; gives its document. */
  run<T>(...args: string[]): Promise<T>
  /** Runs a command that must end with 1, saying nothing on stdout; gives its error. */
  refuse(...args: string[]): Promise<ErrorDocument>
  /** Starts a command that goes on until it is stopped; `document` is the first thing it says. */
  start<T>(...args: string[]): Promise<{ readonly running: Running; readonly document: T }>
}

/** `heard` collects all that its processes say. */
export const createCommandLine = (home: string, environment: Environment, heard: string[] = []): CommandLine => {
  const launchHere = (...args: string[]): Running => {
    const running = launch(['--home', home, '--json', ...args], environment)
    void running.ended.then(({ stdout, stderr }) => heard.push(stdout, stderr))
    return running
  }
  return {
    home,
    launch: launchHere,
    run: async <T>(...args: string[]) => {
      const { exitCode, signal, stdout, stderr } = await launchHere(...args).ended
      if (exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${exitCode ?? signal}:\n${stderr}`)
      return JSON.parse(stdout) as T
    },
    refuse: async (...args) => {
      const { exitCode, signal, stdout, stderr } = await launchHere(...args).ended
      if (exitCode !== 1 || stdout !== '') throw new Error(`${args.join(' ')} ended with ${exitCode ?? signal}, not refused:\n${stdout}\n${stderr}`)
      return parseErrorDocument(stderr)
    },
    start: async <T>(...args: string[]) => {
      const running = launchHere(...args)
      const document = await waitFor(running, () => findJson(running.stdout()), `${args.join(' ')} had started`)
      return { running, document: document as T }
    },
  }
}
