import { AppError } from '../../shared/errors.ts'

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

export interface DecodedText {
  readonly text: string
  readonly encoding: TextEncoding
  readonly byteOrderMark: boolean
}

const marks: readonly (readonly [TextEncoding, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

const refuse = (why: string): AppError => new AppError('input.csv-unreadable', `The file is not readable as text: ${why}.`)

const decodeAs = (bytes: Uint8Array, encoding: TextEncoding): string | null => {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    // TypeError: the bytes are not this encoding; the caller decides what that means.
    return null
  }
}

/**
 * Text of unknown encoding: a byte order mark decides, else UTF-8 if the bytes are valid UTF-8, else Windows-1252, which
 * holds Latin-1's letters and is what spreadsheets write. Throws `input.csv-unreadable` for what is no text.
 */
export const decodeText = (bytes: Uint8Array): DecodedText => {
  const mark = marks.find(([, prefix]) => prefix.every((byte, at) => bytes[at] === byte))
  const decoded: DecodedText = mark === undefined ? decodeUnmarked(bytes) : decodeMarked(bytes, mark[0])
  if (decoded.text.includes('\0')) throw refuse('it holds binary data')
  return decoded
}

const decodeMarked = (bytes: Uint8Array, encoding: TextEncoding): DecodedText => {
  const text = decodeAs(bytes, encoding)
  if (text === null) throw refuse(`its first bytes say ${encoding}, the rest is something else`)
  return { text, encoding, byteOrderMark: true }
}

const decodeUnmarked = (bytes: Uint8Array): DecodedText => {
  const text = decodeAs(bytes, 'utf-8')
  return text === null
    ? { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252', byteOrderMark: false }
    : { text, encoding: 'utf-8', byteOrderMark: false }
}
