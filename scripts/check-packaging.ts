/**
 * What can be shown of the packages where Electron's binary cannot be had: electron-builder takes the configuration and lays the desktop's
 * package out around a stand-in, with its fuses set; the npm package installs elsewhere from its tarball and trades. With `desktop` as its
 * argument only the first, of the window as it was built last. Ends with `N passed, N failed`.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { extractFile, listPackage } from '@electron/asar'
import { runCommand } from './run-command.ts'

const folder = mkdtempSync(join(tmpdir(), 'hesystem-packaging-'))
const assert = (holds: boolean, what: string): void => { if (!holds) throw new Error(what) }

const run = async (command: string, args: readonly string[]): Promise<string> => {
  const { exitCode, output } = await runCommand(command, args, { environment: { HESYSTEM_UPDATES_URL: 'https://updates.example.org' } })
  assert(exitCode === 0, `${command} ${args.join(' ')} ended with ${exitCode}:\n${output}`)
  return output
}

/** As much of Electron's binary as packaging touches: a file with the fuse wire in it, all fuses off. */
const writeStandIn = (): string => {
  const electron = join(folder, 'electron')
  mkdirSync(join(electron, 'resources'), { recursive: true })
  writeFileSync(join(electron, 'electron'), Buffer.concat([Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'), Buffer.from([1, 9]), Buffer.from('000000000')]), { mode: 0o755 })
  writeFileSync(join(electron, 'version'), 'v45.4.1')
  return electron
}

const desktopLayout = async (): Promise<void> => {
  await run('node', ['scripts/write-notices.ts'])
  await run('electron-builder', [
    '--linux', 'dir', '--x64', '--publish', 'never', '--config', 'resources/packaging/electron-builder.json',
    `-c.electronDist=${writeStandIn()}`, `-c.directories.output=${join(folder, 'packages')}`,
  ])
  const unpacked = join(folder, 'packages', 'linux-unpacked')
  const archive = join(unpacked, 'resources', 'app.asar')
  const files = listPackage(archive, { isPack: false })
  for (const file of ['/out/main/index.js', '/out/main/worker.js', '/out/preload/index.cjs', '/out/renderer/index.html', '/resources/scripts/demo.ts']) {
    assert(files.includes(file), `${file} is not in the package`)
  }
  const natives = files.filter((file) => /prebuilds\/.*\.node$/.test(file))
  assert(natives.length === 2 && natives.every((file) => file.includes('linux-x64')), `foreign native modules: ${natives.join(', ')}`)
  assert(!files.some((file) => /^\/(?:src|test|scripts|docs)\//.test(file)), 'sources are in the package')
  assert((JSON.parse(extractFile(archive, 'package.json').toString()) as { main: string }).main === 'out/main/index.js', 'the package does not start the window')
  assert(readFileSync(join(unpacked, 'resources', 'app-update.yml'), 'utf8').includes('https://updates.example.org'), 'no update channel')
  assert(existsSync(join(unpacked, 'THIRD-PARTY-NOTICES.md')), 'no third-party notices')
  const wire = await getCurrentFuseWire(join(unpacked, 'hesystem-desktop'))
  const isOn = (fuse: FuseV1Options): boolean => Number(wire[fuse]) === 0x31
  const on = [FuseV1Options.EnableCookieEncryption, FuseV1Options.EnableEmbeddedAsarIntegrityValidation, FuseV1Options.OnlyLoadAppFromAsar]
  const off = [
    FuseV1Options.RunAsNode, FuseV1Options.EnableNodeOptionsEnvironmentVariable, FuseV1Options.EnableNodeCliInspectArguments,
    FuseV1Options.GrantFileProtocolExtraPrivileges,
  ]
  assert(on.every(isOn) && !off.some(isOn), `fuses are ${JSON.stringify(wire)}`)
}

const installedElsewhere = async (): Promise<void> => {
  await run('npm', ['pack', '--silent', '--pack-destination', folder])
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? ''
  const project = join(folder, 'elsewhere')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "type": "module", "private": true }')
  const elsewhere = async (command: string, args: readonly string[]): Promise<string> => {
    const PATH = [dirname(process.execPath), join(project, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter)
    return (await promisify(execFile)(command, args, { cwd: project, env: { ...process.env, PATH } })).stdout
  }
  await elsewhere('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--silent', join(folder, tarball)])
  writeFileSync(join(project, 'table.csv'), ['wage,hours', ...Array.from({ length: 24 }, (_, row) => `${row * 1.5},${20 + row % 7}`)].join('\n'))
  writeFileSync(join(project, 'script.ts'), 'export default { mean: data.col("wage").mean() }\n')
  const demo = JSON.parse(await elsewhere('hesystem', ['demo', '--json', '--key-bits', '2048', '--data', 'table.csv', '--script', 'script.ts'])) as { state: string; answer: { mean: number } }
  assert(demo.state === 'Settled' && Math.abs(demo.answer.mean - 17.25) < 1e-9, `the demo ended with ${JSON.stringify(demo)}`)
  writeFileSync(join(project, 'library.js'), 'import { initialize, requestData } from \'hesystem\'\nconsole.log(typeof initialize, typeof requestData)\n')
  assert((await elsewhere('node', ['library.js'])).trim() === 'function function', 'the library has not its calls')
}

let failed = 0
const desktop = { 'the desktop package is laid out, its fuses set': desktopLayout }
const checks = process.argv[2] === 'desktop' ? desktop : { 'the npm package trades elsewhere': installedElsewhere, ...desktop }
for (const [name, check] of Object.entries(checks)) {
  const startedAt = performance.now()
  try {
    await check()
    console.log(`ok      ${name}  ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  } catch (error) {
    failed += 1
    console.error(`failed  ${name}\n`, error)
  }
}
rmSync(folder, { recursive: true, force: true })
console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
