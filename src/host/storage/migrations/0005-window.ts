/** What the window keeps: listings added by hand, its own state, what was signed on whose word, serving's standing authorisation. */
export const windowTables = `
CREATE TABLE market_urls (
  url TEXT PRIMARY KEY,
  chain_id INTEGER NOT NULL,
  contract TEXT NOT NULL,
  added_at TEXT NOT NULL
) STRICT;

CREATE TABLE window_state (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE signatures (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,
  by_word TEXT NOT NULL CHECK (by_word IN ('confirmation', 'standing-authorisation')),
  move TEXT NOT NULL,
  words TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('under-way', 'done', 'failed')),
  fee_wei TEXT NOT NULL DEFAULT '0',
  error TEXT
) STRICT;
CREATE INDEX signatures_by_time ON signatures (at);

-- One row while serving is authorised; none once it was switched off.
CREATE TABLE standing_authorisation (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  document TEXT NOT NULL
) STRICT;
`
