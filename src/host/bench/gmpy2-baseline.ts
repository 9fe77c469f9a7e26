import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { PaillierKeyPair } from '../../crypto/types.ts'

/** The baseline that python and gmpy2 give, in a process of its own. */
export interface Gmpy2Baseline {
  setUp(key: PaillierKeyPair, cells: number): Promise<string>
  /** Milliseconds of processor time each. */
  measure(operation: string, count: number): Promise<number>
  close(): void
}

const script = fileURLToPath(new URL('../../../scripts/bench/gmpy2_baseline.py', import.meta.url))
const pythons = ['/usr/bin/python3', 'python3']

const start = (python: string): Gmpy2Baseline => {
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'ignore'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const failed = new Promise<never>((_, reject) => child.on('error', reject))
  failed.catch(() => { /* each question tells of it */ })
  const ask = async (request: object): Promise<Record<string, unknown>> => {
    child.stdin.write(`${JSON.stringify(request)}\n`)
    const { done, value } = await Promise.race([lines.next(), failed])
    if (done === true) throw new Error(`${python} ended: it has no gmpy2`)
    return JSON.parse(value) as Record<string, unknown>
  }
  child.stdin.on('error', () => { /* the process ended, which the next question tells */ })
  return {
    setUp: async ({ p, q }, cells) => String((await ask({ setup: { p: p.toString(16), q: q.toString(16), cells } })).version),
    measure: async (operation, count) => Number((await ask({ operation, count })).milliseconds),
    close: () => void child.kill(),
  }
}

/** Starts the baseline with the first Python here that has gmpy2; null where none has, or the script is not shipped. */
export const findGmpy2Baseline = async (key: PaillierKeyPair): Promise<Gmpy2Baseline | null> => {
  for (const python of existsSync(script) ? pythons : []) {
    const baseline = start(python)
    try {
      await baseline.setUp(key, 1)
      return baseline
    } catch {
      // This Python is missing or has no gmpy2: the next may have it, and null says that none did.
      baseline.close()
    }
  }
  return null
}
