import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { citeReceipt, renderReceipt } from '../../host/index.ts'
import { privateReceiptStatement, receiptSchema } from '../../host/protocol/receipt.ts'
import { verifyReceipt } from '../../host/protocol/verify-receipt.ts'
import { verifyReceiptOnChain } from '../../host/protocol/verify-receipt-on-chain.ts'
import { AppError } from '../../shared/errors.ts'
import { receiptFormats, type ReceiptFormat } from '../../shared/schemas/receipt-format.ts'
import { readUserFile } from '../../client/read-user-file.ts'
import { describeAnswer } from '../answer-text.ts'
import { parseChoice, parseNumber } from '../arguments.ts'
import { withHost, type GlobalOptions } from '../run.ts'
import { createTerminal } from '../terminal.ts'

const parseReceiptFile = (path: string): unknown => {
  try {
    return JSON.parse(readUserFile(path)) as unknown
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('input.invalid', `${path} is not JSON, so it is no receipt.`, { details: { path }, cause: error })
  }
}

const describeDecryption = (proved: boolean | null): string => {
  if (proved === null) return 'The answer is not enclosed: only its hash stands here.'
  return proved ? 'The decryption is proved; that the encrypted table is the real one is not.' : 'The enclosed answer is not proved to be right.'
}

interface ExportOptions {
  readonly format: ReceiptFormat
  readonly out?: string
  readonly withoutAnswer?: true
}

const isPrivate = (receipt: unknown): boolean => receiptSchema.parse(receipt).statement === privateReceiptStatement

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
      if (out !== undefined) writeFileSync(out, bytes)
      if (missingHalf !== null) terminal.note(`The seller's signature is missing: ${missingHalf}`)
      terminal.result(
        { purchase: number, out: out ?? null, missingHalf, citation, receipt },
        out === undefined ? Buffer.from(bytes).toString() : `Receipt of purchase ${number} written to ${out}.\n\nTo cite:\n${citation}`,
      )
    }))
  receipts.command('verify <file>').description('check signatures, hashes and the proof of a receipt; needs no network and no profile')
    .option('--rpc <url>', 'hold it against the chain too, as this node tells it')
    .action(async (path: string, options: { rpc?: string }) => {
      const receipt = parseReceiptFile(path)
      const verdict = verifyReceipt(receipt)
      // Only a receipt that holds by itself names a chain worth asking.
      const rpc = verdict.ok ? options.rpc : undefined
      const onChain = rpc === undefined ? null : await verifyReceiptOnChain(receiptSchema.parse(receipt), rpc)
      const { signatures, decryptionProved, answer } = verdict
      const citation = verdict.ok ? citeReceipt(receiptSchema.parse(receipt), decryptionProved) : null
      const problems = [...verdict.problems, ...onChain ?? []]
      const ok = problems.length === 0
      const report = { ...verdict, ok, problems, checkedOnChain: onChain !== null, citation: ok ? citation : null }
      createTerminal(globals().json === true).result(report, [
        ok ? `The receipt holds together${onChain === null ? '' : ', and is what the chain says'}.` : 'The receipt does not hold.',
        `Signatures: seller ${signatures.seller}, buyer ${signatures.buyer}. ${describeDecryption(decryptionProved)}`,
        ...(verdict.ok && isPrivate(receipt) ? [privateReceiptStatement] : []),
        ...(answer === null ? [] : [describeAnswer(answer)]),
        ...problems.map(({ field, message }) => `  ${field}: ${message}`),
        ...(ok && citation !== null ? ['', 'To cite:', citation] : []),
      ].join('\n'))
      if (!ok) process.exitCode = 1
    })
}
