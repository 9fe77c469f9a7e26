import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../../scripts/run-command.ts'

/** A command of ours that goes on until it is stopped. */
export interface Running {
  readonly pid: number
  /** Resolves once it has said this. Rejects with all it said if it ends first. */
  waitFor(words: string): Promise<void>
  said(): string
  /** Asks it to end and waits until it has. */
  stop(): Promise<void>
}

const stopOf = (child: ChildProcess): (() => Promise<void>) => {
  const ended = new Promise<void>((resolve) => { child.once('close', () => { resolve() }) })
  // Stopped twice, it is stopped once.
  return () => {
    child.kill('SIGINT')
    return ended
  }
}

/** Starts `hesystem ARGUMENTS` as a process of its own. */
export const startCommand = (args: readonly string[], environment: Readonly<Record<string, string>>): Running => {
  const child = spawn(process.execPath, [join(projectRoot, 'src/cli/main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment },
  })
  if (child.pid === undefined) throw new Error(`could not start ${args.join(' ')}`)
  let said = ''
  const waiting = new Set<() => void>()
  let over = false
  const hear = (text: string): void => {
    said += text
    for (const look of waiting) look()
  }
  child.stdout.setEncoding('utf8').on('data', hear)
  child.stderr.setEncoding('utf8').on('data', hear)
  child.once('close', () => {
    over = true
    for (const look of waiting) look()
  })
  return {
    pid: child.pid,
    said: () => said,
    waitFor: (words) => new Promise((resolve, reject) => {
      const look = (): void => {
        if (!said.includes(words) && !over) return
        waiting.delete(look)
        if (said.includes(words)) resolve()
        else reject(new Error(`it ended before it said “${words}”:\n${said}`))
      }
      waiting.add(look)
      look()
    }),
    stop: stopOf(child),
  }
}

/** Resident memory in mebibytes. */
export const readMemory = (pid: number): number => {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  if (kibibytes === undefined) throw new Error(`process ${pid} has no memory to tell of`)
  return Number(kibibytes) / 1024
}

/** Open files, sockets and the like. */
export const countHandles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length

/** The write-ahead log of a profile, in mebibytes. */
export const readLogSize = (home: string): number => {
  const path = join(home, 'profile.sqlite-wal')
  return existsSync(path) ? statSync(path).size / 1024 / 1024 : 0
}
