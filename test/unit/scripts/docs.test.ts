import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { listMembers } from '../../../scripts/docs/members.ts'
import { writeReference } from '../../../scripts/docs/reference.ts'
import { buildSite } from '../../../scripts/docs/site.ts'
import { createScriptDeclarations } from '../../../src/script/declarations.ts'

const checkout = fileURLToPath(new URL('../../../', import.meta.url))

describe('the documentation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hesystem-docs-'))
  afterAll(() => { rmSync(folder, { recursive: true, force: true }) })

  it.each(Object.entries(writeReference()))('docs/reference/%s is what the code says; `npm run docs` writes it', (name, text) => {
    expect(readFileSync(join(checkout, 'docs/reference', name), 'utf8')).toBe(text)
  })

  it('says in docs/operations.md of every method of a tensor what NumPy calls it, and names none that there is not', () => {
    const text = readFileSync(join(checkout, 'docs/operations.md'), 'utf8')
    const code = [...text.matchAll(/`([^`]*)`/g)].map(([, span = '']) => span)
    const methods = listMembers(createScriptDeclarations({ columns: [] }), 'TensorMembers')
      .flatMap(({ signatures }) => signatures).map((signature) => /^\w+(?=\()/.exec(signature)?.[0] ?? '')
    // What operators and brackets say stands there as such.
    const asOperator = ['', 'dim', 'at', 'index', 'get', 'add', 'sub', 'mul', 'div', 'pow', 'neg', 'gt', 'lt', 'ge', 'le', 'eq', 'ne']
    const named = new Set(code.flatMap((span) => span.match(/\b[a-zA-Z]+\b/g) ?? []))
    expect(methods.filter((method) => !asOperator.includes(method) && !named.has(method))).toEqual([])
    const called = code.flatMap((span) => [...span.matchAll(/\b(?:x|data|m)\.(\w+)/g)].map(([, name = '']) => name))
    expect(called.filter((name) => name !== 'T' && !methods.includes(name))).toEqual([])
  })

  it('has no guide with commands or programs that no test runs', () => {
    const tests = readdirSync(join(checkout, 'test'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.ts'))
      .map((name) => readFileSync(join(checkout, 'test', name), 'utf8')).join('\n')
    const guides = readdirSync(join(checkout, 'docs/guides')).filter((name) => name.endsWith('.md'))
    const isTried = (guide: string): boolean =>
      tests.includes(`docs/guides/${guide}`) || new RegExp(`read(?:Guide|Commands)\\('${guide.slice(0, -3)}'\\)`).test(tests)
    const runnable = guides.filter((guide) => /^```(?:sh|ts|python)/m.test(readFileSync(join(checkout, 'docs/guides', guide), 'utf8')))
    expect(runnable.length).toBeGreaterThan(8)
    expect(runnable.filter((guide) => !isTried(guide))).toEqual([])
  })

  it('becomes a site without a link into nothing', () => {
    const pages = buildSite(checkout, join(folder, 'site'))
    const html = new Map(pages.map((page) => [page, readFileSync(join(folder, 'site', page), 'utf8')]))
    const broken: string[] = []
    for (const [page, text] of html) {
      for (const [, target = ''] of text.matchAll(/(?:href|src)="(?!https?:|mailto:|hesystem:)([^"]*)"/g)) {
        const [file = '', anchor] = target.split('#')
        const path = file === '' ? page : join(dirname(page), file)
        if (!existsSync(join(folder, 'site', path))) broken.push(`${page}: ${target}`)
        else if (anchor !== undefined && html.get(path)?.includes(`id="${anchor}"`) === false) broken.push(`${page}: ${target}`)
      }
    }
    const index = JSON.parse(readFileSync(join(folder, 'site/search.js'), 'utf8').replace('globalThis.searchIndex = ', '')) as readonly string[][]
    for (const [target = ''] of index) {
      const [file = '', anchor] = target.split('#')
      if (anchor === undefined ? !html.has(file) : html.get(file)?.includes(`id="${anchor}"`) !== true) broken.push(`search: ${target}`)
    }
    expect(broken).toEqual([])
    expect(index.find(([, , heading]) => heading === 'The next version')?.[3]).toContain('hesystem dataset import staff.csv --name staff --new-version')
    const networks = html.get('guides/networks.html') ?? expect.unreachable('no page of networks')
    expect(networks).toContain('<a href="../guides/networks.html" aria-current="page">Networks</a>')
    expect(html.get('guides/operating.html')).toContain('<a href="#as-a-service">As a service</a>')
    expect(pages).toContain('reference/cli.html')
    expect(html.get('index.html')).toContain('<h1 id="hesystem">')
  })
})
