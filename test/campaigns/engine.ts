/**
 * npm run campaign:engine: 20,000 cases of every kind and length against BigInt, in slices, with a checkpoint after each, so that it can be
 * stopped and taken up again. `--cases N` for another number, `--fresh` to begin anew. The seed stands in the checkpoint.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { keyPairOf, random, vectors } from '../unit/crypto/fixtures.ts'
import { modulusBits } from '../unit/engine/kernel/fixtures.ts'
import { createKeyContext, encodingKind, inverseKind, keyKinds, productKind, runCases } from './engine-cases.ts'

const folder = join(import.meta.dirname, '../../.tmp')
const checkpointPath = join(folder, 'campaign-engine.json')
const sliceCases = 50

interface Checkpoint {
  readonly seed: string
  readonly done: Record<string, number>
}

const { values } = parseArgs({ options: { cases: { type: 'string', default: '20000' }, fresh: { type: 'boolean', default: false } } })
const cases = Number(values.cases)
const kept = existsSync(checkpointPath) && !values.fresh ? JSON.parse(readFileSync(checkpointPath, 'utf8')) as Checkpoint : null
const checkpoint: Checkpoint = kept ?? { seed: process.env.HESYSTEM_SEED ?? randomBytes(6).toString('hex'), done: {} }
mkdirSync(folder, { recursive: true })
console.log(`seed ${checkpoint.seed}${kept === null ? '' : ', taken up again'}; ${cases} cases of each kind`)

const kinds = [
  ...modulusBits.map((bits) => productKind(bits, checkpoint.seed)),
  inverseKind(4096),
  encodingKind,
  ...vectors.keys.flatMap((key) => keyKinds(createKeyContext(keyPairOf(key), random))),
]
for (const kind of kinds) {
  for (let from = checkpoint.done[kind.name] ?? 0; from < cases; from += sliceCases) {
    const to = Math.min(cases, from + sliceCases)
    runCases(kind, checkpoint.seed, from, to)
    checkpoint.done[kind.name] = to
    // Written beside and moved over, so that whenever it is stopped there is a whole checkpoint.
    writeFileSync(`${checkpointPath}.new`, JSON.stringify(checkpoint))
    renameSync(`${checkpointPath}.new`, checkpointPath)
  }
  console.log(`passed: ${kind.name}`)
}
