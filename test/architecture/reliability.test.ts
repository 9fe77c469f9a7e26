import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { claims } from '../../scripts/reliability-overview.ts'
import { projectRoot } from '../../scripts/run-command.ts'

describe('the table of what is shown to be reliable', () => {
  it('names commands and files that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { readonly scripts: Readonly<Record<string, string>> }
    for (const { what, command, shortForms, figure } of claims) {
      const script = /^npm run (\S+)/.exec(command)?.[1]
      const file = script === undefined ? /\S+\.ts$/.exec(command)?.[0] ?? '' : scripts[script]?.replace('node ', '') ?? ''
      const files = [file, ...shortForms, ...('page' in figure ? [`docs/${figure.page}`] : [])]
      expect(files.filter((path) => path === '' || !existsSync(join(projectRoot, path))), what).toEqual([])
    }
  })
})
