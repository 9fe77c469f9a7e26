import type { Policy } from './schemas/details.ts'
import { formatEther } from './units.ts'

/** What a listing's mode protects, and from whom; a sentence a line, the same on page, window and command line. */
export const describeMode = ({ mode, maxAnswerCells, maxAnswerBits }: Policy, totalCells: number): string[] => (mode === 'disclosed'
  ? ['The seller sees the program behind your script, and recomputes it before decrypting.']
  : [
    'Private mode: your script stays with you. The seller gets masked ciphertexts, and decrypts them without learning what was computed or what came out.',
    `So the seller cannot refuse single rows: a buyer can get raw values, up to ${maxAnswerCells} × ${maxAnswerBits} bits in one answer and ${totalCells} × ${
      maxAnswerBits} bits from this table in all.`,
  ])

/** What a listing's comparisons of encrypted cells are and cost; nothing where none are sold. */
export const describeComparisons = (comparisons: number, feeWei: bigint): string[] => (comparisons === 0 ? [] : [
  `The seller compares encrypted cells for your script: ${comparisons} comparisons in all, whoever asks; opening this costs ${formatEther(feeWei)} ether of the price, for good.`,
])

/** What an answer rests on besides its proof; nothing where nothing was asked. */
export const describeReplies = (replies: number): string[] =>
  (replies === 0 ? [] : [`It relies on ${replies} unproved ${replies === 1 ? 'reply' : 'replies'} of the seller.`])
