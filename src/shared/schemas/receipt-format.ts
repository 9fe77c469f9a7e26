import { z } from 'zod'

/** `json` is what is signed and verified; `pdf` is for people, `csv` for bookkeeping. */
export const receiptFormats = ['json', 'pdf', 'csv'] as const
export const receiptFormatSchema = z.enum(receiptFormats)
export type ReceiptFormat = z.infer<typeof receiptFormatSchema>
