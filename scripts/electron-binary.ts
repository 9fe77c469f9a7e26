import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from './run-command.ts'

/**
 * Where Electron's binary is, or null. The package comes without it and downloads it when required, so this only looks at the
 * files that the download leaves behind and never names the package to Node.
 */
export const findElectronBinary = (): string | null => {
  const folder = join(projectRoot, 'node_modules', 'electron')
  const pathFile = join(folder, 'path.txt')
  if (!existsSync(pathFile)) return null
  const binary = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'), readFileSync(pathFile, 'utf8').trim())
  return existsSync(binary) ? binary : null
}
