import { isAbsolute, resolve } from 'node:path'
import { isTradeFileName } from '../shared/trade-files.ts'

/** The first receipt or answer among a program's arguments, as an absolute path: how Windows and Linux hand over a file that was opened. */
export const findFileIn = (args: readonly string[], folder: string): string | null => {
  const found = args.find((arg) => isTradeFileName(arg) && !arg.startsWith('-') && !arg.includes('://'))
  if (found === undefined) return null
  return isAbsolute(found) ? found : resolve(folder, found)
}
