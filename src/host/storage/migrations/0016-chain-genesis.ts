/** Which chain of a chain id this profile's records are of, by the hash of its first block: a practice chain begun anew has another. */
export const chainGenesis = `
CREATE TABLE chain_genesis (
  chain_id INTEGER PRIMARY KEY,
  genesis_hash TEXT NOT NULL,
  noted_at TEXT NOT NULL
) STRICT;
`
