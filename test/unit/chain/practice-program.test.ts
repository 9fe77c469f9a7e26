import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findPracticeChainProgram } from '../../../src/host/chain/practice-program.ts'

const readProject = (name: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, '../../..', name), 'utf8'))
const manifest = readProject('package.json') as { readonly optionalDependencies: Record<string, string> }
const lock = readProject('package-lock.json') as {
  readonly packages: Record<string, Readonly<Record<string, unknown>>>
}
const systems = [
  ['darwin', 'arm64', 'anvil'], ['darwin', 'x64', 'anvil'], ['linux', 'arm64', 'anvil'], ['linux', 'x64', 'anvil'], ['win32', 'x64', 'anvil.exe'],
] as const
const absent = (): string => { throw new Error('Cannot find module') }

describe('finding the program of the practice chain', () => {
  it.each(systems)('takes npm\'s package on %s %s, which the lock file names for that system and no other', (platform, arch, program) => {
    const located = findPracticeChainProgram({ path: '', platform, arch, locate: (specifier) => `/app/node_modules/${specifier}`, isExecutable: () => true }) ?? ''
    const name = /node_modules\/(@foundry-rs\/[^/]+)\/bin\//.exec(located)?.[1] ?? ''
    expect(located).toBe(`/app/node_modules/${name}/bin/${program}`)
    expect(manifest.optionalDependencies).toHaveProperty([name])
    expect(lock.packages[`node_modules/${name}`]).toMatchObject({ os: [platform], cpu: [arch], optional: true, bin: { anvil: `bin/${program}` } })
  })

  it('names every package that is brought along', () => {
    const found = systems.map(([platform, arch]) => findPracticeChainProgram({ path: '', platform, arch, locate: (specifier) => specifier, isExecutable: () => true }))
    expect(found.map((path) => path?.split('/').slice(0, 2).join('/')).toSorted()).toEqual(Object.keys(manifest.optionalDependencies).toSorted())
  })

  it('looks beside the archive of an Electron package, out of which nothing can be started', () => {
    const locate = (specifier: string): string => `/opt/HEsystem/resources/app.asar/node_modules/${specifier}`
    const found = findPracticeChainProgram({ path: '', platform: 'linux', arch: 'x64', locate, isExecutable: () => true })
    expect(found).toBe('/opt/HEsystem/resources/app.asar.unpacked/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil')
  })

  it('goes on to the PATH where the package is absent, cannot be run, or is made for no such system', () => {
    const onPath = { path: '/a:/b', platform: 'linux', isExecutable: (path: string) => path === '/b/anvil' }
    expect(findPracticeChainProgram({ ...onPath, arch: 'x64', locate: absent })).toBe('/b/anvil')
    expect(findPracticeChainProgram({ ...onPath, arch: 'x64', locate: (specifier) => `/app/${specifier}` })).toBe('/b/anvil')
    expect(findPracticeChainProgram({ ...onPath, arch: 'riscv64' })).toBe('/b/anvil')
    expect(findPracticeChainProgram({ ...onPath, path: '', arch: 'x64', locate: absent })).toBeNull()
  })

  it('finds the package installed here', () => {
    expect(findPracticeChainProgram({ path: '' })).toMatch(/anvil-linux-amd64\/bin\/anvil$/)
  })
})
