import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { failpointLogVariable, failpointVariable } from '../../../src/host/failpoint.ts'
import type { OperationName } from './operations.ts'
import type { Role } from './setting.ts'

/** Which passing of which point a process is to die at. */
export interface Target {
  readonly point: string
  readonly passing: number
}

export interface Ended {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
}

export interface Victim {
  readonly ended: Promise<Ended>
  stop(): void
}

const program = join(import.meta.dirname, 'party.ts')
const limitMilliseconds = 120_000
const alive = new Set<ChildProcess>()
process.once('exit', () => { for (const child of alive) child.kill('SIGKILL') })

interface LaunchOptions {
  readonly target?: Target
  readonly log?: string
}

/** Starts a program in a process of its own, to be killed at `target`, or to note in `log` every point that it passes. */
export const launchProgram = (path: string, args: readonly string[], { target, log }: LaunchOptions): Victim => {
  const child = spawn(process.execPath, [path, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      [failpointVariable]: target === undefined ? '' : `${target.point}@${target.passing}`,
      [failpointLogVariable]: log ?? '',
    },
  })
  alive.add(child)
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text })
  const timer = setTimeout(() => { child.kill('SIGABRT') }, limitMilliseconds)
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (exitCode, signal) => {
      clearTimeout(timer)
      alive.delete(child)
      resolve({ exitCode, signal, stderr })
    })
  })
  return { ended, stop: () => { child.kill('SIGTERM') } }
}

/** Starts a party's process over a round's folder. */
export const launch = (folder: string, role: Role, operation: OperationName | 'serve', options: LaunchOptions): Victim =>
  launchProgram(program, [folder, role, operation], options)

/** A kill has landed when the process died of SIGKILL, by its own hand, at the point that was named; anything else is a failure. */
export const assertLanded = ({ exitCode, signal, stderr }: Ended, { point, passing }: Target): void => {
  const where = /^killed at (.*)$/m.exec(stderr)?.[1]
  if (signal === 'SIGKILL' && where !== undefined && (point === '*' || where === point)) return
  throw new Error(`the kill at ${point}@${passing} did not land: the process ended with ${signal ?? exitCode}\n${stderr.slice(-2000)}`)
}

export const assertDone = ({ exitCode, signal, stderr }: Ended): void => {
  if (exitCode !== 0) throw new Error(`a process that was not to be killed ended with ${signal ?? exitCode}\n${stderr.slice(-2000)}`)
}
