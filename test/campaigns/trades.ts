/**
 * npm run campaign:trades [-- --length 10]: whole trades and demos by real processes, refused, interrupted and killed. The tests of
 * `npm test`, with the repetitions and variants that it leaves out, and so many times as many random tables.
 */
import { runTestCampaign } from './support/figures.ts'

await runTestCampaign({
  name: 'trades',
  title: 'Whole trades by command',
  files: ['demo', 'two-processes', 'escrow-moves', 'restarts'].map((file) => `e2e/${file}`),
  what: 'Demos of random tables, each answered exactly as the plain table gives it, and leaving nothing behind; demos ended by either signal at two steps, with a seller '
    + 'killed, a ciphertext changed on its way, a false answer: each fails cleanly and by its code. A trade between two command lines, to receipts, answers and every file '
    + 'that they make, with each of them changed; every move of the escrow, to the wei; processes killed before and after each transaction and each submission, '
    + 'which must have been made once.',
})
