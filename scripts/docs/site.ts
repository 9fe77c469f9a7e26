import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { Marked } from 'marked'

/** What stands beside every page; docs/index.md leads by reader. Pages that are in none of these are reached by links. */
const navigation = [
  ['index', 'Start'], ['how-it-works', 'How it works'], ['guides/from-2020', 'From 2020'], ['guides/importing', 'Import'], ['guides/window', 'The window'],
  ['guides/buying', 'A first answer'], ['guides/column-mean', 'A mean'], ['guides/logistic-model', 'A model'], ['guides/comparisons', 'Comparisons'], ['guides/private', 'Private mode'], ['guides/client', 'From code'], ['guides/python', 'Python'],
  ['guides/operating', 'Operate'], ['guides/workers', 'Workers'], ['guides/packaging', 'Packages'], ['guides/auditing', 'Audit'],
  ['operations', 'Tensors'], ['reference/tensors', 'Methods'], ['reference/cli', 'Commands'], ['reference/api', 'API'], ['reference/errors', 'Errors'], ['changelog', 'Changes'],
] as const

const style = `
:root { color-scheme: light dark; --line: light-dark(#d5d9e0, #3a404b); --link: light-dark(#1f5fbf, #8ab4f8) }
body { font: 16px/1.6 system-ui, sans-serif; margin: 0 auto; max-width: 76rem; padding: 1.5rem; display: grid; grid-template-columns: 11rem minmax(0, 1fr); gap: 2.5rem }
nav { position: sticky; top: 1.5rem; align-self: start } nav a { display: block; padding: .15rem 0 } nav a[aria-current] { font-weight: 600 }
a { color: var(--link) } main { max-width: 54rem } h1, h2 { line-height: 1.25 } img { max-width: 100% }
pre { padding: 1rem; border: 1px solid var(--line); border-radius: 6px } pre, table { display: block; overflow-x: auto }
code { font: .9em/1.5 ui-monospace, monospace } table { border-collapse: collapse } td, th { border: 1px solid var(--line); padding: .35rem .6rem; text-align: left; vertical-align: top }
@media (max-width: 48rem) { body { display: block } nav { position: static; columns: 3 } }
`

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

const slugOf = (heading: string): string => heading.toLowerCase().replaceAll(/`/g, '').replaceAll(/[^\p{L}\p{N} -]/gu, '').trim().replaceAll(' ', '-')

const createRenderer = (): Marked => new Marked({
  renderer: {
    heading({ tokens, depth, text }) { return `<h${depth} id="${slugOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n` },
    link({ href, tokens }) {
      const target = /^[a-z]+:/.test(href) ? href : href.replace(/\.md(?=#|$)/, '.html')
      return `<a href="${escape(target)}">${this.parser.parseInline(tokens)}</a>`
    },
  },
})

const renderPage = (path: string, markdown: string, renderer: Marked): string => {
  const title = /^# (.*)$/m.exec(markdown)?.[1] ?? path
  const links = navigation.map(([page, label]) => {
    const href = relative(dirname(path), `${page}.html`).replaceAll('\\', '/')
    return `<a href="${href}"${`${page}.md` === path ? ' aria-current="page"' : ''}>${label}</a>`
  })
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(title)} · HEsystem</title><style>${style}</style></head>
<body><nav aria-label="Pages">${links.join('')}</nav><main>
${renderer.parse(markdown, { async: false })}</main></body></html>
`
}

/** Writes the site of `docs` and the pages beside it into `target`; answers with its pages. Needs no network, and neither does the site. */
export const buildSite = (project: string, target: string): readonly string[] => {
  const renderer = createRenderer()
  rmSync(target, { recursive: true, force: true })
  const docs = join(project, 'docs')
  const inDocs = readdirSync(docs, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'))
  const sources = new Map(inDocs.filter((name) => name.endsWith('.md')).map((name) => [name, join(docs, name)]))
  for (const name of ['ARCHITECTURE.md', 'SECURITY.md']) sources.set(name, join(project, name))
  for (const [path, source] of sources) {
    const to = join(target, path.replace(/\.md$/, '.html'))
    mkdirSync(dirname(to), { recursive: true })
    // From docs/, the pages beside it lie one folder up, and from those docs/ one down; on the site they lie beside.
    const markdown = readFileSync(source, 'utf8')
      .replaceAll(/\]\((\.\.\/)+(?=(?:ARCHITECTURE|SECURITY)\.md)/g, `](${'../'.repeat(path.split('/').length - 1)}`)
      .replaceAll(/\]\(docs\/(?=\S+\.md)/g, '](')
    writeFileSync(to, renderPage(path, markdown, renderer))
  }
  for (const folder of ['pictures', 'screenshots']) {
    if (existsSync(join(docs, folder))) cpSync(join(docs, folder), join(target, folder), { recursive: true })
  }
  return [...sources.keys()].map((path) => path.replace(/\.md$/, '.html')).toSorted()
}
