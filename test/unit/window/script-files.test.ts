import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createScriptFiles, type ScriptFiles } from '../../../src/host/window/script-files.ts'

describe('scripts as files', () => {
  let folder: string
  let scripts: ScriptFiles
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hesystem-scripts-'))
    scripts = createScriptFiles(join(folder, 'scripts'))
  })
  afterEach(() => { rmSync(folder, { recursive: true, force: true }) })

  it('are none before the first is saved', async () => {
    expect(await scripts.list()).toEqual([])
  })

  it('are saved whole, for their owner alone, and read again', async () => {
    await scripts.save('mean.ts', 'export default 1')
    expect(await scripts.save('mean.ts', 'export default "é"')).toMatchObject({ name: 'mean.ts', bytes: 19 })
    expect(await scripts.read('mean.ts')).toMatchObject({ source: 'export default "é"' })
    expect(readdirSync(join(folder, 'scripts'))).toEqual(['mean.ts'])
    expect(statSync(join(folder, 'scripts', 'mean.ts')).mode & 0o777).toBe(0o600)
  })

  it('show what another program put beside them, where it is a script', async () => {
    await scripts.save('b.ts', '')
    for (const name of ['a.ts', 'notes.txt', '.hidden.ts']) writeFileSync(join(folder, 'scripts', name), 'export default 2')
    expect((await scripts.list()).map(({ name }) => name)).toEqual(['a.ts', 'b.ts'])
  })

  it('are renamed, but never over another', async () => {
    await scripts.save('a.ts', 'a')
    await scripts.save('b.ts', 'b')
    await expect(scripts.rename('a.ts', 'b.ts')).rejects.toMatchObject({ code: 'input.already-exists' })
    await scripts.rename('a.ts', 'c.ts')
    expect((await scripts.list()).map(({ name }) => name)).toEqual(['b.ts', 'c.ts'])
    await scripts.remove('b.ts')
    await expect(scripts.read('b.ts')).rejects.toMatchObject({ code: 'input.not-found' })
  })

  it.each(['../outside.ts', '/etc/passwd', 'a/b.ts', 'a\\b.ts', '.ts', 'plain.txt', 'a.ts\0', '', `${'a'.repeat(200)}.ts`])(
    'are never called %j', async (name) => {
      await expect(scripts.save(name, 'x')).rejects.toMatchObject({ code: 'input.invalid' })
      await expect(scripts.read(name)).rejects.toMatchObject({ code: 'input.invalid' })
      expect(readdirSync(folder)).toEqual([])
    },
  )
})
