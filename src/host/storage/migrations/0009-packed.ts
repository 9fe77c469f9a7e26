/** The groups of columns that an encrypted table holds packed as well (docs/adr/0302), a JSON array of arrays; null: none. */
export const packed = `
ALTER TABLE tensors ADD COLUMN packed TEXT;
`
