import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot } from '../../scripts/run-command.ts'

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8')

/** The keys of the list, [Pai99] as Pai99; one row may hold two. */
const listed = read('docs/references.md').split('\n').filter((line) => /^\| (?!key \||---)/.test(line))
  .flatMap((line) => (line.split('|')[1] ?? '').trim().split(', ')).map((key) => key.replaceAll(/[[\]]/g, ''))

/** What the project says elsewhere: the source, the contract, the records, SECURITY.md. */
const texts = globSync(['src/**/*.{ts,tsx}', 'contracts/**/*.sol', 'docs/adr/*.md', 'SECURITY.md'], { cwd: projectRoot, exclude: ['contracts/lib/**'] }).map(read)

const findCited = (text: string): string[] => [
  // Papers, alone or several in one pair of brackets, and standards.
  ...[...text.matchAll(/\[((?:[A-Z][A-Za-z]{1,6}\d{2}|HAC|Knuth)[^\]]{0,150})\]/g)].flatMap(([, inside = '']) => inside.match(/\b(?:[A-Z][A-Za-z]{1,6}\d{2}|HAC|Knuth)\b/g) ?? []),
  ...text.match(/\b(?:RFC \d{3,4}|FIPS \d{3}(?:-\d)?|SP 800-\d+[A-Z]?|EIP-\d+|BIP-\d+)\b/g) ?? [],
]

describe('docs/references.md', () => {
  const cited = new Set(texts.flatMap(findCited))

  it('has an entry for every paper and standard that is cited', () => {
    expect(cited.size).toBeGreaterThan(20)
    expect([...cited].filter((key) => !listed.includes(key)).sort()).toEqual([])
  })

  it('lists nothing that is cited nowhere, and nothing twice', () => {
    expect(listed.filter((key) => !cited.has(key))).toEqual([])
    expect(listed).toHaveLength(new Set(listed).size)
  })
})
