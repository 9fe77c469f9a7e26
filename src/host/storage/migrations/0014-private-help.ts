/**
 * What the key holder helped with in `private` mode: `ledger_asks` what was counted of a source, for good; `asks` what a buyer has made and
 * not been told yet, so that the very same bytes are sent again; `product_replies` the products a buyer was given.
 */
export const privateHelp = `
CREATE TABLE ledger_asks (
  source INTEGER NOT NULL REFERENCES sources (id),
  kind TEXT NOT NULL CHECK (kind IN ('comparisons', 'products')),
  chain_id INTEGER NOT NULL,
  contract TEXT NOT NULL,
  purchase TEXT NOT NULL,
  request TEXT NOT NULL,
  count INTEGER NOT NULL CHECK (count > 0),
  asked_at TEXT NOT NULL,
  PRIMARY KEY (source, kind, chain_id, contract, purchase, request)
) STRICT, WITHOUT ROWID;

CREATE TABLE asks (
  purchase INTEGER NOT NULL REFERENCES purchases (id),
  ask TEXT NOT NULL,
  made TEXT NOT NULL,
  PRIMARY KEY (purchase, ask)
) STRICT, WITHOUT ROWID;

CREATE TABLE product_replies (
  purchase INTEGER NOT NULL REFERENCES purchases (id),
  product TEXT NOT NULL,
  ciphertext BLOB NOT NULL,
  PRIMARY KEY (purchase, product)
) STRICT, WITHOUT ROWID;
`
