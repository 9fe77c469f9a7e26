/** Where people look at a network's chain; null for those whose explorer is known, and for those that have none. */
export const explorer = `
ALTER TABLE network ADD COLUMN explorer TEXT;
`
