/**
 * npm run campaign:chain [-- --length 10]: payments and purchases through a node that fails in every way, reorganisations, and a chain
 * begun anew. The tests of `npm test`, drawing so many times as much.
 */
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { recordRun } from '../../scripts/reliability.ts'
import { runTestCampaign } from './support/figures.ts'

const { values } = parseArgs({ options: { length: { type: 'string', default: '10' } } })
const seed = process.env['HESYSTEM_SEED'] ?? randomBytes(6).toString('hex')
const files = ['faults', 'reorganised-payment', 'begun-anew', 'outbox-recovery'].map((name) => `test/integration/chain/${name}.test.ts`)
const { passed, failed, figures, seconds } = await runTestCampaign(files, Number(values.length), { HESYSTEM_SEED: seed })
if (failed > 0 || passed === 0) {
  console.error(`${failed} of ${passed + failed} tests failed, seed ${seed}`)
  process.exit(1)
}
recordRun({
  name: 'chain',
  title: 'Faults of the chain',
  command: `npm run campaign:chain${process.argv.slice(2).length === 0 ? '' : ` -- ${process.argv.slice(2).join(' ')}`}`,
  what: 'A node on a real chain behind a proxy that, at random, loses a question, cuts its answer off, never sends it, passes the question on twice, gives an '
    + 'old answer or refuses: whatever is sent again, each payment must happen once. Every method in turn never answers: given up in its time, done once '
    + 'afterwards. Fees rise over a waiting transaction, which is sped up, cancelled, sent again. Reorganisations to depth 8, above and below the confirmations '
    + 'waited for, also of a purchase before its answer, whose number somebody else has then: no answer is released, and it is paid once. Another chain behind '
    + 'the address in mid-session, and a practice chain begun anew with the same market at the same address: nothing is signed or sent.',
  seconds,
  seed,
  passed: true,
  figures: [['cases', String(passed)], ...[...figures].map(([what, count]): [string, string] => [what, count.toLocaleString('en')])],
})
