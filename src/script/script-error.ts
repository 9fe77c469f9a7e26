import { AppError, type AppErrorOptions, type ErrorCode } from '../shared/errors.ts'
import type { Position } from './source-map.ts'

/** The text a script was read from, as far as an error message needs it. */
export interface ScriptText {
  readonly source: string
  readonly fileName: string
}

const maxFragmentLength = 120

/** A line of a script, by its number from 1 on; empty where it has none. */
export const lineOf = (source: string, line: number): string => source.split(/\r\n|[\n\r\u2028\u2029]/)[line - 1] ?? ''

/** The script's line at a position, shortened around the column where it is long. */
const fragmentAt = (source: string, { line, column }: Position): string => {
  const text = lineOf(source, line)
  const start = text.length <= maxFragmentLength ? 0 : Math.max(0, column - 1 - maxFragmentLength / 2)
  return text.slice(start, start + maxFragmentLength).trim()
}

/**
 * An AppError that reads like a compiler's: `file:line:column: message`, with the same facts and the line's text in
 * `details` (`file`, `line`, `column`, `fragment`). Without a position only the file is named.
 */
export const createScriptError = (
  code: ErrorCode,
  message: string,
  { source, fileName }: ScriptText,
  position: Position | null,
  { details, ...options }: AppErrorOptions = {},
): AppError => {
  if (position === null) return new AppError(code, `${fileName}: ${message}`, { ...options, details: { ...details, file: fileName } })
  const place = { file: fileName, line: position.line, column: position.column, fragment: fragmentAt(source, position) }
  return new AppError(code, `${fileName}:${position.line}:${position.column}: ${message}`, { ...options, details: { ...details, ...place } })
}
