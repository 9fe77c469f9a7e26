import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot } from '../../scripts/run-command.ts'

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8')

/** The numbered requirements of SECURITY.md: S1 to this one. */
const lastRequirement = 32
const requirements = Array.from({ length: lastRequirement }, (_, at) => `S${at + 1}`)

/** Which requirements a text cites. */
const findCited = (text: string): string[] => [...text.matchAll(/\bS(?:[1-9]|[12]\d|3[0-2])\b/g)].map(([cited]) => cited)

const tests = globSync(['test/**/*.test.ts', 'test/electron/*.spec.ts', 'contracts/test/*.sol'], { cwd: projectRoot })

/** The list in SECURITY.md of what no test covers by its number, or in part only. */
const findExceptions = (): string[] => {
  const [, section = ''] = read('SECURITY.md').split('## Which test stands behind which requirement\n')
  const [own = ''] = section.split('\n## ')
  return own.split('\n').filter((line) => line.startsWith('- **')).flatMap(findCited)
}

describe('the requirements of SECURITY.md', () => {
  it('are each cited by a test, or by the list of those that are not', () => {
    const cited = new Set(tests.filter((path) => !path.endsWith('requirements.test.ts')).flatMap((path) => findCited(read(path))))
    const exceptions = new Set(findExceptions())
    expect(exceptions.size).toBeGreaterThan(0)
    expect(requirements.filter((requirement) => !cited.has(requirement) && !exceptions.has(requirement))).toEqual([])
  })

  it('name files that are there', () => {
    const named = [...read('SECURITY.md').matchAll(/`((?:test|src|docs|contracts|resources)\/[\w./-]+)`/g)].map(([, path = '']) => path)
    expect(named.length).toBeGreaterThan(3)
    for (const path of named) expect(globSync(path, { cwd: projectRoot }), path).not.toEqual([])
  })
})
