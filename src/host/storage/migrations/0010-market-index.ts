/** Listings that a market's events told of, and how far its settled blocks have been read: a cache of the chain. */
export const marketIndex = `
CREATE TABLE market_scans (
  chain_id INTEGER NOT NULL,
  contract TEXT NOT NULL,
  through_block INTEGER NOT NULL,
  through_hash TEXT NOT NULL,
  PRIMARY KEY (chain_id, contract)
) STRICT, WITHOUT ROWID;

CREATE TABLE market_listings (
  chain_id INTEGER NOT NULL,
  contract TEXT NOT NULL,
  listing TEXT NOT NULL,
  seller TEXT NOT NULL,
  block INTEGER NOT NULL,
  PRIMARY KEY (chain_id, contract, listing)
) STRICT, WITHOUT ROWID;
`
