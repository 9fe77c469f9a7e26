/**
 * The key's certificate (a JSON array of hexadecimal roots; null until a listing needs it), and what a buyer found of an answer:
 * `proof_verified` is null where there is no answer or it was opened before answers were proved, `answer_fault` is the error
 * document of an answer that did not hold.
 */
export const proofs = `
ALTER TABLE tensors ADD COLUMN certificate TEXT;
ALTER TABLE purchases ADD COLUMN proof_verified INTEGER CHECK (proof_verified IN (0, 1));
ALTER TABLE purchases ADD COLUMN answer_fault TEXT;
`
