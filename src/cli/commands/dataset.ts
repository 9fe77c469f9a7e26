import type { Command } from 'commander'
import type { EncryptionState } from '../../host/index.ts'
import { parseCount, parseKeyBits, parseNames, parseShare } from '../arguments.ts'
import { momentsTellFlags } from '../../shared/policy-words.ts'
import { counted } from '../../shared/counted.ts'
import { createInterrupt, withHost, type GlobalOptions } from '../run.ts'
import { addImportCommands } from './dataset-import.ts'
import { describeColumn } from '../column-text.ts'
import { describeDoubts } from '../import-text.ts'
import { describeMoments } from '../moments-text.ts'

interface EncryptionOptions {
  readonly keyBits?: 2048 | 3072 | 4096
  readonly byWorkers?: boolean
  readonly packed?: boolean
}

interface MomentOptions {
  readonly columns?: string[]
  readonly minRows?: number
  readonly maxShare?: number
}

const describeEncryption = (state: EncryptionState | null): string => {
  if (state === null) return 'not encrypted'
  return state.root === null ? `encryption begun, ${state.chunksDone} of ${state.chunks} chunks done` : `encrypted with a ${state.keyBits}-bit key${state.packedGroups === 0 ? '' : `, packed in ${state.packedGroups} ${state.packedGroups === 1 ? 'ciphertext' : 'ciphertexts'} a row besides`}`
}

export const addDatasetCommands = (program: Command, globals: () => GlobalOptions): void => {
  const dataset = program.command('dataset').description('tables to sell answers from')
  addImportCommands(dataset, globals)
  dataset.command('list').description('all datasets')
    .action(() => withHost(globals(), async (host, terminal) => {
      const datasets = host.datasets.list()
      terminal.result({ datasets }, datasets.length === 0
        ? 'No dataset yet. `hesystem dataset import FILE.csv --name NAME` brings one in.'
        : datasets.map(({ name, rows, columns }) => `${name}  ${rows} × ${columns}`).join('\n'))
    }))
  dataset.command('show <name>').description('columns, types, bounds, what is encrypted')
    .action((name: string) => withHost(globals(), async (host, terminal) => {
      const summary = host.datasets.show(name)
      const columns = host.datasets.readColumns(name)
      terminal.result({ ...summary, columns }, [
        `${name}  ${summary.rows} × ${columns.length}`, ...columns.map(describeColumn), ...describeDoubts(summary.report),
        `Table: ${describeEncryption(summary.data)}. Test data: ${describeEncryption(summary.test)}.`,
      ].join('\n'))
    }))
  dataset.command('encrypt <name>').description('under a key pair of its own; goes on where it was interrupted')
    .option('--key-bits <n>', '2048, 3072 or 4096; by default those of an interrupted run, else 3072', parseKeyBits)
    .option('--by-workers', 'share it with `hesystem worker` processes; they see the numbers, so they must be your own')
    .option('--packed', 'with the columns side by side besides: sums and means of all of them cost buyers one ciphertext a row')
    .action((name: string, options: EncryptionOptions) => withHost(globals(), async (host, terminal) => {
      const { signal } = createInterrupt()
      await host.datasets.encrypt(name, { ...options, signal, onProgress: terminal.progress(`encrypting ${name}`) })
      const { commitment } = host.datasets.readTensor(name, 'data')
      terminal.result({ name, commitment }, `Dataset ${name} is encrypted: ${counted(commitment.chunks, 'chunk')}, root ${commitment.root}.`)
    }))
  dataset.command('test-data <name>').description('public made-up rows of the same columns, encrypted under another key')
    .option('--rows <n>', 'how many', parseCount)
    .option('--key-bits <n>', '2048, 3072 or 4096; by default those of an interrupted run, else 3072', parseKeyBits)
    .action((name: string, options: EncryptionOptions & { readonly rows?: number }) => withHost(globals(), async (host, terminal) => {
      const { rows, keyBits } = options
      const { signal } = createInterrupt()
      host.datasets.createTestData(name, rows === undefined ? {} : { rows })
      await host.datasets.encryptTestData(name, { ...(keyBits === undefined ? {} : { keyBits }), signal, onProgress: terminal.progress('encrypting test data') })
      const { commitment } = host.datasets.readTensor(name, 'test')
      terminal.result({ name, commitment }, `Test data of ${name}: ${commitment.rows} made-up rows, root ${commitment.root}.`)
    }))
  dataset.command('second-moments <name>').description('products of columns beside them, for var, std, cov, corr and least squares; where they tell single rows they are left out')
    .option('--columns <names>', 'of these columns only, separated by commas; each product is one more column to encrypt', parseNames)
    .option('--min-rows <n>', 'fewest rows behind each: as the listing\'s', parseCount)
    .option('--max-share <s>', 'the largest part of a total that one row may have; by default 0.25', parseShare)
    .action((name: string, options: MomentOptions) => withHost(globals(), async (host, terminal) => {
      const secondMoments = host.datasets.addSecondMoments(name, options)
      terminal.note(momentsTellFlags)
      terminal.result({ name, ...secondMoments }, [...describeMoments(secondMoments), `Next: \`hesystem dataset encrypt ${name}\`.`].join('\n'))
    }))
  dataset.command('drop-plain <name>').description('delete the imported rows once they are encrypted; selling goes on without them')
    .action((name: string) => withHost(globals(), async (host, terminal) => {
      host.datasets.dropPlain(name)
      terminal.result({ name, hasPlain: false }, `The rows of ${name} are deleted; its ciphertexts and keys stay, and so do selling and answering.
No longer possible: looking at the rows or their spread, rehearsing attacks on a listing, encrypting them under another key. The file they came from is untouched.`)
    }))
  dataset.command('remove <name>').description('forget it, with its keys')
    .action((name: string) => withHost(globals(), async (host, terminal) => {
      await host.datasets.remove(name)
      terminal.result({ removed: name }, `Dataset ${name} is gone.`)
    }))
}
