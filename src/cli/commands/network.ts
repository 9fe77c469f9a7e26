import type { Command } from 'commander'
import { networkKindOf } from '../../host/index.ts'
import { parseCount } from '../arguments.ts'
import { withHost, type GlobalOptions } from '../run.ts'

export const addNetworkCommands = (program: Command, globals: () => GlobalOptions): void => {
  const network = program.command('network').description('the networks this profile knows')
  network.command('list').description('all of them, the one in use marked')
    .action(() => withHost(globals(), async (host, terminal) => {
      const active = host.networks.findActive()?.name ?? null
      const networks = host.networks.list()
      terminal.result({ active, networks }, networks.length === 0
        ? 'No network yet. `hesystem network add NAME --rpc URL --chain-id N` adds one.'
        : networks.map(({ name, chainId, rpcUrl, contract }) => `${name === active ? '*' : ' '} ${name}  chain ${chainId}  ${rpcUrl}  market ${contract ?? 'not set'}`).join('\n'))
    }))
  network.command('add <name>').description('a network by its RPC URL; the first one is used at once')
    .requiredOption('--rpc <url>', 'RPC URL')
    .requiredOption('--chain-id <n>', 'chain id', parseCount)
    .option('--contract <address>', 'the market contract there')
    .action((name: string, options: { rpc: string; chainId: number; contract?: string }) => withHost(globals(), async (host, terminal) => {
      const added = host.networks.add({
        name, kind: networkKindOf(options.chainId), rpcUrl: options.rpc, chainId: options.chainId, contract: options.contract ?? null,
      })
      if (host.networks.findActive() === null) host.networks.use(name)
      terminal.result(added, `Network ${name} is known (chain ${added.chainId}).`)
    }))
  network.command('set <name>').description('correct a network: its RPC URL, or the market contract there')
    .option('--rpc <url>', 'RPC URL')
    .option('--contract <address>', 'the market contract; the seller names it')
    .action((name: string, options: { rpc?: string; contract?: string }) => withHost(globals(), async (host, terminal) => {
      const present = host.networks.get(name)
      const { rpc = present.rpcUrl, contract = present.contract } = options
      const saved = host.networks.save({ ...present, rpcUrl: rpc, contract })
      terminal.result(saved, `Network ${name}: chain ${saved.chainId} at ${saved.rpcUrl}, market ${saved.contract ?? 'not set'}.`)
    }))
  network.command('remove <name>').description('forget a network that is not in use')
    .action((name: string) => withHost(globals(), async (host, terminal) => {
      host.networks.remove(name)
      terminal.result({ removed: name }, `Network ${name} is forgotten.`)
    }))
  network.command('use <name>').description('trade on this network from now on')
    .action((name: string) => withHost(globals(), async (host, terminal) => {
      const used = host.networks.use(name)
      terminal.result(used, `Network ${name} is in use.`)
    }))
}
