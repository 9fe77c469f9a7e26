import { toAppError } from '../../shared/errors.ts'

export type Verdict = 'ok' | 'warn' | 'fail'

/** What one check found. `found` is a fact; `advice` is what to do about it, null where nothing is to be done. */
export interface Finding {
  readonly verdict: Verdict
  readonly found: string
  readonly advice: string | null
}

export interface DoctorCheck {
  readonly name: string
  run(): Promise<Finding>
}

export interface DoctorEntry extends Finding {
  readonly name: string
}

export interface DoctorReport {
  /** Whether everything that HEsystem cannot do without is there: no entry failed. */
  readonly healthy: boolean
  readonly entries: readonly DoctorEntry[]
}

const patienceMilliseconds = 20_000

const expire = (milliseconds: number): { readonly finding: Promise<Finding>; clear(): void } => {
  let timer: NodeJS.Timeout | undefined
  const finding = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => resolve({
      verdict: 'warn',
      found: `no answer within ${milliseconds / 1000} seconds`,
      advice: 'Look for a window that waits for a password, and run `hesystem doctor` again.',
    }), milliseconds)
  })
  return { finding, clear: () => clearTimeout(timer) }
}

const runCheck = async (check: DoctorCheck, patience: number): Promise<DoctorEntry> => {
  const expiry = expire(patience)
  try {
    return { name: check.name, ...await Promise.race([check.run(), expiry.finding]) }
  } catch (error) {
    const { message, next } = toAppError(error)
    return { name: check.name, verdict: 'fail', found: message, advice: next }
  } finally {
    expiry.clear()
  }
}

/** Runs the checks one after another: a check that throws has failed, one that does not answer is told as such. Never throws. */
export const runDoctor = async (checks: readonly DoctorCheck[], patience: number = patienceMilliseconds): Promise<DoctorReport> => {
  const entries: DoctorEntry[] = []
  for (const check of checks) entries.push(await runCheck(check, patience))
  return { healthy: entries.every((entry) => entry.verdict !== 'fail'), entries }
}
