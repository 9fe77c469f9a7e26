import { accessSync, constants } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'

/** npm's packages of Foundry's `anvil`: one per system, optional, and installed only where it runs. */
const packages: Readonly<Record<string, string>> = {
  'darwin-arm64': '@foundry-rs/anvil-darwin-arm64',
  'darwin-x64': '@foundry-rs/anvil-darwin-amd64',
  'linux-arm64': '@foundry-rs/anvil-linux-arm64',
  'linux-x64': '@foundry-rs/anvil-linux-amd64',
  'win32-x64': '@foundry-rs/anvil-win32-amd64',
}

export interface FindProgramOptions {
  readonly path?: string
  readonly platform?: string
  readonly arch?: string
  /** The path of a file of an installed package; throws where the package is absent. */
  readonly locate?: (specifier: string) => string
  readonly isExecutable?: (path: string) => boolean
}

const canExecute = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const findPackaged = (name: string, program: string, options: FindProgramOptions): string | null => {
  const { locate = createRequire(import.meta.url).resolve, isExecutable = canExecute } = options
  try {
    const located = locate(`${name}/bin/${program}`)
    // No program can be started out of an archive: Electron's packages keep a copy beside it.
    const path = located.replace(/(?<=[\\/])app\.asar(?=[\\/])/, 'app.asar.unpacked')
    return isExecutable(path) ? path : null
  } catch {
    // An optional dependency: absent where npm was told to leave those out.
    return null
  }
}

/** The node program of the practice chain: the npm package's for this system, else `anvil` on the PATH, else null. */
export const findPracticeChainProgram = (options: FindProgramOptions = {}): string | null => {
  const { path = process.env['PATH'] ?? '', platform = process.platform, arch = process.arch, isExecutable = canExecute } = options
  const program = platform === 'win32' ? 'anvil.exe' : 'anvil'
  const name = packages[`${platform}-${arch}`]
  const packaged = name === undefined ? null : findPackaged(name, program, options)
  return packaged ?? path.split(delimiter).filter((folder) => folder !== '').map((folder) => join(folder, program)).find(isExecutable) ?? null
}
