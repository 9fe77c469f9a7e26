/**
 * Transactions that were seen deep enough in the chain to stay there: they are not looked at again, and all others are, however long the
 * program was not running. Those of old were looked at for as long as it mattered, but for the last day's.
 */
export const finalTransactions = `
ALTER TABLE transactions ADD COLUMN is_final INTEGER NOT NULL DEFAULT 0 CHECK (is_final IN (0, 1));
UPDATE transactions SET is_final = 1 WHERE settled_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 day');
`
