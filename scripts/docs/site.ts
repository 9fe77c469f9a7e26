import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Marked, Renderer } from 'marked'

/** What stands beside every page, by reader as docs/index.md has it. Pages that are in none of these are reached by links. */
const navigation: readonly (readonly [heading: string, pages: readonly (readonly [page: string, label: string])[]])[] = [
  ['HEsystem', [['index', 'Start'], ['how-it-works', 'How it works'], ['changelog', 'Changes']]],
  ['Owner', [['guides/window', 'The window'], ['guides/importing', 'Import'], ['guides/private', 'Private mode'], ['guides/from-2020', 'From 2020']]],
  ['Statistician', [
    ['guides/buying', 'A first answer'], ['guides/column-mean', 'A mean'], ['guides/logistic-model', 'A model'], ['guides/comparisons', 'Comparisons'],
    ['operations', 'What scripts can say'], ['guides/client', 'From code'], ['guides/python', 'Python'],
  ]],
  ['Operator', [['guides/operating', 'Operate'], ['guides/networks', 'Networks'], ['guides/workers', 'Workers'], ['guides/packaging', 'Packages']]],
  ['Auditor', [['guides/auditing', 'Audit'], ['SECURITY', 'Security'], ['ARCHITECTURE', 'Architecture']]],
  ['Reference', [['reference/cli', 'Commands'], ['reference/tensors', 'Tensors'], ['reference/api', 'API'], ['reference/errors', 'Errors']]],
  ['Measured', [['performance', 'Speed'], ['window-speed', 'The window'], ['gas', 'Gas'], ['reliability', 'Reliability']]],
]

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

const slugOf = (heading: string): string => heading.toLowerCase().replaceAll(/`/g, '').replaceAll(/[^\p{L}\p{N} -]/gu, '').trim().replaceAll(' ', '-')

const createRenderer = (): Marked => new Marked({
  renderer: {
    heading({ tokens, depth, text }) { return `<h${depth} id="${slugOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n` },
    link({ href, tokens }) {
      const target = /^[a-z]+:/.test(href) ? href : href.replace(/\.md(?=#|$)/, '.html')
      return `<a href="${escape(target)}">${this.parser.parseInline(tokens)}</a>`
    },
    // What is wider than the page scrolls by itself, by keyboard too.
    code({ text }) { return `<div class="block"><pre tabindex="0"><code>${escape(text)}</code></pre></div>\n` },
    table(token) { return `<div class="wide" tabindex="0" role="group" aria-label="Table">${new Renderer().table.call(this, token)}</div>\n` },
  },
})

interface Section {
  readonly depth: number
  readonly heading: string
  readonly text: string
}

/** Words without their marks: what a search looks through. */
const plainOf = (markdown: string): string =>
  markdown.replaceAll(/^```.*$/gm, '').replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*|#>]|:?-{3,}:?/g, ' ').replaceAll(/\s+/g, ' ').trim()

const splitSections = (markdown: string): readonly Section[] => {
  const sections: { depth: number, heading: string, lines: string[] }[] = []
  let fenced = false
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) fenced = !fenced
    const { 1: marks = '', 2: heading = '' } = (fenced ? null : /^(#{1,3}) (.*)$/.exec(line)) ?? []
    if (marks !== '') sections.push({ depth: marks.length, heading, lines: [] })
    else sections.at(-1)?.lines.push(line)
  }
  return sections.map(({ depth, heading, lines }) => ({ depth, heading, text: plainOf(lines.join('\n')) }))
}

const titleOf = (path: string, sections: readonly Section[]): string => plainOf(sections.find(({ depth }) => depth === 1)?.heading ?? path)

const fewestForContents = 4

const listContents = (sections: readonly Section[]): string => {
  const parts = sections.filter(({ depth }) => depth === 2)
  if (parts.length < fewestForContents) return ''
  return `<nav class="contents" aria-label="On this page">${parts.map(({ heading }) => `<a href="#${slugOf(heading)}">${escape(plainOf(heading))}</a>`).join('')}</nav>\n`
}

const renderPage = (path: string, markdown: string, renderer: Marked): string => {
  const sections = splitSections(markdown)
  const root = '../'.repeat(path.split('/').length - 1)
  const linkTo = ([page, label]: readonly [string, string]): string =>
    `<a href="${root}${page}.html"${`${page}.md` === path ? ' aria-current="page"' : ''}>${label}</a>`
  const groups = navigation.map(([heading, pages]) => `<h2>${heading}</h2>${pages.map(linkTo).join('')}`)
  const body = renderer.parse(markdown, { async: false }).replace('</h1>\n', `</h1>\n${listContents(sections)}`)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escape(titleOf(path, sections))} · HEsystem</title>
<meta name="description" content="${escape((sections[0]?.text ?? '').slice(0, 160))}"><link rel="stylesheet" href="${root}site.css"></head>
<body><aside><details open><summary>Pages</summary><nav aria-label="Pages">${groups.join('')}</nav></details></aside><main>
${body}</main><script src="${root}site.js" data-root="${root}"></script></body></html>
`
}

/** What is searched: a line a section, with its page, its heading and its words. */
const indexPage = (path: string, markdown: string): readonly (readonly string[])[] => {
  const sections = splitSections(markdown)
  const title = titleOf(path, sections)
  return sections.map(({ depth, heading, text }) =>
    [`${path.replace(/\.md$/, '.html')}${depth === 1 ? '' : `#${slugOf(heading)}`}`, title, plainOf(heading), text])
}

/** Writes the site of `docs` and the pages beside it into `target`; answers with its pages. Needs no network, and neither does the site. */
export const buildSite = (project: string, target: string): readonly string[] => {
  const renderer = createRenderer()
  rmSync(target, { recursive: true, force: true })
  const docs = join(project, 'docs')
  const inDocs = readdirSync(docs, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'))
  const sources = new Map(inDocs.filter((name) => name.endsWith('.md')).map((name) => [name, join(docs, name)]))
  for (const name of ['ARCHITECTURE.md', 'SECURITY.md']) sources.set(name, join(project, name))
  const index: (readonly string[])[] = []
  // Guides and references are found before decisions and changes.
  const rank = new Map(navigation.flatMap(([, pages]) => pages).filter(([page]) => page !== 'changelog').map(([page], at) => [`${page}.md`, at]))
  for (const [path, source] of [...sources].toSorted(([a], [b]) => (rank.get(a) ?? rank.size) - (rank.get(b) ?? rank.size))) {
    const to = join(target, path.replace(/\.md$/, '.html'))
    mkdirSync(dirname(to), { recursive: true })
    // From docs/, the pages beside it lie one folder up, and from those docs/ one down; on the site they lie beside.
    const markdown = readFileSync(source, 'utf8')
      .replaceAll(/\]\((\.\.\/)+(?=(?:ARCHITECTURE|SECURITY)\.md)/g, `](${'../'.repeat(path.split('/').length - 1)}`)
      .replaceAll(/\]\(docs\/(?=\S+\.md)/g, '](')
    writeFileSync(to, renderPage(path, markdown, renderer))
    index.push(...indexPage(path, markdown))
  }
  // A script, since a page that was opened from a disk may fetch nothing.
  writeFileSync(join(target, 'search.js'), `globalThis.searchIndex = ${JSON.stringify(index)}\n`)
  for (const name of ['site.css', 'site.js']) cpSync(join(import.meta.dirname, name), join(target, name))
  for (const folder of ['pictures', 'screenshots']) {
    if (existsSync(join(docs, folder))) cpSync(join(docs, folder), join(target, folder), { recursive: true })
  }
  return [...sources.keys()].map((path) => path.replace(/\.md$/, '.html')).toSorted()
}
