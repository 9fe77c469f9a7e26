/**
 * The rows that each source's datasets hold, as marks that tell only which cells are alike, sealed under the profile's key, kept when
 * the dataset is removed; and the secret that marks are made under. Digests of columns, which could be tried out value by value, are
 * covered with it when it is made.
 */
export const sourceRows = `
CREATE TABLE source_rows (
  dataset INTEGER NOT NULL REFERENCES dataset_sources (dataset),
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  ordered INTEGER NOT NULL CHECK (ordered IN (0, 1)),
  sealed BLOB NOT NULL,
  PRIMARY KEY (dataset, position)
) STRICT;

CREATE TABLE ledger_secret (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  sealed BLOB NOT NULL
) STRICT;

ALTER TABLE source_columns ADD COLUMN covered INTEGER NOT NULL DEFAULT 0 CHECK (covered IN (0, 1));
`
