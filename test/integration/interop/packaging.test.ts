import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Table, tableToIPC, vectorFromArray } from 'apache-arrow'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, describe, expect, it } from 'vitest'
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

/** `npm run test:packaging` installs the tarball from the registry and trades with it; here its dependencies are this checkout's. */
describe('the npm package', { timeout: 300_000 }, () => {
  const outer = createFolder()
  afterAll(() => { rmSync(outer, { recursive: true, force: true }) })

  it('holds a command line that runs and a library whose types a stranger\'s project can check', async () => {
    const project = join(outer, 'project')
    const installed = join(project, 'node_modules', 'hesystem')
    mkdirSync(installed, { recursive: true })
    symlinkSync(join(checkout, 'node_modules'), join(outer, 'node_modules'), 'dir')
    await run(process.execPath, ['scripts/build-cli.ts'], { cwd: checkout })
    const { stdout: packed } = await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', outer], { cwd: checkout })
    await run('tar', ['-xzf', join(outer, packed.trim()), '-C', installed, '--strip-components=1'])
    expect(['src', 'test', 'scripts/check.ts', 'node_modules'].filter((path) => existsSync(join(installed, path)))).toEqual([])

    const { stdout } = await run(process.execPath, [join(installed, 'dist/cli/main.js'), '--home', join(outer, 'home'), 'config', 'schema'], { cwd: project })
    expect(JSON.parse(stdout)).toMatchObject({ properties: { serve: {} } })

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

    writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(project, 'buy.ts'), consumer)
    const flags = ['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext', '--skipLibCheck', '--types', 'node']
    await run(process.execPath, [join(checkout, 'node_modules/typescript/bin/tsc'), ...flags, 'buy.ts'], { cwd: project })
  })
})
