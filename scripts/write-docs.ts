/** Writes docs/reference from the code, and the documentation's site into site/. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeReference } from './docs/reference.ts'
import { buildSite } from './docs/site.ts'
import { projectRoot } from './run-command.ts'

const folder = join(projectRoot, 'docs', 'reference')
mkdirSync(folder, { recursive: true })
for (const [name, text] of Object.entries(writeReference())) writeFileSync(join(folder, name), text)
console.log(`site/: ${buildSite(projectRoot, join(projectRoot, 'site')).length} pages`)
