/**
 * What `private` mode needs written down: the mode a source was first sold in, for good; cells and bits of answers whose program nobody
 * but the buyer knows; and with a buyer's encrypted result what takes its masks off, before anything of it is sent.
 */
export const privateMode = `
ALTER TABLE sources ADD COLUMN mode TEXT CHECK (mode IN ('disclosed', 'private'));
UPDATE sources SET mode = 'disclosed' WHERE id IN (SELECT source FROM ledger) OR id IN (
  SELECT source FROM dataset_sources JOIN datasets ON datasets.id = dataset_sources.dataset JOIN listings ON listings.dataset = datasets.name
  WHERE listings.number IS NOT NULL
);
ALTER TABLE ledger ADD COLUMN cells INTEGER;
ALTER TABLE ledger ADD COLUMN bits INTEGER;
ALTER TABLE results ADD COLUMN masks TEXT;
ALTER TABLE results ADD COLUMN program_salt TEXT;
`
