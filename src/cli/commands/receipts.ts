import type { Command } from 'commander'
import { citeReceipt, renderReceipt, renderResult } from '../../host/index.ts'
import { verifyReceipt } from '../../host/protocol/verify-receipt.ts'
import { AppError } from '../../shared/errors.ts'
import { receiptFormats, type ReceiptFormat } from '../../shared/schemas/receipt-format.ts'
import { parseChoice, parseNumber } from '../arguments.ts'
import { withHost, type GlobalOptions } from '../run.ts'
import { createTerminal } from '../terminal.ts'
import { isEvidence, reportEvidence } from '../evidence-file.ts'
import { readTradeFile, reportTradeFile } from '../trade-file.ts'
import { writeUserFile } from '../write-user-file.ts'

interface ExportOptions {
  readonly format: ReceiptFormat
  readonly out?: string
  readonly withoutAnswer?: true
}

export const addReceiptCommands = (program: Command, globals: () => GlobalOptions): void => {
  const receipts = program.command('receipts').description('what was traded, signed, for anybody to check')
  receipts.command('list').description('the receipts of this profile')
    .action(() => withHost(globals(), async (host, terminal) => {
      const stored = (await host.trade()).receipts.list()
      terminal.result(
        { receipts: stored.map(({ role, purchase, receipt, updatedAt }) => ({ role, purchase, state: receipt.trade.state, updatedAt })) },
        stored.length === 0 ? 'No receipt yet. `hesystem receipts export PURCHASE` makes one.' : stored.map(({ role, purchase, receipt, updatedAt }) =>
          `${purchase}  as ${role}  ${receipt.trade.state}  ${updatedAt}`).join('\n'),
      )
    }))
  receipts.command('export').description('sign the receipt of a purchase as it stands now').argument('<purchase>', 'its number on the contract', parseNumber)
    .option('--format <format>', 'json, what is signed and verified; pdf, for people; csv, for bookkeeping', parseChoice(...receiptFormats), 'json')
    .option('--out <file>', 'write it there')
    .option('--without-answer', 'keep the answer, and what proves it, to yourself')
    .action((number: bigint, { format, out, withoutAnswer }: ExportOptions) => withHost(globals(), async (host, terminal) => {
      if (format === 'pdf' && out === undefined) throw new AppError('input.invalid', 'A PDF goes into a file: name it with --out.')
      const { receipt, missingHalf, title } = await (await host.trade()).receipts.export(number, { encloseAnswer: withoutAnswer !== true })
      const { bytes } = await renderReceipt(receipt, format, title)
      const citation = citeReceipt(receipt, verifyReceipt(receipt).decryptionProved, title)
      if (out !== undefined) writeUserFile(out, bytes)
      if (missingHalf !== null) terminal.note(`The seller's signature is missing: ${missingHalf}`)
      const document = { purchase: number, out: out ?? null, missingHalf, citation, receipt }
      if (out === undefined) terminal.file(document, Buffer.from(bytes).toString(), format === 'csv' ? 'csv' : 'json')
      else terminal.result(document, `Receipt of purchase ${number} written to ${out}.\n\nTo cite:\n${citation}`)
    }))
  receipts.command('verify <file>')
    .description('check a receipt (or its PDF), an answer\'s file or evidence: signatures, hashes, proof; needs no network and no profile')
    .option('--rpc <url>', 'hold it against the chain too, as this node tells it')
    .action((path: string, { rpc = null }: { rpc?: string | null }) => {
      const file = readTradeFile(path)
      const terminal = createTerminal(globals().json === true)
      return isEvidence(file.json) ? reportEvidence(file.json, rpc, terminal) : reportTradeFile(file, rpc, terminal)
    })

  program.command('result').description('answers to hand on, with what proves them')
    .command('export').description('an answer beside the receipt that shows it, in one file for anybody to verify')
    .argument('<purchase>', 'its number on the contract', parseNumber)
    .option('--out <file>', 'write it there, as NAME.heresult')
    .action((number: bigint, { out = null }: { out?: string | null }) => withHost(globals(), async (host, terminal) => {
      const { receipt, missingHalf, answer, title } = await (await host.trade()).receipts.exportResult(number)
      const file = Buffer.from(renderResult(answer, receipt).bytes)
      const citation = citeReceipt(receipt, verifyReceipt(receipt).decryptionProved, title)
      if (out !== null) writeUserFile(out, file)
      if (missingHalf !== null) terminal.note(`The seller's signature is missing: ${missingHalf}`)
      const document = { purchase: number, out, missingHalf, citation, answer, receipt }
      if (out === null) terminal.file(document, file.toString(), 'json')
      else terminal.result(document, `The answer of purchase ${number}, with its receipt, written to ${out}.\n\nTo cite:\n${citation}`)
    }))
}
