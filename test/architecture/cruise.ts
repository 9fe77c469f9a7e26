import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'

export const projectRoot = join(import.meta.dirname, '..', '..')

const reportSchema = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
    ruleSetUsed: z.object({ forbidden: z.array(z.object({ name: z.string() })) }),
  }),
})

export interface CruiseReport {
  readonly violations: readonly { readonly from: string; readonly to: string; readonly rule: string }[]
  readonly rules: readonly string[]
}

/** Runs the project's dependency rules over `folders` of the tree at `root`. Throws with the tool's own words where it cannot. */
export const cruise = (root: string, folders: readonly string[]): CruiseReport => {
  const run = spawnSync(
    process.execPath,
    [
      join(projectRoot, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs'),
      '--config', join(projectRoot, '.dependency-cruiser.js'), '--output-type', 'json', ...folders,
    ],
    { cwd: root, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  )
  if (!run.stdout.startsWith('{')) throw new Error(`dependency-cruiser did not report: ${run.stderr}${run.stdout.slice(0, 500)}`)
  const { violations, ruleSetUsed } = reportSchema.parse(JSON.parse(run.stdout)).summary
  return {
    violations: violations.map(({ from, to, rule }) => ({ from, to, rule: rule.name })),
    rules: ruleSetUsed.forbidden.map(({ name }) => name),
  }
}
