/**
 * By which rules a listing was judged to stand beside those of its source, written down when its publication begins: from then on other
 * processes judge beside it, though the chain does not have it yet (docs/adr/0402). NULL for drafts, and for what was published before.
 */
export const judgedListings = `
ALTER TABLE listings ADD COLUMN judged_by INTEGER;
`
