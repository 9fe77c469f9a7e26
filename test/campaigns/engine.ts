/**
 * npm run campaign:engine: 20,000 cases of every kind and key length against BigInt, in slices, with a checkpoint after each, so that it
 * can be stopped and taken up again. `--cases N` for another number, `--fresh` to begin anew. Each group of kinds is a process of its own.
 */
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { recordRun } from '../../scripts/reliability.ts'
import { runCommand } from '../../scripts/run-command.ts'
import { keyPairOf, random, vectors } from '../unit/crypto/fixtures.ts'
import { modulusBits } from '../unit/engine/kernel/fixtures.ts'
import { createKeyContext, encodingKind, inverseKind, keyKinds, productKind, runCases, type CaseKind } from './engine-cases.ts'
import { openCheckpoint, type CheckpointFile } from './support/checkpoint.ts'

const sliceCases = 50

/** The kinds of each group; its key and machines are made when it is asked for. */
const groups: Readonly<Record<string, (seed: string) => CaseKind[]>> = {
  integers: (seed) => [...modulusBits.map((bits) => productKind(bits, seed)), inverseKind(4096), encodingKind],
  ...Object.fromEntries(vectors.keys.map((key) => [`${key.bits}-bits`, () => keyKinds(createKeyContext(keyPairOf(key), random))])),
}

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '20000' }, fresh: { type: 'boolean', default: false }, group: { type: 'string' } },
})
const cases = Number(values.cases)

const open = (group: string, fresh: boolean): CheckpointFile<Record<string, number>> => openCheckpoint<Record<string, number>>(`engine-${group}`, {}, fresh)

const runGroup = (group: string, toKinds: (seed: string) => CaseKind[]): void => {
  const { checkpoint, save } = open(group, values.fresh)
  for (const kind of toKinds(checkpoint.seed)) {
    for (let from = checkpoint.tally[kind.name] ?? 0; from < cases; from += sliceCases) {
      const to = Math.min(cases, from + sliceCases)
      runCases(kind, checkpoint.seed, from, to)
      checkpoint.tally[kind.name] = to
      checkpoint.done += to - from
      save()
    }
    console.log(`passed: ${kind.name}`)
  }
}

const runAll = async (): Promise<void> => {
  process.env['HESYSTEM_SEED'] ??= randomBytes(6).toString('hex')
  const results = await Promise.all(Object.keys(groups).map(async (group) =>
    runCommand('node', [import.meta.filename, '--group', group, '--cases', String(cases), ...(values.fresh ? ['--fresh'] : [])], { show: true })))
  if (results.some(({ exitCode }) => exitCode !== 0)) {
    process.exitCode = 1
    return
  }
  const checkpoints = Object.keys(groups).map((group) => open(group, false).checkpoint)
  recordRun({
    name: 'engine',
    title: 'The engine against BigInt',
    command: 'npm run campaign:engine',
    what: 'Random cases of everything that the engine computes with, each against BigInt\'s own arithmetic or against its definition: products on both kernels with '
      + 'edge-heavy numbers, inverses, encodings, sums and differences, OpenSSL\'s powers, encryption from tables (decrypted again), fused weighted sums and the three methods of '
      + 'products of powers. One number or byte that differs ends the campaign with its seed.',
    seconds: Math.max(...checkpoints.map(({ seconds }) => seconds)),
    seed: checkpoints.map(({ seed }) => seed).filter((seed, at, all) => all.indexOf(seed) === at).join(', '),
    passed: true,
    figures: [
      ['cases', checkpoints.reduce((sum, { done }) => sum + done, 0).toLocaleString('en')],
      ['of them wrong', '0'],
    ],
    tables: [{
      title: 'By kind:',
      header: ['kind', 'cases'],
      rows: checkpoints.flatMap(({ tally }) => Object.entries(tally)).map(([kind, count]) => [kind, count.toLocaleString('en')]),
    }],
  })
}

if (values.group === undefined) await runAll()
else {
  const toKinds = groups[values.group]
  if (toKinds === undefined) throw new Error(`${values.group} is none of ${Object.keys(groups).join(', ')}`)
  runGroup(values.group, toKinds)
}
