import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { receiptSchema } from '../../host/protocol/receipt.ts'
import { verifyReceipt } from '../../host/protocol/verify-receipt.ts'
import { verifyReceiptOnChain } from '../../host/protocol/verify-receipt-on-chain.ts'
import { AppError } from '../../shared/errors.ts'
import { readUserFile } from '../../client/read-user-file.ts'
import { describeAnswer } from '../answer-text.ts'
import { parseNumber } from '../arguments.ts'
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
    .option('--out <file>', 'write it there')
    .option('--without-answer', 'keep the answer, and what proves it, to yourself')
    .action((number: bigint, options: { out?: string; withoutAnswer?: true }) => withHost(globals(), async (host, terminal) => {
      const { receipt, missingHalf } = await (await host.trade()).receipts.export(number, { encloseAnswer: options.withoutAnswer !== true })
      const text = `${JSON.stringify(receipt, null, 2)}\n`
      if (options.out !== undefined) writeFileSync(options.out, text)
      if (missingHalf !== null) terminal.note(`The seller's signature is missing: ${missingHalf}`)
      terminal.result({ purchase: number, out: options.out ?? null, missingHalf, receipt }, options.out === undefined ? text : `Receipt of purchase ${number} written to ${options.out}.`)
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
      const problems = [...verdict.problems, ...onChain ?? []]
      const ok = problems.length === 0
      createTerminal(globals().json === true).result({ ...verdict, ok, problems, checkedOnChain: onChain !== null }, [
        ok ? `The receipt holds together${onChain === null ? '' : ', and is what the chain says'}.` : 'The receipt does not hold.',
        `Signatures: seller ${signatures.seller}, buyer ${signatures.buyer}. ${describeDecryption(decryptionProved)}`,
        ...(answer === null ? [] : [describeAnswer(answer)]),
        ...problems.map(({ field, message }) => `  ${field}: ${message}`),
      ].join('\n'))
      if (!ok) process.exitCode = 1
    })
}
