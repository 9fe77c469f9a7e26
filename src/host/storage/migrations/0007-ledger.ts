/**
 * What was answered from each source, for good: a source is a table as it was imported, however often, and outlives the dataset.
 * `source_columns` holds what a source is known again by; a dataset's number is never given twice, so `dataset_sources` stays true.
 */
export const ledger = `
CREATE TABLE sources (
  id INTEGER PRIMARY KEY,
  partition TEXT NOT NULL CHECK (json_valid(partition)),
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE source_columns (
  source INTEGER NOT NULL REFERENCES sources (id),
  rows INTEGER NOT NULL,
  name TEXT NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (source, rows, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE dataset_sources (
  dataset INTEGER PRIMARY KEY,
  source INTEGER NOT NULL REFERENCES sources (id)
) STRICT;

CREATE TABLE ledger (
  id INTEGER PRIMARY KEY,
  source INTEGER NOT NULL REFERENCES sources (id),
  chain_id INTEGER NOT NULL,
  contract TEXT NOT NULL,
  purchase TEXT NOT NULL,
  program_hash TEXT NOT NULL,
  debited_at TEXT NOT NULL,
  UNIQUE (chain_id, contract, purchase)
) STRICT;

CREATE TABLE ledger_cells (
  source INTEGER NOT NULL REFERENCES sources (id),
  cell TEXT NOT NULL,
  PRIMARY KEY (source, cell)
) STRICT, WITHOUT ROWID;
`
