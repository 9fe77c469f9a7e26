/** Writes dist/THIRD-PARTY-NOTICES.md: every package that ships, its licence and the licence's text, from what is installed. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from './run-command.ts'

interface LockedPackage {
  readonly version?: string
  readonly license?: string
  readonly dev?: boolean
  readonly optional?: boolean
}

const lock = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')) as { packages: Record<string, LockedPackage> }

const findText = (folder: string): string => {
  const name = readdirSync(folder).find((file) => /^(?:licen[cs]e|copying|notice)(?:\.|$)/i.test(file))
  return name === undefined ? '' : readFileSync(join(folder, name), 'utf8').trim()
}

const shipped = Object.entries(lock.packages)
  .filter(([path, { dev, optional }]) => path !== '' && dev !== true && (optional !== true || existsSync(join(projectRoot, path))))
  .map(([path, { version = '', license = '' }]) => ({ name: path.replace(/^.*node_modules\//, ''), version, license, text: findText(join(projectRoot, path)) }))
  .toSorted((a, b) => (a.name < b.name ? -1 : 1))

/** One text stands once, however many packages have it. */
const byText = new Map<string, string[]>()
for (const { name, version, license, text } of shipped) {
  const names = byText.get(text) ?? []
  byText.set(text, [...names, `${name} ${version} (${license === '' ? 'see its text' : license})`])
}
const unknown = shipped.filter(({ license, text }) => license === '' && text === '').map(({ name }) => name)
const body = [...byText].map(([text, names]) => `${names.map((name) => `- ${name}`).join('\n')}\n\n${text === '' ? 'The package brings no licence text.' : `\`\`\`text\n${text.replaceAll('```', "'''")}\n\`\`\``}`)
mkdirSync(join(projectRoot, 'dist'), { recursive: true })
writeFileSync(join(projectRoot, 'dist', 'THIRD-PARTY-NOTICES.md'), `# Third-party notices\n\nHEsystem ships with these packages.\n\n${body.join('\n\n---\n\n')}\n`)
console.log(`dist/THIRD-PARTY-NOTICES.md: ${shipped.length} packages, ${byText.size} texts`)
if (unknown.length > 0) {
  console.error(`No licence is known of ${unknown.join(', ')}.`)
  process.exitCode = 1
}
