import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Table, tableToIPC, vectorFromArray } from 'apache-arrow'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorkbook } from '../../unit/datasets/support/workbook.ts'
import { createFolder } from '../client/support.ts'

const checkout = fileURLToPath(new URL('../../../', import.meta.url))
const run = promisify(execFile)

/** A program of somebody who uses the library, and one mistake in it that only its types can tell. */
const consumer = `import { initialize, requestData, type Client, type Tensor } from 'hesystem'
const client: Client = await initialize({ home: 'home', network: { chainId: 31337, contract: '0x0' } })
const { data } = await requestData('http://seller.example/v1/listings/wages', { maxTotalWei: 5n })
export const mean: Tensor = data.col('wage').mean()
// @ts-expect-error an amount in wei is a bigint
await requestData('http://seller.example/v1/listings/wages', { maxTotalWei: 5 })
await client.close()
`

/** Reads files by the installed program's own modules, each in the process that an import starts, and finds the sample table. */
const reader = `
const [folder, ...files] = process.argv.slice(1)
const { loadTable } = await import(folder + '/load-table.js')
const { sampleColumnsPath, sampleDatasetPath, sampleScriptPath } = await import(folder + '/sample.js')
const tables = []
for (const path of [...files, sampleDatasetPath()]) {
  const { format, rows, columns } = await loadTable({ path })
  tables.push([format, rows, columns[0].at(rows - 1)])
}
const { existsSync } = await import('node:fs')
console.log(JSON.stringify({ tables, resources: [sampleColumnsPath(), sampleScriptPath()].map((path) => existsSync(path)) }))
`

interface LockEntry { readonly version?: string, readonly dev?: boolean, readonly dependencies?: object, readonly bin?: object }
interface Lock { readonly lockfileVersion: number, readonly packages: Readonly<Record<string, LockEntry>> }

/**
 * A stranger's project that depends on the tarball, with the versions of this checkout's lock file: `npm ci` then asks for nothing that the
 * checkout's own installation has not put into npm's cache.
 */
const writeProject = (project: string, tarball: string): void => {
  const { lockfileVersion, packages } = JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8')) as Lock
  const { '': root, ...others } = packages
  const own = { name: 'elsewhere', dependencies: { hesystem: `file:${tarball}` } }
  const needed = Object.entries(others).filter(([, { dev }]) => dev !== true)
  const { version = '', dependencies = {}, bin = {} } = root ?? {}
  const installed = { version, resolved: `file:${tarball}`, dependencies, bin }
  const lock = { name: own.name, lockfileVersion, packages: { '': own, 'node_modules/hesystem': installed, ...Object.fromEntries(needed) } }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ ...own, private: true, type: 'module' }))
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify(lock))
}

/** Every file under a folder, by its name, with the hash of its bytes. */
const hashFiles = (folder: string): Readonly<Record<string, string>> => Object.fromEntries(
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name)).sort()
    .map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]),
)

/** `npm run test:packaging` lets the registry choose the versions, and trades. */
describe('the npm package', { timeout: 300_000 }, () => {
  const outer = createFolder()
  afterAll(() => { rmSync(outer, { recursive: true, force: true }) })

  const project = join(outer, 'project')
  const installed = join(project, 'node_modules', 'hesystem')
  const pack = async (): Promise<string> => {
    await run(process.execPath, ['scripts/build-cli.ts'], { cwd: checkout })
    const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', outer], { cwd: checkout })
    return join(outer, stdout.trim())
  }

  let tarball: string
  beforeAll(async () => { tarball = await pack() }, 300_000)

  it('is the same bytes when it is built anew', async () => {
    const [first, modules] = [readFileSync(tarball), hashFiles(join(checkout, 'dist'))]
    expect(Object.keys(modules).length).toBeGreaterThan(200)
    rmSync(tarball)
    expect([await pack(), hashFiles(join(checkout, 'dist'))]).toEqual([tarball, modules])
    expect(readFileSync(tarball).equals(first)).toBe(true)
  })

  it('installs elsewhere, with a command line that runs and a library whose types a stranger\'s project can check', async () => {
    mkdirSync(project)
    writeProject(project, tarball)
    // Native modules come as they are in their packages: nothing is compiled, no script of a stranger's runs.
    await run('npm', ['ci', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], { cwd: project })
    expect(['src', 'test', 'scripts/check.ts', 'node_modules'].filter((path) => existsSync(join(installed, path)))).toEqual([])

    const hesystem = async (...args: readonly string[]): Promise<string> =>
      (await run(join(project, 'node_modules/.bin/hesystem'), ['--json', '--home', join(outer, 'home'), '--secrets', 'passphrase', ...args], {
        cwd: project, env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`, HESYSTEM_PASSPHRASE_FILE: join(outer, 'passphrase') },
      })).stdout
    writeFileSync(join(outer, 'passphrase'), 'a passphrase for tests')
    writeFileSync(join(project, 'table.csv'), 'wage,hours\n1.5,20\n2,30\n2.25,41\n')
    expect(JSON.parse(await hesystem('config', 'schema'))).toMatchObject({ properties: { serve: {} } })
    await hesystem('dataset', 'import', 'table.csv', '--name', 'wages')
    expect(JSON.parse(await hesystem('dataset', 'encrypt', 'wages', '--key-bits', '2048'))).toMatchObject({ commitment: { chunkRows: 3, columns: 2 } })

    const files = {
      'a.parquet': new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'x', data: Float64Array.of(1.5, 2.5) }] })),
      'a.arrow': tableToIPC(new Table({ x: vectorFromArray([1.5, 3.5]) }), 'file'),
      'a.xlsx': createWorkbook({ S: [['x'], [1.5], [4.5]] }),
    }
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(project, name), bytes)
    const modules = join(installed, 'dist/host/datasets')
    const { stdout: read } = await run(process.execPath, ['--input-type=module', '--eval', reader, modules, ...Object.keys(files)], { cwd: project })
    expect(JSON.parse(read)).toEqual({
      tables: [['parquet', 2, 2.5], ['arrow', 2, 3.5], ['excel', 2, 4.5], ['csv', 534, expect.any(String) as unknown]], resources: [true, true],
    })

    writeFileSync(join(project, 'buy.ts'), consumer)
    const flags = ['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext', '--skipLibCheck', '--types', 'node', '--typeRoots', join(checkout, 'node_modules/@types')]
    await run(process.execPath, [join(checkout, 'node_modules/typescript/bin/tsc'), ...flags, 'buy.ts'], { cwd: project })
  })
})
