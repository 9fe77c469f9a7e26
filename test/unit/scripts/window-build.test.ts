import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hashSources, isBuilt, noteBuilt } from '../../../scripts/window-build.ts'

describe('a built window', () => {
  let root = ''
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'hesystem-build-'))
    for (const path of ['src/main/index.ts', 'src/renderer/index.html', 'package-lock.json', 'out/main/index.js', 'out/preload/index.cjs', 'out/renderer/index.html']) write(path, path)
    noteBuilt(root, hashSources(root))
  })
  afterEach(() => { rmSync(root, { recursive: true }) })

  it('is used as long as nothing that it is made of has changed', () => {
    expect(isBuilt(root, hashSources(root))).toBe(true)
    write('src/main/index.ts', 'src/main/index.ts')
    write('docs/changelog.md', 'something new')
    expect(isBuilt(root, hashSources(root))).toBe(true)
  })

  it.each([
    ['a source', 'src/main/index.ts', 'other'], ['a new file', 'src/renderer/deep/new.tsx', ''], ['a package', 'package-lock.json', '{}'],
    ['what a bundle carries', 'resources/scripts/demo.ts', '1'],
  ])('is built anew with %s changed', (_, path, text) => {
    write(path, text)
    expect(isBuilt(root, hashSources(root))).toBe(false)
  })

  it('is built anew where a bundle is gone or is another build\'s, or it was never built to its end', () => {
    rmSync(join(root, 'out/preload/index.cjs'))
    expect(isBuilt(root, hashSources(root))).toBe(false)
    write('out/preload/index.cjs', 'of other sources')
    expect(isBuilt(root, hashSources(root))).toBe(false)
    write('out/preload/index.cjs', 'out/preload/index.cjs')
    expect(isBuilt(root, hashSources(root))).toBe(true)
    rmSync(join(root, 'out/built-from'))
    expect(isBuilt(root, hashSources(root))).toBe(false)
  })
})
