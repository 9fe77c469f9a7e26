import { isAbsolute, resolve } from 'node:path'

/** The file types that packages register for this program (resources/packaging/electron-builder.json). */
const ending = '.hereceipt'

/** The first receipt among a program's arguments, as an absolute path: how Windows and Linux hand over a file that was opened. */
export const findFileIn = (args: readonly string[], folder: string): string | null => {
  const found = args.find((arg) => arg.toLowerCase().endsWith(ending) && !arg.startsWith('-') && !arg.includes('://'))
  if (found === undefined) return null
  return isAbsolute(found) ? found : resolve(folder, found)
}
