import type { ReceiptFormat } from '../../shared/schemas/receipt-format.ts'
import type { Receipt } from '../protocol/receipt.ts'
import { verifyReceipt } from '../protocol/verify-receipt.ts'
import { citeReceipt, titleOf } from './cite-receipt.ts'
import { writeReceiptCsv } from './receipt-csv.ts'

export interface RenderedReceipt {
  readonly fileName: string
  readonly mediaType: string
  readonly bytes: Uint8Array
}

export const writeReceiptJson = (receipt: Receipt): string => `${JSON.stringify(receipt, null, 2)}\n`

/** A receipt as a file: `json` is what is signed and verified, `pdf` for people with the JSON attached, `csv` for bookkeeping. */
export const renderReceipt = async (
  receipt: Receipt, format: ReceiptFormat, title: string | null = titleOf(receipt),
): Promise<RenderedReceipt> => {
  // The signed file has a type of its own, which the packages open with this program.
  const fileName = `receipt-${receipt.trade.purchase}.${format === 'json' ? 'hereceipt' : format}`
  const json = writeReceiptJson(receipt)
  switch (format) {
    case 'json': return { fileName, mediaType: 'application/json', bytes: Buffer.from(json) }
    case 'csv': return { fileName, mediaType: 'text/csv', bytes: Buffer.from(writeReceiptCsv(receipt, title)) }
    case 'pdf': {
      const verdict = verifyReceipt(receipt)
      const citation = citeReceipt(receipt, verdict.decryptionProved, title)
      // Loaded when a PDF is wanted: it would slow every start down.
      const { writeReceiptPdf } = await import('./receipt-pdf.ts')
      return { fileName, mediaType: 'application/pdf', bytes: await writeReceiptPdf(receipt, { title, citation, verdict, json }) }
    }
  }
}
