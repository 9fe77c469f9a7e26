import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { writeReference } from '../../../scripts/docs/reference.ts'
import { buildSite } from '../../../scripts/docs/site.ts'

const checkout = fileURLToPath(new URL('../../../', import.meta.url))

describe('the documentation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hesystem-docs-'))
  afterAll(() => { rmSync(folder, { recursive: true, force: true }) })

  it.each(Object.entries(writeReference()))('docs/reference/%s is what the code says; `npm run docs` writes it', (name, text) => {
    expect(readFileSync(join(checkout, 'docs/reference', name), 'utf8')).toBe(text)
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
    expect(broken).toEqual([])
    expect(pages).toContain('reference/cli.html')
    expect(html.get('index.html')).toContain('<h1 id="hesystem">')
  })
})
