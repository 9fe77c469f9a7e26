import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const steps: (() => unknown)[] = []

/** Does this when the test file is over, however it ends; what began last ends first. */
export const onCleanup = (step: () => unknown): void => { steps.push(step) }

afterAll(async () => {
  const failures: unknown[] = []
  for (const step of steps.splice(0).reverse()) {
    try {
      await step()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'Cleaning up failed.')
})

/** An empty folder that goes with the test file. */
export const createFolder = (name = 'e2e'): string => {
  const folder = mkdtempSync(join(tmpdir(), `hesystem-${name}-`))
  onCleanup(() => { rmSync(folder, { recursive: true, force: true }) })
  return folder
}
