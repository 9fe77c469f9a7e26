/** How long the tests of each part of the program take, against the minutes CI has for it. */
import { relative } from 'node:path'
import { z } from 'zod'

/** The parts, the minutes each may take in CI, and the test files that are its own; a file belongs to the first part that names it. */
const parts: readonly { readonly name: string, readonly minutes: number, readonly files: RegExp }[] = [
  { name: 'engine', minutes: 2, files: /^test\/unit\/(crypto|engine)\// },
  { name: 'scripts', minutes: 3, files: /^test\/(unit\/(compute|script|buyer)|e2e\/guides\.test|integration\/trust\/rehearsed)/ },
  { name: 'window', minutes: 5, files: /^test\/(unit\/(window|headless|main)|integration\/window|e2e\/window)\// },
  { name: 'nothing lost', minutes: 4, files: /^test\/(contract\/|integration\/(hostile|chain\/faults)|e2e\/(kills|restarts)\.test|unit\/(storage|secrets)\/)/ },
  { name: 'trust', minutes: 3, files: /^test\/(integration\/trust|unit\/(policy|protocol))\// },
  { name: 'fits in', minutes: 3, files: /^test\/(integration\/(api|interop|workers|networks)|unit\/(interop|legacy|operations|docs)|e2e\/operators\.test)/ },
  { name: 'trade', minutes: 8, files: /^/ },
]

const reportSchema = z.object({
  testResults: z.array(z.object({ name: z.string(), startTime: z.number(), endTime: z.number() })),
})

/** Milliseconds by part. */
export type Shares = Readonly<Record<string, number>>

/**
 * Shares out a suite's wall-clock time among the parts, by the time each of its files took: files run side by side, so their own times add
 * up to more. `json` is vitest's report, `root` the folder its paths are under.
 */
export const shareVitest = (json: string, wallMilliseconds: number, root: string): Shares => {
  const times = reportSchema.parse(JSON.parse(json)).testResults.map(({ name, startTime, endTime }) => {
    const file = relative(root, name)
    const part = parts.find(({ files }) => files.test(file))?.name ?? 'trade'
    return { part, milliseconds: Math.max(0, endTime - startTime) }
  })
  const total = times.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
  const shares: Record<string, number> = {}
  for (const { part, milliseconds } of times) {
    shares[part] = (shares[part] ?? 0) + (total === 0 ? 0 : milliseconds / total * wallMilliseconds)
  }
  return shares
}

export const addShares = (left: Shares, right: Shares): Shares =>
  Object.fromEntries(parts.map(({ name }) => [name, (left[name] ?? 0) + (right[name] ?? 0)]))

/** A line a part: what it took and what it may take. */
export const describeShares = (shares: Shares): string =>
  parts.map(({ name, minutes }) => {
    const taken = (shares[name] ?? 0) / 60_000
    return `${name.padEnd(12)} ${taken.toFixed(1).padStart(5)} of ${minutes} min${taken > minutes ? '  over' : ''}`
  }).join('\n')
