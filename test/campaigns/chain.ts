/**
 * npm run campaign:chain [-- --length 10]: payments and purchases through a node that fails in every way, reorganisations, and a chain
 * begun anew. The tests of `npm test`, drawing so many times as much.
 */
import { runTestCampaign } from './support/figures.ts'

await runTestCampaign({
  name: 'chain',
  title: 'Faults of the chain',
  files: ['faults', 'reorganised-payment', 'moved-request', 'begun-anew', 'outbox-recovery'].map((file) => `integration/chain/${file}`),
  what: 'A node on a real chain behind a proxy that, at random, loses a question, cuts its answer off, never sends it, passes the question on twice, gives an '
    + 'old answer or refuses: whatever is sent again, each payment must happen once. Every method in turn never answers: given up in its time, done once '
    + 'afterwards. Fees rise over a waiting transaction, which is sped up, cancelled, sent again. Reorganisations to depth 8, above and below the confirmations '
    + 'waited for, also of a purchase before its answer, whose number somebody else has then: no answer is released, it is paid once, '
    + 'and asked for again under its new number by a buyer who is killed on the way. Another chain behind '
    + 'the address in mid-session, and a practice chain begun anew with the same market at the same address: nothing is signed or sent.',
})
