import { AppError } from '../../shared/errors.ts'

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

export interface DetectedEncoding {
  readonly encoding: TextEncoding
  readonly byteOrderMark: boolean
}

type Slices = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

const marks: readonly (readonly [TextEncoding, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

const refuse = (why: string): AppError => new AppError('input.csv-unreadable', `The file is not readable as text: ${why}.`)

const findMark = (start: Uint8Array): TextEncoding | null =>
  marks.find(([, prefix]) => prefix.every((byte, at) => start[at] === byte))?.[0] ?? null

/** Whether bytes that come in slices are text of an encoding. Throws `input.csv-unreadable` for text with a NUL in it. */
const createCheck = (encoding: TextEncoding): ((bytes: Uint8Array | null) => boolean) => {
  const decoder = new TextDecoder(encoding, { fatal: true })
  return (bytes) => {
    let text: string
    try {
      text = bytes === null ? decoder.decode() : decoder.decode(bytes, { stream: true })
    } catch {
      // TypeError: the bytes are not this encoding; the caller decides what that means.
      return false
    }
    if (text.includes('\0')) throw refuse('it holds binary data')
    return true
  }
}

/**
 * The encoding of text: a byte order mark decides, else UTF-8 if the bytes are valid UTF-8, else Windows-1252, which
 * holds Latin-1's letters and is what spreadsheets write. Reads the text through. Throws `input.csv-unreadable` for what is no text.
 */
export const detectEncoding = async (slices: Slices): Promise<DetectedEncoding> => {
  let mark: TextEncoding | null = null
  let check: ReturnType<typeof createCheck> | null = null
  let valid = true
  for await (const bytes of slices) {
    if (check === null) {
      mark = findMark(bytes)
      check = createCheck(mark ?? 'utf-8')
    }
    valid = valid && check(bytes)
    if (!valid && mark === null && bytes.includes(0)) throw refuse('it holds binary data')
  }
  valid = valid && (check === null || check(null))
  if (valid) return { encoding: mark ?? 'utf-8', byteOrderMark: mark !== null }
  if (mark !== null) throw refuse(`its first bytes say ${mark}, the rest is something else`)
  return { encoding: 'windows-1252', byteOrderMark: false }
}

export interface TextReader {
  /** The text of bytes that come in slices, without a byte order mark. Throws `input.csv-unreadable` where they changed since. */
  readonly decode: (slices: Slices) => AsyncGenerator<string>
  /** The text of the first bytes, as far as they go. */
  readonly decodeStart: (bytes: Uint8Array) => string
}

export const createDecoder = (encoding: TextEncoding): TextReader => ({
  decode: async function* (slices) {
    const decoder = new TextDecoder(encoding, { fatal: true })
    try {
      for await (const bytes of slices) yield decoder.decode(bytes, { stream: true })
      yield decoder.decode()
    } catch (error) {
      if (error instanceof TypeError) throw refuse('it changed while it was read')
      throw error
    }
  },
  decodeStart: (bytes) => new TextDecoder(encoding).decode(bytes, { stream: true }),
})
