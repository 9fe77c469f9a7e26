import { inflateSync } from 'node:zlib'
import { AppError } from '../../shared/errors.ts'

const countNames = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0
  const inner = Object.values(value).reduce<number>((sum, part) => sum + countNames(part), 0)
  return Array.isArray(value) ? inner : inner + Object.keys(value).length
}

/** In JSON a string with a colon behind it is a name, and nothing else is. */
const countWrittenNames = (text: string): number =>
  [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([, colon]) => colon !== undefined).length

/** JSON in which every name stands once: of two, people read the first and programs take the last. Throws `input.invalid`. */
export const parseTradeText = (text: string, what: string): unknown => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new AppError('input.invalid', `${what} is not JSON, so it is no receipt.`, { cause: error })
  }
  if (countWrittenNames(text) !== countNames(json)) {
    throw new AppError('input.invalid', `${what} holds a name twice: what somebody reads in it is not what would be checked.`)
  }
  return json
}

const mostAttachedBytes = 50_000_000

/** An attachment's dictionary, up to where its bytes begin. */
const attachmentPattern = /\/Type \/EmbeddedFile\n((?:(?!endobj)[^])*?\/Length (\d+)\n(?:(?!endobj)[^])*?)stream\n/

/**
 * The receipt attached to a PDF that `receipts export --format pdf` wrote, the first release's compressed ones too; of another program's
 * PDF, or of one that was saved anew, the attachment must be saved by a reader. Throws `input.invalid`.
 */
export const readAttachedReceipt = (pdf: Uint8Array, what: string): string => {
  const found = attachmentPattern.exec(Buffer.from(pdf).toString('latin1'))
  const none = (cause?: unknown): AppError =>
    new AppError('input.invalid', `${what} is a PDF without a receipt that can be read here. Save its attachment, a .json file, and verify that.`, { cause })
  if (found === null) throw none()
  const [header, dictionary = '', length] = found
  const start = found.index + header.length
  const bytes = pdf.subarray(start, start + Number(length))
  if (!dictionary.includes('/FlateDecode')) return Buffer.from(bytes).toString('utf8')
  try {
    return inflateSync(bytes, { maxOutputLength: mostAttachedBytes }).toString('utf8')
  } catch (error) {
    throw none(error)
  }
}
