import { spawn } from 'node:child_process'
import { onCleanup } from './cleanup.ts'
import type { Environment } from './command-line.ts'

export { mainPath } from './command-line.ts'

/** A terminal whose command goes on until it is stopped. */
export interface Shell {
  /** What it has said so far, once this is in it; fails with all that it said where it ends first. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>
  /** Interrupts what runs in it, as Ctrl-C does, and gives all that it said. */
  stop(): Promise<string>
}

/** Runs commands of a guide that do not end by themselves; interrupted when the test file is over. */
export const startShell = (commands: string, { cwd, environment }: { readonly cwd: string; readonly environment: Environment }): Shell => {
  const env = { ...process.env, ...environment }
  const child = spawn('bash', ['-ec', commands], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let isOver = false
  const looks = new Set<() => void>()
  const look = (): void => { for (const one of looks) one() }
  const hear = (text: string): void => {
    said += text
    look()
  }
  child.stdout.setEncoding('utf8').on('data', hear)
  child.stderr.setEncoding('utf8').on('data', hear)
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      isOver = true
      look()
      resolve()
    })
  })
  const stop = async (): Promise<string> => {
    // The group is the shell and what it runs.
    if (!isOver && child.pid !== undefined) process.kill(-child.pid, 'SIGINT')
    await ended
    return said
  }
  onCleanup(stop)
  return {
    waitFor: (pattern) => new Promise((resolve, reject) => {
      const check = (): void => {
        const found = pattern.exec(said)
        if (found === null && !isOver) return
        looks.delete(check)
        if (found === null) reject(new Error(`it ended before ${pattern.source}:\n${said}`))
        else resolve(found)
      }
      looks.add(check)
      check()
    }),
    stop,
  }
}
