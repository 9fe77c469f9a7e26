import { buffer } from 'node:stream/consumers'
import { formatEther, ZeroAddress } from 'ethers'
import PdfDocument from 'pdfkit'
import type { AnswerJson } from '../../compute/answer.ts'
import { countShownReplies, receiptIdOf, type Receipt, type ReceiptRole } from '../protocol/receipt.ts'
import type { ReceiptVerdict } from '../protocol/verify-receipt.ts'
import { describeReplies } from '../../shared/policy-words.ts'
import { sayWritten } from '../../shared/receipt-words.ts'
import { describeDispute } from './cite-receipt.ts'
import { listLedgerEntries } from './receipt-ledger.ts'

/** What a receipt's page needs besides the receipt. */
export interface ReceiptPage {
  readonly title: string | null
  readonly citation: string
  /** Over the very receipt. */
  readonly verdict: ReceiptVerdict
  /** The file that is verified, enclosed in the PDF so that one file is enough. */
  readonly json: string
}

/**
 * Raised with every change of what the pages say or how they are laid out, pdfkit's included: a PDF that names another layout is another
 * version's, and cannot be made again here to be compared.
 */
export const receiptLayout = 5

const ink = '#1a1d21'
const quiet = '#5b6470'
const good = '#1b6e3c'
const bad = '#a3261d'
const margin = 56
const labelWidth = 132
const mostAnswerLines = 40

/** Characters that Windows-1252, the code of the fonts every reader has, holds beside Latin-1. */
const beyondLatin = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ'

/** Text as the standard fonts can show it: what they lack is told by its code point, never as another character. */
export const printable = (text: string): string => Array.from(text, (character) => {
  const code = character.codePointAt(0) ?? 0
  const shows = (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff) || beyondLatin.includes(character)
  return shows ? character : `\\u{${code.toString(16)}}`
}).join('')

const timeOf = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`
const etherOf = (wei: bigint | string): string => `${formatEther(wei)} ether`
const hoursOf = (seconds: number): string => (seconds % 3600 === 0 ? `${seconds / 3600} h` : `${seconds} s`)

const answerLines = (answer: AnswerJson): readonly (readonly [string, string])[] => {
  const text = (value: AnswerJson): string => {
    const all = JSON.stringify(value)
    return all.length > 300 ? `${all.slice(0, 300)}… (all of it in the enclosed file)` : all
  }
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return [['answer', text(answer)]]
  const entries = Object.entries(answer).map(([name, value]) => [name, text(value)] as const)
  const more = entries.length - mostAnswerLines
  return more > 0 ? [...entries.slice(0, mostAnswerLines), ['…', `${more} more in the enclosed file`]] : entries
}

const describeSignatures = ({ signatures }: ReceiptVerdict): string => {
  const words: Readonly<Record<ReceiptVerdict['signatures'][ReceiptRole], string>> = { valid: 'signed', invalid: 'signature does not hold', missing: 'not signed' }
  return `Seller: ${words[signatures.seller]}. Buyer: ${words[signatures.buyer]}.`
}

const describeDecryption = ({ decryptionProved }: ReceiptVerdict, { answerHash }: Receipt['trade']): string => {
  if (decryptionProved === null) return answerHash === null ? 'No answer was delivered as of this receipt.' : 'The answer is not enclosed; its hash stands below.'
  return decryptionProved ? 'The enclosed answer is proved to be what the ciphertexts decrypt to.' : 'The enclosed answer is not proved.'
}

interface Pen {
  heading(text: string): void
  paragraph(text: string, color?: string): void
  facts(rows: readonly (readonly [string, string])[], mono?: boolean): void
}

const createPen = (document: PDFKit.PDFDocument): Pen => {
  const width = document.page.width - 2 * margin
  const bottom = document.page.height - margin
  const makeRoom = (height: number): void => { if (document.y + height > bottom) document.addPage() }
  return {
    heading: (text) => {
      makeRoom(52)
      document.moveDown(0.9).font('Helvetica-Bold').fontSize(11).fillColor(ink).text(printable(text), margin)
      document.moveTo(margin, document.y + 1).lineTo(margin + width, document.y + 1).lineWidth(0.5).strokeColor('#c9ced6').stroke()
      document.y += 6
    },
    paragraph: (text, color = ink) => { document.font('Helvetica').fontSize(9.5).fillColor(color).text(printable(text), margin, document.y, { width, lineGap: 2 }) },
    facts: (rows, mono = false) => {
      for (const [label, value] of rows) {
        const font = mono ? 'Courier' : 'Helvetica'
        const shown = printable(value)
        const options = { width: width - labelWidth, lineGap: 1.5 }
        const height = Math.max(
          document.font(font).fontSize(mono ? 8 : 9.5).heightOfString(shown, options),
          document.font('Helvetica').fontSize(9.5).heightOfString(printable(label), { width: labelWidth - 8 }),
        )
        makeRoom(height + 3)
        const top = document.y
        document.font('Helvetica').fontSize(9.5).fillColor(quiet).text(printable(label), margin, top, { width: labelWidth - 8 })
        document.font(font).fontSize(mono ? 8 : 9.5).fillColor(ink).text(shown, margin + labelWidth, top + (mono ? 1 : 0), options)
        document.x = margin
        document.y = top + height + 3
      }
    },
  }
}

/**
 * The receipt for people: parties, terms, what was answered, where the money went, what is proved and what is not, how to check it. The
 * JSON is attached. The same receipt gives the same page.
 */
export const writeReceiptPdf = async (receipt: Receipt, { title, citation, verdict, json }: ReceiptPage): Promise<Uint8Array> => {
  const { trade } = receipt
  const { terms } = trade
  const madeAt = new Date((trade.moves.at(-1)?.timeSeconds ?? 0) * 1000)
  const document = new PdfDocument({
    // Uncompressed: zlib gives other bytes on other machines, and these are compared.
    size: 'A4', margin, lang: 'en', displayTitle: true, compress: false,
    info: {
      Title: `HEsystem receipt: purchase ${trade.purchase} on chain ${trade.chainId}`, Subject: printable(title ?? 'an encrypted table'),
      Creator: 'HEsystem', Producer: `HEsystem receipt layout ${receiptLayout}`, CreationDate: madeAt, ModDate: madeAt,
    },
  })
  const bytes = buffer(document)
  const pen = createPen(document)
  document.font('Helvetica-Bold').fontSize(18).fillColor(ink).text('Receipt', margin)
  document.font('Helvetica').fontSize(11).fillColor(quiet).text(printable(title ?? `Listing ${trade.listing}`), { lineGap: 2 })
  document.moveDown(0.5)
  const isGood = verdict.ok && verdict.signedByBoth
  const words = verdict.ok ? isGood ? 'Holds.' : 'Holds together; who has not signed it vouches for nothing in it.' : 'Does not hold.'
  pen.paragraph(`${words} ${describeSignatures(verdict)} ${describeDecryption(verdict, trade)}`, isGood ? good : bad)
  for (const { field, message } of verdict.problems) pen.paragraph(`${field}: ${message}`, bad)

  const dispute = describeDispute(trade)
  pen.heading('Trade')
  pen.facts([
    ['Purchase', `${trade.purchase} of listing ${trade.listing}`],
    ['State', `${trade.state}${dispute === null ? '' : `. ${dispute}`}`],
    ['Chain', String(trade.chainId)],
  ])
  pen.facts([['Receipt', receiptIdOf(trade)], ['Contract', trade.contract], ['Seller', trade.seller], ['Buyer', trade.buyer], ['Arbiter', terms.arbiter === ZeroAddress ? 'none' : terms.arbiter]], true)

  if (verdict.answer !== null) {
    pen.heading('Answer')
    pen.facts(answerLines(verdict.answer))
    const written = sayWritten(verdict.written)
    if (written !== null) pen.paragraph(written, bad)
    for (const words of describeReplies(trade.unprovedReplies, countShownReplies(receipt))) pen.paragraph(words, bad)
  }

  pen.heading('Terms')
  pen.facts([
    ['Price', etherOf(terms.valueWei)],
    ['Guarantee', etherOf(terms.guaranteeWei)],
    ...(terms.interactionFeeWei === '0' ? [] : [['Interaction fee', etherOf(terms.interactionFeeWei)] as const]),
    ['Times', `to deliver ${hoursOf(terms.deliverySeconds)}, to confirm or dispute ${hoursOf(terms.expirationSeconds)}, to rule ${hoursOf(terms.disputeSeconds)}`],
  ])

  pen.heading('Money')
  pen.facts(listLedgerEntries(receipt).map(({ move, what, role, account, amountWei }) =>
    [timeOf(move.timeSeconds), `${etherOf(amountWei)} ${what}${role === null ? '' : what === 'paid in' ? ` by the ${role}` : ` to the ${role}`} (${move.name})${
      role === null && account !== null ? `: ${account}` : ''}`]))

  pen.heading('Moves on the contract')
  pen.facts(trade.moves.map(({ name, transactionHash, blockNumber }) => [`${name}, block ${blockNumber}`, transactionHash]), true)

  pen.heading('Hashes')
  const hashes: readonly (readonly [string, string | null])[] = [
    ['Terms', trade.termsHash], ['Details document', terms.detailsHash], ['Dataset root', trade.datasetRoot], ['Program', trade.programHash],
    ['Encrypted result', trade.resultHash], ['Request', trade.requestHash], ['Sealed answer', trade.answerHash],
  ]
  pen.facts(hashes.map(([label, hash]) => [label, hash ?? 'none yet']), true)

  pen.heading('To cite')
  pen.paragraph(citation)

  pen.heading('To check')
  const fileName = `receipt-${trade.purchase}.json`
  pen.paragraph(`${receipt.statement} This page is for reading; what is signed is the attached file ${fileName}. “hesystem receipts verify” reads it out of this `
    + 'PDF, or take it from the PDF’s attachments; it needs no network and no profile, and with “--rpc URL” asks the chain too.')
  document.file(Buffer.from(json), {
    name: fileName, type: 'application/json', description: 'The signed receipt', creationDate: madeAt, modifiedDate: madeAt,
  })
  document.end()
  return new Uint8Array(await bytes)
}
