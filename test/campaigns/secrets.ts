/**
 * npm run campaign:secrets [-- --length 10]: what could show or lose a secret: the files and words of a whole trade, the log under random
 * facts, a program that dies, keychains that are missing, locked or silent, a passphrase changed under kills. The tests of `npm test`,
 * drawing so many times as much.
 */
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { recordRun } from '../../scripts/reliability.ts'
import { runTestCampaign } from './support/figures.ts'

const { values } = parseArgs({ options: { length: { type: 'string', default: '10' } } })
const seed = process.env['HESYSTEM_SEED'] ?? randomBytes(6).toString('hex')
const files = [
  'integration/hostile/secrets', 'integration/hostile/crash-output', 'integration/cli/passphrase-kills', 'unit/operations/redaction-fuzz',
  'unit/secrets/keychain', 'unit/secrets/open-profile',
].map((name) => `test/${name}.test.ts`)
const { passed, failed, figures, seconds } = await runTestCampaign(files, Number(values.length), { HESYSTEM_SEED: seed })
if (failed > 0 || passed === 0) {
  console.error(`${failed} of ${passed + failed} tests failed, seed ${seed}`)
  process.exit(1)
}
recordRun({
  name: 'secrets',
  title: 'Secrets',
  command: `npm run campaign:secrets${process.argv.slice(2).length === 0 ? '' : ` -- ${process.argv.slice(2).join(' ')}`}`,
  what: 'Keys of a wallet and of tables, a passphrase, a session\'s token are looked for, in every notation bytes have, in all files that a whole trade leaves (database, '
    + 'its log, receipts) and in all that its server says, while it goes on and afterwards. The log gets random facts with secrets in them; a command dies of an error '
    + 'that holds its data key. The keychain is a real Secret Service, missing, locked, or silent for ever, and a data key that is lost or another. A passphrase is '
    + 'changed by processes that are killed at each of their points: the old or the new one opens, never neither.',
  seconds,
  seed,
  passed: true,
  figures: [['cases', String(passed)], ...[...figures].map(([what, count]): [string, string] => [what, count.toLocaleString('en')])],
})
