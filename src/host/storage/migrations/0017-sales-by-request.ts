/**
 * A sale belongs to the request that stands on the contract, not to its number alone: a reorganisation may give the number to another
 * purchase, whose request comes beside the old one (docs/adr/0707). `set_aside`: the contract holds another request under the number now.
 */
export const salesByRequest = `
CREATE TABLE sales_by_request (
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
  set_aside INTEGER NOT NULL DEFAULT 0 CHECK (set_aside IN (0, 1)),
  PRIMARY KEY (chain_id, contract, purchase, request_hash)
) STRICT;
INSERT INTO sales_by_request
  SELECT chain_id, contract, purchase, listing, buyer, request_hash, request, signature, body_hash, program, ciphertexts, state, refusal, sealed,
    answer_commitment, received_at, 0 FROM sales;
DROP TABLE sales;
ALTER TABLE sales_by_request RENAME TO sales;
CREATE UNIQUE INDEX sales_under_number ON sales (chain_id, contract, purchase) WHERE set_aside = 0;
`
