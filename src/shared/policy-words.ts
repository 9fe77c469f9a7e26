import type { Policy } from './schemas/details.ts'

/** What a listing's mode protects, and from whom; a sentence a line, the same on page, window and command line. */
export const describeMode = ({ mode, maxAnswerCells, maxAnswerBits }: Policy, totalCells: number): string[] => (mode === 'disclosed'
  ? ['The seller sees the program behind your script, and recomputes it before decrypting.']
  : [
    'Private mode: your script stays with you. The seller gets masked ciphertexts, and decrypts them without learning what was computed or what came out.',
    `So the seller cannot refuse single rows: a buyer can get raw values, up to ${maxAnswerCells} × ${maxAnswerBits} bits in one answer and ${totalCells} × ${
      maxAnswerBits} bits from this table in all.`,
  ])
