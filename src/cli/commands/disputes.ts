import type { Command } from 'commander'
import { parseChoice, parseNumber } from '../arguments.ts'
import { withHost, type GlobalOptions } from '../run.ts'

export const addDisputeCommands = (program: Command, globals: () => GlobalOptions): void => {
  const disputes = program.command('disputes').description('the arbiter\'s side, and disputes nobody rules on')
  disputes.command('list').description('purchases in dispute on this contract')
    .action(() => withHost(globals(), async (host, terminal) => {
      const { market } = await host.trade()
      const purchases = await Promise.all((await market.findPurchases({})).map((number) => market.readPurchase(number)))
      const disputed = purchases.filter(({ state }) => state === 'Disputed')
      terminal.result({ disputes: disputed }, disputed.length === 0 ? 'No dispute is open.' : disputed.map(({ id, seller, buyer, terms }) =>
        `${id}  seller ${seller}  buyer ${buyer}  arbiter ${terms.arbiter}`).join('\n'))
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
}
