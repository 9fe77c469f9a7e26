/**
 * Imported tables and their encrypted tensors. The cells themselves stand in one ordinary table per dataset and kind,
 * `cells_<id>_data` and `cells_<id>_test`, made at import (row, c0, c1, … as REAL).
 */
export const datasets = `
CREATE TABLE datasets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  rows INTEGER NOT NULL,
  columns TEXT NOT NULL,
  report TEXT NOT NULL,
  test_rows INTEGER,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE tensors (
  dataset INTEGER NOT NULL REFERENCES datasets (id),
  kind TEXT NOT NULL CHECK (kind IN ('data', 'test')),
  rows INTEGER NOT NULL,
  chunk_rows INTEGER NOT NULL,
  schema_hash TEXT NOT NULL,
  key_bits INTEGER NOT NULL,
  n TEXT NOT NULL,
  sealed_key BLOB NOT NULL,
  root TEXT,
  PRIMARY KEY (dataset, kind)
) STRICT;

CREATE TABLE tensor_leaves (
  dataset INTEGER NOT NULL,
  kind TEXT NOT NULL,
  chunk INTEGER NOT NULL,
  leaf TEXT NOT NULL,
  PRIMARY KEY (dataset, kind, chunk),
  FOREIGN KEY (dataset, kind) REFERENCES tensors (dataset, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE chunks (
  id INTEGER PRIMARY KEY,
  owner_kind TEXT NOT NULL CHECK (owner_kind IN ('data', 'test', 'purchase')),
  owner TEXT NOT NULL,
  chunk INTEGER NOT NULL,
  checksum BLOB NOT NULL,
  ciphertexts BLOB NOT NULL,
  UNIQUE (owner_kind, owner, chunk)
) STRICT;
`
