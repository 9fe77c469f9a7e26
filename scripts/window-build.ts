/** Whether the window stands built as its sources are now: by what they contain, since a checkout changes times and not contents. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** What a build is made of: folders whole. Resources are bundled too. */
const inputs = ['src', 'resources', 'electron.vite.config.ts', 'package.json', 'package-lock.json', 'tsconfig', 'tsconfig.base.json', 'tsconfig.json'] as const
/** What it makes, whoever ran it. */
const outputs = ['out/main', 'out/preload', 'out/renderer'] as const
const stampPath = 'out/built-from'

const listFiles = (path: string): string[] => {
  if (!existsSync(path)) return []
  const entries = readdirSync(path, { withFileTypes: true, recursive: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort()
}

/** SHA-256 over the names and contents of files and of whole folders. */
const hashFiles = (root: string, paths: readonly string[]): string => {
  const hash = createHash('sha256')
  for (const path of paths.map((name) => join(root, name))) {
    const files = existsSync(path) && statSync(path).isFile() ? [path] : listFiles(path)
    for (const file of files) {
      const content = readFileSync(file)
      hash.update(`${relative(root, file)} ${content.length}\n`).update(content)
    }
  }
  return hash.digest('hex')
}

export const hashSources = (root: string): string => hashFiles(root, inputs)

/** The sources that it was built from, and what came of it: a build by another command, or one that ended half-way, is noticed. */
const stampOf = (root: string, sources: string): string => `${sources} ${hashFiles(root, outputs)}\n`

export const isBuilt = (root: string, sources: string): boolean => {
  const path = join(root, stampPath)
  return existsSync(path) && readFileSync(path, 'utf8') === stampOf(root, sources)
}

/** To be called once the build has ended, with what the sources were before it began. */
export const noteBuilt = (root: string, sources: string): void => { writeFileSync(join(root, stampPath), stampOf(root, sources)) }
