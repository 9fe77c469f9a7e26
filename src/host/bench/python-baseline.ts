import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { PaillierKeyPair } from '../../crypto/types.ts'

/** What Python gives, in a process of its own: our script's arithmetic with gmpy2, or python-paillier's. */
export type PythonLibrary = 'gmpy2' | 'python-paillier'

export interface PythonBaseline {
  /** Which versions were found. */
  readonly version: string
  /** Milliseconds of processor time each. */
  measure(operation: string, count: number): Promise<number>
  close(): void
}

const script = fileURLToPath(new URL('../../../scripts/bench/gmpy2_baseline.py', import.meta.url))
const pythons = ['/usr/bin/python3', 'python3']

const start = async (python: string, library: PythonLibrary, { p, q }: PaillierKeyPair, cells: number): Promise<PythonBaseline> => {
  const child = spawn(python, [script, ...(library === 'gmpy2' ? [] : ['--phe'])], { stdio: ['pipe', 'pipe', 'ignore'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const failed = new Promise<never>((_, reject) => child.on('error', reject))
  failed.catch(() => { /* each question tells of it */ })
  child.stdin.on('error', () => { /* the process ended, which the next question tells */ })
  const ask = async (request: object): Promise<Record<string, unknown>> => {
    child.stdin.write(`${JSON.stringify(request)}\n`)
    const { done, value } = await Promise.race([lines.next(), failed])
    if (done === true) throw new Error(`${python} ended: it has no ${library}`)
    return JSON.parse(value) as Record<string, unknown>
  }
  try {
    const { version } = await ask({ setup: { p: p.toString(16), q: q.toString(16), cells } })
    return {
      version: String(version),
      measure: async (operation, count) => Number((await ask({ operation, count })).milliseconds),
      close: () => void child.kill(),
    }
  } catch (error) {
    child.kill()
    throw error
  }
}

/**
 * Starts a baseline on `cells` ciphertexts with the first Python here that has the library (python-paillier also in the folder that
 * PHE_PATH names); null where none has, or the script is not shipped.
 */
export const findPythonBaseline = async (
  library: PythonLibrary, key: PaillierKeyPair, cells: number,
): Promise<PythonBaseline | null> => {
  for (const python of existsSync(script) ? pythons : []) {
    try {
      return await start(python, library, key, cells)
    } catch {
      // This Python is missing or has no such library: the next may have it, and null says that none did.
    }
  }
  return null
}
