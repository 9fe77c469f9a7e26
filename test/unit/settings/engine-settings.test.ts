import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfiguration } from '../../../src/cli/configuration.ts'
import { probeBackends } from '../../../src/engine/backends.ts'
import { createHost, type Host } from '../../../src/host/create-host.ts'
import { createEngineSettings } from '../../../src/host/settings/engine-settings.ts'
import { createWindowHost } from '../../../src/host/window/create-window-host.ts'
import { connectClient } from '../window/window-pair.ts'

let home: string
beforeEach(() => { home = mkdtempSync(join(tmpdir(), 'hesystem-engine-')) })
afterEach(() => { rmSync(home, { recursive: true, force: true }) })

const readConfig = (): unknown => JSON.parse(readFileSync(join(home, 'config.json'), 'utf8'))
const automatic = { threads: null, backend: null }

describe('what the profile says of the engine', () => {
  it('is automatic where nothing is said, and stands where the command line reads it', () => {
    const settings = createEngineSettings(home)
    expect(settings.get()).toEqual(automatic)
    settings.keep({ threads: 3, backend: 'node-crypto' })
    expect(loadConfiguration({ home, environment: {} }).configuration.engine).toEqual({ threads: 3, backend: 'node-crypto' })
    expect(loadConfiguration({ home, environment: { HESYSTEM_ENGINE_BACKEND: 'bigint' } }).configuration.engine.backend).toBe('bigint')
  })

  it('leaves all else in the file as it is, and nothing of its own where it is automatic again', () => {
    writeFileSync(join(home, 'config.json'), JSON.stringify({ serve: { port: 8001 }, engine: { threads: 2 } }))
    const settings = createEngineSettings(home)
    settings.keep({ threads: null, backend: 'bigint' })
    expect(readConfig()).toEqual({ serve: { port: 8001 }, engine: { backend: 'bigint' } })
    settings.keep(automatic)
    expect(readConfig()).toEqual({ serve: { port: 8001 } })
  })

  it('refuses a file that is not right instead of writing over it', () => {
    for (const text of ['{ engine', '{"engine":{"backend":"abacus"}}', '{"engine":{"threads":0}}']) {
      writeFileSync(join(home, 'config.json'), text)
      expect(() => { createEngineSettings(home).keep(automatic) }).toThrow(expect.objectContaining({ code: 'input.configuration-invalid' }))
      expect(readFileSync(join(home, 'config.json'), 'utf8')).toBe(text)
    }
  })
})

describe('backends', () => {
  it('are all named, each with why it cannot be had here', () => {
    const probes = { findNodeCryptoFault: () => 'zeros', findKernelFault: (kernel: string) => (kernel === 'fused' ? 'rounded twice' : null), measureKernel: () => 2 }
    expect(probeBackends(probes)).toEqual([
      { name: 'wasm-fused', fault: 'rounded twice' }, { name: 'wasm', fault: null }, { name: 'node-crypto', fault: 'zeros' }, { name: 'bigint', fault: null },
    ])
  })
})

describe('the engine in the window', () => {
  const open = (): Promise<Host> => createHost({ home, secretStore: 'passphrase', askPassphrase: async () => 'a passphrase for tests only' })

  it('is as it was chosen from the next start on, and says so until then', async () => {
    const connect = (host: Host) => {
      const window = createWindowHost({ host, shell: { kind: 'headless', version: '1.2.3' }, onBug: (error) => { throw error } })
      const { client, close } = connectClient(window)
      return { client, close: async () => { close(); await window.close(); await host.close() } }
    }
    const first = connect(await open())
    const before = await first.client.app.engine({})
    expect(before).toMatchObject({ choice: { backend: null, workers: null }, pending: false, setBy: null })
    expect(await first.client.app.chooseEngine({ backend: 'bigint', workers: 1 }))
      .toMatchObject({ backend: before.backend, choice: { backend: 'bigint', workers: 1 }, pending: true })
    await first.close()
    const second = connect(await open())
    expect(await second.client.app.engine({})).toMatchObject({ backend: 'bigint', workers: 1, pending: false })
    await second.close()
  })
})
