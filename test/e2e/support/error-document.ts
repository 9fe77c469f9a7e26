import type { ErrorDocument } from '../../../src/shared/errors.ts'

/** The text as JSON; undefined as long as it is none. */
export const findJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** The last error document in what a failed command said on stderr, before hints that may follow it; null where there is none. */
export const findErrorDocument = (stderr: string): ErrorDocument | null => {
  const text = `\n${stderr}`
  const start = text.lastIndexOf('\n{\n')
  const end = text.indexOf('\n}', start)
  const document = start === -1 || end === -1 ? undefined : findJson(text.slice(start, end + 2))
  return typeof document === 'object' && document !== null && 'error' in document ? document.error as ErrorDocument : null
}

/** The same of a command that must have failed. */
export const parseErrorDocument = (stderr: string): ErrorDocument => {
  const found = findErrorDocument(stderr)
  if (found === null) throw new Error(`no error document in:\n${stderr}`)
  return found
}
