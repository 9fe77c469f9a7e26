import { basename, join } from 'node:path'
import type { Command } from 'commander'
import { readUserFile } from '../../client/read-user-file.ts'
import { assertPheResult, exportTensor, parsePheResult, type TensorFileFormat } from '../../host/index.ts'
import { parseChoice, parseNumber } from '../arguments.ts'
import { createInterrupt, withHost, type GlobalOptions } from '../run.ts'

interface ExportOptions {
  readonly format: TensorFileFormat
  readonly out: string
}

const fileNameOf = (purchase: bigint, format: TensorFileFormat): string =>
  (format === 'arrow' ? `purchase-${purchase}.arrow` : `purchase-${purchase}.phe.json`)

const addExport = (tensor: Command, globals: () => GlobalOptions): void => {
  tensor.command('export').description('the bought ciphertexts, for other programs; downloads what is missing')
    .argument('<purchase>', 'its number', parseNumber)
    .requiredOption('--format <format>', 'arrow: an Arrow IPC file; phe: python-paillier\'s (ciphertext, exponent) pairs in JSON', parseChoice('arrow', 'phe'))
    .option('--out <folder>', 'where to write it', '.')
    .action((purchase: bigint, options: ExportOptions) => withHost(globals(), async (host, terminal) => {
      const { format, out } = options
      const { signal } = createInterrupt()
      const { purchases } = await host.trade()
      await purchases.download(purchase, { signal, onProgress: terminal.progress('downloading') })
      const table = purchases.openTable(purchase)
      const file = join(out, fileNameOf(purchase, format))
      await exportTensor(table, format, file)
      const { rows, columns } = table.commitment
      terminal.result({ purchase, format, file, rows, columns }, `${rows} × ${columns} ciphertexts are in ${file}.`)
    }))
}

const addImport = (tensor: Command, globals: () => GlobalOptions): void => {
  tensor.command('import').description('a result computed elsewhere, in python-paillier\'s form; held against the script, then kept for `request`')
    .argument('<purchase>', 'its number', parseNumber).argument('<file>')
    .requiredOption('--script <script>', 'what was asked: the seller computes it too, and answers nothing else')
    .action((purchase: bigint, file: string, { script: path }: { script: string }) => withHost(globals(), async (host, terminal) => {
      const { signal } = createInterrupt()
      const given = parsePheResult(readUserFile(file), file)
      const script = { fileName: basename(path), source: readUserFile(path) }
      const { purchases } = await host.trade()
      const { key } = purchases.get(purchase).details.dataset
      const { programHash, resultHash } = await purchases.compute(purchase, script, {
        signal,
        onProgress: terminal.progress('computing what the script asks'),
        assertResult: async ({ ciphertexts }, { cells }) =>
          assertPheResult(given, { n: BigInt(`0x${key.n}`), bits: key.bits }, cells, ciphertexts, await host.engine()),
      })
      terminal.result({ purchase, programHash, resultHash }, `The result is the one the script gives; \`hesystem request ${purchase}\` asks for its answer.`)
    }))
}

export const addTensorCommands = (program: Command, globals: () => GlobalOptions): void => {
  const tensor = program.command('tensor').description('bought ciphertexts and results of other programs')
  addExport(tensor, globals)
  addImport(tensor, globals)
}
