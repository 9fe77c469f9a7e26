/**
 * Each time that this profile was put back from a backup: what was written down before may have gone on elsewhere since, so no
 * transaction of then is signed anew by itself, and no answer is given while the chain shows one that this profile does not know.
 */
export const restorations = `
CREATE TABLE restorations (
  id INTEGER PRIMARY KEY,
  backed_up_at TEXT NOT NULL,
  restored_at TEXT NOT NULL
) STRICT;
`
