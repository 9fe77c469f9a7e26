/**
 * npm run campaign:secrets [-- --length 10]: what could show or lose a secret: the files and words of a whole trade, the log under random
 * facts, a program that dies, keychains that are missing, locked or silent, a passphrase changed under kills. The tests of `npm test`,
 * drawing so many times as much.
 */
import { runTestCampaign } from './support/figures.ts'

await runTestCampaign({
  name: 'secrets',
  title: 'Secrets',
  files: [
    'integration/hostile/secrets', 'integration/hostile/crash-output', 'integration/cli/passphrase-kills', 'unit/operations/redaction-fuzz',
    'unit/secrets/keychain', 'unit/secrets/open-profile',
  ],
  what: 'Keys of a wallet and of tables, a passphrase, a session\'s token are looked for, in every notation bytes have, in all files that a whole trade leaves (database, '
    + 'its log, receipts) and in all that its server says, while it goes on and afterwards. The log gets random facts with secrets in them; a command dies of an error '
    + 'that holds its data key. The keychain is a real Secret Service, missing, locked, or silent for ever, and a data key that is lost or another. A passphrase is '
    + 'changed by processes that are killed at each of their points: the old or the new one opens, never neither.',
})
