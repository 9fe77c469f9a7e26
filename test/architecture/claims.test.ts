import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot } from '../../scripts/run-command.ts'

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8')
const sections = new Map(read('SECURITY.md').split('\n## ').slice(1).map((section) => {
  const end = section.indexOf('\n')
  return [section.slice(0, end), section.slice(end)] as const
}))
const sectionOf = (title: string): string => sections.get(title) ?? ''
const rowsOf = (title: string): readonly (readonly string[])[] => sectionOf(title).split('\n').filter((line) => line.startsWith('| '))
  .slice(1).map((line) => line.slice(2, -2).split(' | ').map((cell) => cell.trim()))

const promised = rowsOf('Who is kept from what').map(([who = '', wants = '']) => `${who}: ${wants}`)
const notPromised = [...sectionOf('What is not promised').matchAll(/^- \*\*([^*]+?)[.,]?\*\*/gm)].map(([, claim = '']) => claim)
const pairs = rowsOf('Each claim, and what shows it')
const numbersIn = (text: string): string[] => text.match(/\bS\d+\b/g) ?? []

describe('what SECURITY.md claims', () => {
  it('is paired, each claim once and in its order, with what shows it', () => {
    expect([promised.length, notPromised.length].every((count) => count > 5)).toBe(true)
    expect(pairs.map(([claim]) => claim)).toEqual([...promised, ...notPromised])
  })

  it.each(pairs)('“%s” (%s) is shown by tests that are there and cite the number, or is called an argument', (_, numbers = '', shown = '') => {
    const files = [...shown.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path = '']) => path)
    if (files.length === 0) expect([numbers, shown]).toEqual(['', expect.stringMatching(/^an argument: ./)])
    expect(files.filter((path) => !existsSync(join(projectRoot, path)))).toEqual([])
    const cited = new Set(files.flatMap((path) => numbersIn(read(path))))
    expect(numbersIn(numbers).filter((number) => !cited.has(number))).toEqual([])
  })
})
