import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const script = join(import.meta.dirname, '../../../scripts/bench/measure-memory.ts')

describe('the memory of the engine', () => {
  // `node scripts/bench/measure-memory.ts` is the long form, a million cells.
  it('stays flat and under 700 MB while thousands of cells are encrypted and weighed', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, '--cells', '12000'])
    const report = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { readonly held: boolean, readonly growthMegabytes: number }
    expect(report).toMatchObject({ cells: 12_000, held: true })
    expect(report.growthMegabytes).toBeLessThan(150)
  }, 300_000)
})
