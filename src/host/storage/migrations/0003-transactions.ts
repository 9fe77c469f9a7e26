/**
 * Every chain move, written down before it is sent (protocol.md, "Chain discipline"). A row of `transactions` is one
 * intent under its key; `signed_transactions` holds the bytes signed for it, of which at most one is live. A nonce is
 * held by one live transaction at a time, whichever process signs.
 */
export const transactions = `
CREATE TABLE transactions (
  id INTEGER PRIMARY KEY,
  chain_id INTEGER NOT NULL,
  account TEXT NOT NULL,
  key TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  purpose TEXT NOT NULL,
  to_address TEXT,
  data TEXT NOT NULL,
  value_wei TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('intended', 'signed', 'confirmed', 'failed', 'retried')),
  outcome TEXT CHECK (outcome IS NULL OR json_valid(outcome)),
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  created_at TEXT NOT NULL,
  settled_at TEXT,
  UNIQUE (chain_id, account, key, attempt)
) STRICT;

CREATE TABLE signed_transactions (
  hash TEXT PRIMARY KEY,
  transaction_id INTEGER NOT NULL REFERENCES transactions (id) ON DELETE CASCADE,
  chain_id INTEGER NOT NULL,
  account TEXT NOT NULL,
  nonce INTEGER NOT NULL,
  raw TEXT NOT NULL,
  max_cost_wei TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('live', 'mined', 'void')),
  signed_at TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX one_live_transaction_per_nonce ON signed_transactions (chain_id, account, nonce) WHERE state = 'live';
CREATE INDEX signed_transactions_by_intent ON signed_transactions (transaction_id);
`
