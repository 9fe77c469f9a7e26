/**
 * npm run campaign:fuzz: a million inputs to every route of the seller's server and of the window's, and to every reader of a file, in
 * slices with a checkpoint after each, so that it can be stopped and taken up again. `--cases N` for another number, `--fresh` to
 * begin anew.
 */
import { parseArgs } from 'node:util'
import { recordRun } from '../../scripts/reliability.ts'
import { addTallies, openFuzzer, type Tally } from './fuzz/run-fuzz.ts'
import { openCheckpoint } from './support/checkpoint.ts'

const sliceCases = 2_000
/** A new thread now and then: what one leaves behind does not pile up over hours. */
const slicesInAThread = 25

const { values } = parseArgs({ options: { cases: { type: 'string', default: '1000000' }, fresh: { type: 'boolean', default: false } } })
const cases = Number(values.cases)
const file = openCheckpoint<{ counts: Tally }>('fuzz', { counts: {} }, values.fresh)
const { checkpoint } = file
console.log(`seed ${checkpoint.seed}${file.resumed ? `, taken up again at case ${checkpoint.done}` : ''}`)

while (checkpoint.done < cases) {
  const fuzzer = await openFuzzer(checkpoint.seed)
  for (let slice = 0; slice < slicesInAThread && checkpoint.done < cases; slice += 1) {
    const to = Math.min(cases, checkpoint.done + sliceCases)
    checkpoint.tally.counts = addTallies(checkpoint.tally.counts, await fuzzer.run({ from: checkpoint.done, to }))
    checkpoint.done = to
    file.save()
  }
  await fuzzer.close()
  console.log(`${checkpoint.done} of ${cases}, ${Math.round(checkpoint.seconds)} s`)
}

const { counts } = checkpoint.tally
const sum = (outcomes: Readonly<Record<string, number>>): number => Object.values(outcomes).reduce((total, count) => total + count, 0)
const accepted = (outcomes: Readonly<Record<string, number>>): number =>
  sum(Object.fromEntries(Object.entries(outcomes).filter(([outcome]) => /^(?:taken|right|request taken|(?:comparisons |products )?answered|[23]\d\d)$/.test(outcome))))
recordRun({
  name: 'fuzz',
  title: 'Hostile input',
  command: 'npm run campaign:fuzz',
  what: 'Inputs with faults in them, and noise, to every route of the seller\'s server and of the window\'s, within the process and down sockets, and to '
    + 'every reader of files. Each is answered or refused with a code of the catalogue within a minute and a half; a status of 500 or above, a foreign exception, a dead thread, a '
    + 'receipt of another trade called right, or a changed database after a refusal ends the campaign.',
  seconds: checkpoint.seconds,
  seed: checkpoint.seed,
  passed: true,
  figures: [['inputs', checkpoint.done.toLocaleString('en')], ['faults', '0']],
  tables: [{
    title: 'By target:',
    header: ['target', 'inputs', 'of these accepted', 'different outcomes'],
    rows: Object.entries(counts).map(([target, outcomes]) => [target, sum(outcomes).toLocaleString('en'), accepted(outcomes).toLocaleString('en'), String(Object.keys(outcomes).length)]),
  }],
})
