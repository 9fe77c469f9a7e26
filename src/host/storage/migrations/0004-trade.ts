/** Listings and sales (the seller's side), purchases and results (the buyer's), receipts of both. */
export const trade = `
CREATE TABLE listings (
  id TEXT PRIMARY KEY,
  dataset TEXT NOT NULL,
  chain_id INTEGER NOT NULL,
  contract TEXT NOT NULL,
  seller TEXT NOT NULL,
  details TEXT NOT NULL,
  details_hash TEXT NOT NULL,
  terms TEXT NOT NULL,
  url TEXT NOT NULL,
  number TEXT,
  revision INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL CHECK (state IN ('draft', 'published', 'closed')),
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE sales (
  chain_id INTEGER NOT NULL,
  contract TEXT NOT NULL,
  purchase TEXT NOT NULL,
  listing TEXT NOT NULL REFERENCES listings (id),
  buyer TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  request TEXT NOT NULL,
  signature TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  program TEXT NOT NULL,
  ciphertexts BLOB NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('received', 'answered', 'delivered', 'refused', 'declined', 'missed')),
  refusal TEXT,
  sealed BLOB,
  answer_commitment TEXT,
  received_at TEXT NOT NULL,
  PRIMARY KEY (chain_id, contract, purchase)
) STRICT;

CREATE TABLE purchases (
  -- Never given twice, not even after a purchase was forgotten: it names the payment in the outbox.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  chain_id INTEGER NOT NULL,
  contract TEXT NOT NULL,
  number TEXT,
  url TEXT NOT NULL,
  contract_url TEXT NOT NULL,
  details TEXT NOT NULL,
  details_hash TEXT NOT NULL,
  listing TEXT NOT NULL,
  terms_hash TEXT NOT NULL,
  buyer TEXT NOT NULL,
  max_total_wei TEXT NOT NULL,
  deadline_seconds INTEGER NOT NULL,
  manifest TEXT,
  request TEXT,
  signature TEXT,
  request_hash TEXT,
  sealing_secret BLOB,
  submitted_at TEXT,
  sealed BLOB,
  answer TEXT,
  integers TEXT,
  created_at TEXT NOT NULL,
  UNIQUE (chain_id, contract, number)
) STRICT;

CREATE TABLE results (
  purchase INTEGER PRIMARY KEY REFERENCES purchases (id),
  script TEXT NOT NULL,
  file_name TEXT NOT NULL,
  program TEXT NOT NULL,
  program_hash TEXT NOT NULL,
  ciphertexts BLOB NOT NULL,
  result_hash TEXT NOT NULL,
  computed_at TEXT NOT NULL
) STRICT;

CREATE TABLE receipts (
  id TEXT PRIMARY KEY,
  role TEXT NOT NULL CHECK (role IN ('buyer', 'seller')),
  chain_id INTEGER NOT NULL,
  contract TEXT NOT NULL,
  purchase TEXT NOT NULL,
  document TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (role, chain_id, contract, purchase)
) STRICT;
`
