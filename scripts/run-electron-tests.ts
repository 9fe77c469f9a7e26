/** The window in the real Electron, where its binary is; elsewhere says that it was skipped and ends with 0. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { countPlaywright, settle } from './count-results.ts'
import { findElectronBinary } from '../src/host/doctor/electron-binary.ts'
import { runCommand } from './run-command.ts'

const run = async (binary: string): Promise<number> => {
  const built = await runCommand('electron-vite', ['build'])
  if (built.exitCode !== 0) {
    console.error(built.output)
    return 1
  }
  const folder = mkdtempSync(join(tmpdir(), 'hesystem-electron-'))
  try {
    const report = join(folder, 'report.json')
    const { exitCode } = await runCommand('playwright', ['test', '--reporter=list,json'], {
      show: true,
      environment: { HESYSTEM_ELECTRON: binary, PLAYWRIGHT_JSON_OUTPUT_NAME: report },
    })
    const { passed, failed, skipped } = settle(countPlaywright(readFileSync(report, 'utf8')), exitCode)
    console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
    return failed === 0 ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const binary = findElectronBinary()
if (binary === null) console.log('skipped: no Electron binary')
else process.exitCode = await run(binary)
