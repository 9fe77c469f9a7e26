import { inflateSync } from 'node:zlib'
import { AppError } from '../../shared/errors.ts'

/** Level by level: a file may be nested deeper than the stack is. */
const countNames = (json: unknown): number => {
  let names = 0
  for (let level: unknown[] = [json]; level.length > 0;) {
    level = level.flatMap((value): unknown[] => {
      if (typeof value !== 'object' || value === null) return []
      if (!Array.isArray(value)) names += Object.keys(value).length
      return Object.values(value)
    })
  }
  return names
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
const attachmentMark = '/Type /EmbeddedFile\n'

/** The first attachment's dictionary and where its bytes begin. Each piece is looked for once: a file may hold any number of beginnings. */
const findAttachment = (text: string): { readonly dictionary: string, readonly length: number, readonly start: number } | null => {
  const from = text.indexOf(attachmentMark)
  const stream = text.indexOf('stream\n', from)
  if (from === -1 || stream === -1) return null
  const dictionary = text.slice(from, stream)
  const length = /\/Length (\d{1,9})\n/.exec(dictionary)?.[1]
  return length === undefined || dictionary.includes('endobj') ? null : { dictionary, length: Number(length), start: stream + 'stream\n'.length }
}

/**
 * The receipt attached to a PDF that `receipts export --format pdf` wrote, the first release's compressed ones too; of another program's
 * PDF, or of one that was saved anew, the attachment must be saved by a reader. Throws `input.invalid`.
 */
export const readAttachedReceipt = (pdf: Uint8Array, what: string): string => {
  const found = findAttachment(Buffer.from(pdf).toString('latin1'))
  const none = (cause?: unknown): AppError =>
    new AppError('input.invalid', `${what} is a PDF without a receipt that can be read here. Save its attachment, a .json file, and verify that.`, { cause })
  if (found === null) throw none()
  const { dictionary, length, start } = found
  const bytes = pdf.subarray(start, start + length)
  if (!dictionary.includes('/FlateDecode')) return Buffer.from(bytes).toString('utf8')
  try {
    return inflateSync(bytes, { maxOutputLength: mostAttachedBytes }).toString('utf8')
  } catch (error) {
    throw none(error)
  }
}
