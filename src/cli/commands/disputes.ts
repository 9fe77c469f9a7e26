import type { Command } from 'commander'
import { computeVerdict, evidenceSchema, readDisputed } from '../../host/protocol/evidence.ts'
import { oneLine } from '../../shared/one-line.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import { readUserFile } from '../../client/read-user-file.ts'
import { parseChoice, parseNumber } from '../arguments.ts'
import { describeVerdict } from '../evidence-file.ts'
import { withHost, type GlobalOptions } from '../run.ts'
import { writeUserFile } from '../write-user-file.ts'

export const addDisputeCommands = (program: Command, globals: () => GlobalOptions): void => {
  const disputes = program.command('disputes').description('the arbiter\'s side, and disputes nobody rules on')
  disputes.command('list').description('purchases in dispute on this contract')
    .action(() => withHost(globals(), async (host, terminal) => {
      const { market } = await host.trade()
      const purchases = await Promise.all((await market.findDisputed()).map((number) => market.readPurchase(number)))
      const disputed = purchases.filter(({ state }) => state === 'Disputed')
      terminal.result({ disputes: disputed }, disputed.length === 0 ? 'No dispute is open.' : disputed.map(({ id, seller, buyer, terms }) =>
        `${id}  seller ${seller}  buyer ${buyer}  arbiter ${terms.arbiter}`).join('\n'))
    }))
  disputes.command('evidence').description('write what an arbiter needs: sealed answer, one-time secret, proof; it discloses the answer')
    .argument('<purchase>', 'its number', parseNumber)
    .requiredOption('--out <file>', 'write it there')
    .action((number: bigint, options: { out: string }) => withHost(globals(), async (host, terminal) => {
      const evidence = await (await host.trade()).purchases.disclose(number)
      writeUserFile(options.out, `${JSON.stringify(evidence, null, 2)}\n`)
      terminal.result({ purchase: number, out: options.out }, `Evidence of purchase ${number} written to ${options.out}. Whoever reads it reads the answer.`)
    }))
  disputes.command('rule').description('the arbiter decides').argument('<purchase>', 'its number', parseNumber)
    .requiredOption('--for <party>', 'buyer or seller', parseChoice('buyer', 'seller'))
    .action((number: bigint, options: { for: 'buyer' | 'seller' }) => withHost(globals(), async (host, terminal) => {
      const { market } = await host.trade()
      await market.rule(`purchase:${number}:rule`, number, options.for === 'buyer')
      const { state } = await market.readPurchase(number)
      terminal.result({ purchase: number, state }, `Purchase ${number} is ${state}: ruled for the ${options.for}.`)
    }))
  disputes.command('close').description('end a dispute that nobody ruled on: halves, and both deposits are burned').argument('<purchase>', 'its number', parseNumber)
    .action((number: bigint) => withHost(globals(), async (host, terminal) => {
      const { market } = await host.trade()
      await market.closeDispute(`purchase:${number}:close-dispute`, number)
      const { state } = await market.readPurchase(number)
      terminal.result({ purchase: number, state }, `Purchase ${number} is ${state}: the dispute is closed.`)
    }))

  program.command('arbitrate <file>').description('the verdict that follows from an evidence file and the contract; rules nothing by itself')
    .action((path: string) => withHost(globals(), async (host, terminal) => {
      const evidence = parseJsonAs(evidenceSchema, readUserFile(path), 'the evidence file', 'input.evidence-invalid')
      const { market } = await host.trade()
      const onChain = await market.readPurchase(BigInt(evidence.request.purchase))
      const verdict = computeVerdict(evidence, market, onChain)
      const disputed = verdict.for === null ? null : readDisputed(evidence)
      terminal.result({ purchase: onChain.id, state: onChain.state, seller: onChain.seller, buyer: onChain.buyer, ...verdict, disputed }, [
        ...(disputed === null ? [] : [`Disputed: the answer to purchase ${onChain.id} of “${oneLine(disputed.title)}”, ${disputed.rows} rows of ${oneLine(disputed.columns.join(', '))}: ${
          disputed.answer === null ? 'not shown' : oneLine(JSON.stringify(disputed.answer))}.`]),
        describeVerdict(verdict),
        `The purchase, sold by ${onChain.seller} to ${onChain.buyer}, is ${onChain.state}.${verdict.for === null ? '' : ` \`hesystem disputes rule ${onChain.id} --for ${verdict.for}\` makes it so.`}`,
      ].join('\n'))
      if (verdict.for === null) process.exitCode = 1
    }))
}
