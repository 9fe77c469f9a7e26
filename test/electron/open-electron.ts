import { _electron as electron, type ElectronApplication, type Page } from '@playwright/test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface OpenedElectron {
  readonly application: ElectronApplication
  readonly page: Page
  readonly close: () => Promise<void>
}

/** The built window in the Electron that HESYSTEM_ELECTRON names, over a profile of its own. */
export const openElectron = async (): Promise<OpenedElectron> => {
  const executablePath = process.env.HESYSTEM_ELECTRON
  if (executablePath === undefined) throw new Error('HESYSTEM_ELECTRON does not say where the binary is; run `npm run test:electron`.')
  const folder = mkdtempSync(join(tmpdir(), 'hesystem-electron-'))
  const passphraseFile = join(folder, 'passphrase')
  writeFileSync(passphraseFile, 'correct horse battery staple', { mode: 0o600 })
  const variables = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const application = await electron.launch({
    executablePath,
    args: [join(import.meta.dirname, '..', '..')],
    env: { ...Object.fromEntries(variables), HESYSTEM_HOME: join(folder, 'profile'), HESYSTEM_PASSPHRASE_FILE: passphraseFile },
  })
  return {
    application,
    page: await application.firstWindow(),
    close: async () => {
      await application.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
