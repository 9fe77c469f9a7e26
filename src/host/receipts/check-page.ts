import { detailsSchema } from '../../shared/schemas/details.ts'
import type { Receipt } from '../protocol/receipt.ts'
import type { ReceiptProblem } from '../protocol/verify-receipt.ts'
import { titleOf } from './cite-receipt.ts'
import { renderReceipt } from './render-receipt.ts'

/** A literal string of a PDF as text: plain, or UTF-16 behind its byte order mark. */
const decodeLiteral = (literal: string): string => {
  const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }
  const bytes = Buffer.from(literal.replaceAll(/\\([^])/g, (_, escaped: string) => controls[escaped] ?? escaped), 'latin1')
  if (bytes[0] !== 0xfe || bytes[1] !== 0xff) return bytes.toString('latin1')
  return new TextDecoder('utf-16be').decode(bytes)
}

/** A character that the page tells by its code point (`printable`) was one. */
const isTitle = (text: string): boolean => detailsSchema.shape.title.safeParse(text.replaceAll(/\\u\{[0-9a-f]{1,6}\}/g, '.')).success

/** What the listing was called, by the PDF's own word; no listing has a longer title, which could fill its pages. */
const findSubject = (pdf: Uint8Array): string | null => {
  const text = Buffer.from(pdf).toString('latin1')
  const object = /\/Subject (\d+) 0 R\n/.exec(text)?.[1]
  if (object === undefined) return null
  const literal = new RegExp(`\\n${object} 0 obj\\n\\(((?:[^\\\\()]|\\\\[^])*)\\)\\nendobj\\n`).exec(text)?.[1]
  const title = literal === undefined ? null : decodeLiteral(literal)
  return title !== null && isTitle(title) ? title : null
}

/**
 * `own`: the pages are the ones that the attached receipt gives. `changed`: they say that they are, and are not. `unchecked`: they say that
 * another version laid them out, and nobody here can tell whether it did.
 */
export type PageVerdict = 'own' | 'changed' | 'unchecked'

/** What is wrong with a PDF beyond its attachment. */
export const pageProblems: Readonly<Record<PageVerdict, readonly ReceiptProblem[]>> = {
  own: [],
  unchecked: [],
  changed: [{
    field: 'pdf',
    message: 'is not the PDF that the receipt attached to it gives: what its pages say was not signed. Save the attachment, a .json file, and verify that',
  }],
}

const namesOtherLayout = (pdf: Uint8Array, layout: number): boolean => {
  const text = Buffer.from(pdf).toString('latin1')
  const isOne = text.split('/Type /EmbeddedFile\n').length === 2 && text.split('startxref').length === 2
  return isOne && !text.includes(`\n(HEsystem receipt layout ${layout})\n`)
}

/**
 * A receipt's PDF holds the file that is signed, and pages for people that nobody signed: those could say anything, and a second attachment
 * too. The same receipt gives the same PDF, so one that is not this very PDF is told of; one of another version is that of no receipt here,
 * by its own word, which gains nothing by lying (docs/adr/0507). The listing's title, where the receipt does not enclose the details, rests
 * on the page's word.
 */
export const checkPages = async (pdf: Uint8Array, receipt: Receipt): Promise<PageVerdict> => {
  const titles = receipt.proof === null ? [findSubject(pdf), null] : [titleOf(receipt)]
  for (const title of titles) {
    const { bytes } = await renderReceipt(receipt, 'pdf', title)
    if (Buffer.from(bytes).equals(pdf)) return 'own'
  }
  // Loaded by `renderReceipt` just now.
  const { receiptLayout } = await import('./receipt-pdf.ts')
  return namesOtherLayout(pdf, receiptLayout) ? 'unchecked' : 'changed'
}
