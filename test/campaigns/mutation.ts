/**
 * npm run campaign:mutation: breaks the contract in every place, one at a time (operators, states, parties, statements left out), and sees
 * each break caught by forge's tests. A checkpoint after each, so that it can be stopped and taken up again; `--fresh` to begin anew. Fails
 * where a mutant survives that `mutation/explained.ts` does not explain.
 */
import { parseArgs } from 'node:util'
import { recordRun } from '../../scripts/reliability.ts'
import { explain } from './mutation/explained.ts'
import { nameMutant } from './mutation/mutants.ts'
import { listMutants, openMutationBench, type Fate } from './mutation/run-mutant.ts'
import { openCheckpoint } from './support/checkpoint.ts'

const { values } = parseArgs({ options: { fresh: { type: 'boolean', default: false }, mutants: { type: 'string' } } })
const mutants = listMutants()
const most = values.mutants === undefined ? mutants.length : Number(values.mutants)
const file = openCheckpoint<{ fates: Fate[] }>('mutation', { fates: [] }, values.fresh)
const { checkpoint } = file
const bench = openMutationBench()
for (const mutant of mutants.slice(checkpoint.done, most)) {
  const fate = bench.judge(mutant)
  checkpoint.tally.fates.push(fate)
  checkpoint.done += 1
  file.save()
  console.log(`${checkpoint.done} of ${mutants.length}: ${fate}: ${nameMutant(mutant)}`)
}
bench.close()

const { fates } = checkpoint.tally
const count = (fate: Fate): string => String(fates.filter((one) => one === fate).length)
const survivors = mutants.slice(0, checkpoint.done).filter((_, at) => fates[at] === 'survived')
  .map((mutant) => ({ mutant, why: explain(mutant.from, mutant.to) }))
const unexplained = survivors.filter(({ why }) => why === null)
for (const { mutant } of unexplained) console.log(`UNEXPLAINED: ${nameMutant(mutant)}`)
recordRun({
  name: 'mutation',
  title: 'The contract broken on purpose',
  command: 'npm run campaign:mutation',
  what: 'The market\'s two files changed in one place at a time: each operator for its neighbours, each state for another, buyer for seller and back, each check, '
    + 'effect and event left out. Forge\'s hand-written tests must fail, or else the random calls with their invariants; a survivor must be explained.',
  seconds: checkpoint.seconds,
  seed: checkpoint.seed,
  passed: unexplained.length === 0,
  figures: [
    ['mutants', `${checkpoint.done} of ${mutants.length}`],
    ['refused by the compiler', count('stillborn')],
    ['caught by the hand-written tests', count('caught by hand')],
    ['caught by random calls alone', count('caught by chance')],
    ['survived', count('survived')],
    ['survived without an explanation', String(unexplained.length)],
  ],
  ...(survivors.length === 0 ? {} : { tables: [{
    title: 'Survivors:',
    header: ['mutant', 'why nobody can tell'],
    rows: survivors.map(({ mutant, why }) => [nameMutant(mutant).replaceAll('|', '\\|'), why ?? 'not explained']),
  }] }),
})
process.exitCode = unexplained.length === 0 ? 0 : 1
