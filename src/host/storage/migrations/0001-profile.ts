/**
 * Settings, networks and the wallet. A wallet's secrets rest sealed under the profile's data key, never in the clear.
 * `vault_check` holds a known text sealed when the data key was made: it tells a lost or foreign key from a new profile.
 */
export const profile = `
CREATE TABLE vault_check (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  sealed BLOB NOT NULL
) STRICT;

CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT;

CREATE TABLE network (
  name TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('practice', 'public', 'custom')),
  rpc_url TEXT NOT NULL,
  chain_id INTEGER NOT NULL CHECK (chain_id > 0),
  contract TEXT
) STRICT;

CREATE TABLE wallet (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  address TEXT NOT NULL,
  sealed_private_key BLOB NOT NULL,
  sealed_mnemonic BLOB,
  backed_up INTEGER NOT NULL CHECK (backed_up IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT;
`
