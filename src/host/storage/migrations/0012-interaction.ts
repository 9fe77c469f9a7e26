/**
 * Comparisons that the key holder answered: `ledger_comparisons` what was asked of a source by anybody, for good; `sale_comparisons` what a
 * buyer's purchase asked; `replies` what the buyer was told, so that nothing is asked or counted twice.
 */
export const interaction = `
CREATE TABLE ledger_comparisons (
  source INTEGER NOT NULL REFERENCES sources (id),
  comparison TEXT NOT NULL,
  PRIMARY KEY (source, comparison)
) STRICT, WITHOUT ROWID;

CREATE TABLE sale_comparisons (
  chain_id INTEGER NOT NULL,
  contract TEXT NOT NULL,
  purchase TEXT NOT NULL,
  comparison TEXT NOT NULL,
  asked_at TEXT NOT NULL,
  PRIMARY KEY (chain_id, contract, purchase, comparison)
) STRICT, WITHOUT ROWID;

CREATE TABLE replies (
  purchase INTEGER NOT NULL REFERENCES purchases (id),
  comparison TEXT NOT NULL,
  holds INTEGER NOT NULL CHECK (holds IN (0, 1)),
  PRIMARY KEY (purchase, comparison)
) STRICT, WITHOUT ROWID;
`
