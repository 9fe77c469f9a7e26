import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Target } from './victim.ts'

/** One trial as it went: a line of the campaign's journal. */
export interface Entry {
  readonly round: number
  readonly case: string
  readonly target: Target
  readonly kills: number
  readonly seconds: number
  /** Empty where everything was as it should be. */
  readonly faults: readonly string[]
}

interface Beginning {
  readonly seed: string
  readonly commit: string
}

export interface Journal extends Beginning {
  readonly entries: readonly Entry[]
  /** Written before the next trial begins. */
  add(entry: Entry): void
}

/** Goes on with the journal that is there, whatever commit it was begun at, or begins one. */
export const openJournal = (path: string, beginning: Beginning): Journal => {
  mkdirSync(dirname(path), { recursive: true })
  if (!existsSync(path)) appendFileSync(path, `${JSON.stringify(beginning)}\n`)
  const [first = '', ...rest] = readFileSync(path, 'utf8').split('\n').filter((line) => line !== '')
  const entries = rest.map((line) => JSON.parse(line) as Entry)
  return {
    ...JSON.parse(first) as Beginning,
    entries,
    add: (entry) => {
      entries.push(entry)
      appendFileSync(path, `${JSON.stringify(entry)}\n`)
    },
  }
}
