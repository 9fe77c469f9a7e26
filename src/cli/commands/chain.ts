import type { Command } from 'commander'
import { startPracticeChain } from '../../host/chain/practice-chain.ts'
import { connectChain } from '../../host/chain/connect.ts'
import { deployMarket } from '../../host/chain/deploy.ts'
import { explorerOf, explorerUrl } from '../../host/settings/explorer.ts'
import { lastPracticeChainId, practiceChainId } from '../../host/settings/known-chains.ts'
import { parseNetwork } from '../../host/settings/network-schema.ts'
import { AppError } from '../../shared/errors.ts'
import { createInterrupt, resolveHome, withHost, type GlobalOptions } from '../run.ts'
import { createTerminal } from '../terminal.ts'
import { join } from 'node:path'
import { parsePort, parseWhole } from '../arguments.ts'

/** The practice chain asks for the shortest times a contract may allow; real networks for an hour (escrow.md). */
const minimumSecondsFor = (kind: string): number => (kind === 'practice' ? 1 : 3600)

export const addChainCommands = (program: Command, globals: () => GlobalOptions): void => {
  const chain = program.command('chain').description('the local development chain')
  chain.command('practice')
    .description('start the practice chain: play money, funded accounts; runs until interrupted')
    .option('--port <n>', 'port of its RPC; by default a free one', parsePort)
    .option('--fresh', 'forget an earlier state')
    .option('--chain-id <n>', 'another id, for a profile that has traded on a practice chain that is lost', parseWhole(practiceChainId, lastPracticeChainId), practiceChainId)
    .action(async (options: { port?: number; fresh?: boolean; chainId: number }) => {
      const terminal = createTerminal(globals().json === true)
      const interrupt = createInterrupt()
      const practice = await startPracticeChain({
        chainId: options.chainId,
        ...(options.port === undefined ? {} : { port: options.port }),
        ...(options.fresh === true ? {} : { dataDir: join(resolveHome(globals()), options.chainId === practiceChainId ? 'practice-chain' : `practice-chain-${options.chainId}`) }),
      })
      terminal.result(
        { rpcUrl: practice.rpcUrl, chainId: practice.chainId, accounts: practice.accounts },
        `Practice chain at ${practice.rpcUrl} (chain ${practice.chainId}); play money only, everybody knows these keys:\n${
          practice.accounts.map(({ address, privateKey }) => `  ${address}  ${privateKey}`).join('\n')}\nCtrl-C stops it.`,
      )
      await interrupt.interrupted
      await practice.stop()
    })

  const contract = program.command('contract').description('the market contract')
  contract.command('deploy')
    .description('deploy the market contract on the network in use and remember its address')
    .action(() => withHost(globals(), async (host, terminal) => {
      const network = host.networks.getActive()
      if (network.contract !== null) {
        throw new AppError('input.already-exists', `Network ${network.name} already trades at ${network.contract}.`, { details: { contract: network.contract } })
      }
      const { outbox } = await host.chain()
      const { address, transaction } = await deployMarket({ outbox, minimumSeconds: minimumSecondsFor(network.kind) })
      host.networks.save({ ...network, contract: address })
      terminal.result({ contract: address, transaction: transaction.hash, gasUsed: transaction.gasUsed }, `The market is at ${address} (transaction ${transaction.hash}, ${transaction.gasUsed} gas).`)
    }))
  contract.command('use <address>')
    .description('trade at a market contract that is already there; it is looked at first')
    .action((address: string) => withHost(globals(), async (host, terminal) => {
      const network = host.networks.getActive()
      const { contract: named, ...rest } = parseNetwork({ ...network, contract: address })
      const connection = connectChain({ ...rest, contract: named })
      try {
        await connection.assertReady()
      } finally {
        connection.close()
      }
      const saved = host.networks.save({ ...rest, contract: named })
      terminal.result(saved, `Network ${saved.name} trades at ${saved.contract ?? address} from now on.`)
    }))
  contract.command('show')
    .description('the market contract of the network in use')
    .action(() => withHost(globals(), async (host, terminal) => {
      const network = host.networks.getActive()
      const { market } = await host.trade()
      const explorer = explorerUrl(explorerOf(network), 'address', market.contract)
      terminal.result({ network: network.name, chainId: market.chainId, contract: market.contract, explorer },
        `${market.contract} on ${network.name} (chain ${market.chainId})${explorer === null ? '' : `\n${explorer}`}`)
    }))
}
