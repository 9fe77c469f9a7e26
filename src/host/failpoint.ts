import { appendFileSync, writeSync } from 'node:fs'

/** Ends this process, as `kill -9` would, at the named point; `NAME@3` at its third passing, `*@7` at the seventh of any point. */
export const failpointVariable = 'HESYSTEM_FAILPOINT'
/** A file that gets the name of every point passed, a line each. */
export const failpointLogVariable = 'HESYSTEM_FAILPOINT_LOG'

export type Failpoint = (name: string) => void

export interface FailpointActions {
  readonly note: (path: string, line: string) => void
  readonly kill: (name: string) => void
}

/** SIGKILL to oneself is delivered before the call returns: nothing after it runs, no handler, no `finally`. */
const system: FailpointActions = {
  note: (path, line) => { appendFileSync(path, `${line}\n`) },
  kill: (name) => {
    writeSync(2, `killed at ${name}\n`)
    process.kill(process.pid, 'SIGKILL')
  },
}

type Environment = Readonly<Record<string, string | undefined>>

/** What the environment asks for; null where it asks for nothing. Throws RangeError for a passing that is no number from 1 on. */
export const createFailpoint = (environment: Environment, { note, kill }: FailpointActions = system): Failpoint | null => {
  const { [failpointVariable]: armed = '', [failpointLogVariable]: log = '' } = environment
  if (armed === '' && log === '') return null
  const [, wanted = '', passing = '1'] = /^(.*?)(?:@([^@]*))?$/.exec(armed) ?? []
  if (!/^[1-9][0-9]{0,8}$/.test(passing)) throw new RangeError(`${failpointVariable}: “${passing}” is no passing from 1 on.`)
  let left = Number(passing)
  return (name) => {
    if (log !== '') note(log, name)
    if (armed === '' || (wanted !== '*' && wanted !== name)) return
    left -= 1
    if (left === 0) kill(name)
  }
}

const active = createFailpoint(process.env)

/** Whether points are watched in this process at all: what would cost something to watch asks this first. */
export const failpointsAreActive = active !== null

/** A place where the process may be ended from outside (docs/adr/0701); does nothing unless the environment asks for it. */
export const failpoint: Failpoint = active ?? (() => undefined)
