import type { Command } from 'commander'
import { networkKindOf, type Network } from '../../host/index.ts'
import { parseCount } from '../arguments.ts'
import { withHost, type GlobalOptions } from '../run.ts'

const describe = ({ name, chainId, rpcUrl, contract, explorer }: Network, active: boolean): string => [
  `${active ? '*' : ' '} ${name}`, `chain ${chainId}`, rpcUrl, `market ${contract ?? 'not set'}`, ...(explorer === null ? [] : [`explorer ${explorer}`]),
].join('  ')

interface NetworkOptions {
  readonly rpc: string
  readonly chainId: number
  readonly contract?: string
  readonly explorer?: string
}

export const addNetworkCommands = (program: Command, globals: () => GlobalOptions): void => {
  const network = program.command('network').description('the networks this profile knows')
  network.command('list').description('all of them, the one in use marked')
    .action(() => withHost(globals(), async (host, terminal) => {
      const active = host.networks.findActive()?.name ?? null
      const networks = host.networks.list()
      terminal.result({ active, networks }, networks.length === 0
        ? 'No network yet. `hesystem network add NAME --rpc URL --chain-id N` adds one.'
        : networks.map((known) => describe(known, known.name === active)).join('\n'))
    }))
  network.command('add <name>').description('a network by its RPC URL; the first one is used at once')
    .requiredOption('--rpc <url>', 'RPC URL')
    .requiredOption('--chain-id <n>', 'chain id', parseCount)
    .option('--contract <address>', 'the market contract there')
    .option('--explorer <url>', 'where people look at this chain; known for Ethereum and Sepolia')
    .action((name: string, options: NetworkOptions) => withHost(globals(), async (host, terminal) => {
      const added = host.networks.add({
        name, kind: networkKindOf(options.chainId), rpcUrl: options.rpc, chainId: options.chainId, contract: options.contract ?? null,
        explorer: options.explorer ?? null,
      })
      if (host.networks.findActive() === null) host.networks.use(name)
      terminal.result(added, `Network ${name} is known (chain ${added.chainId}).`)
    }))
  network.command('set <name>').description('correct a network: its RPC URL, the market contract there, or its explorer')
    .option('--rpc <url>', 'RPC URL')
    .option('--contract <address>', 'the market contract; the seller names it')
    .option('--explorer <url>', 'where people look at this chain')
    .action((name: string, options: Partial<NetworkOptions>) => withHost(globals(), async (host, terminal) => {
      const present = host.networks.get(name)
      const { rpc = present.rpcUrl, contract = present.contract, explorer = present.explorer } = options
      const saved = host.networks.save({ ...present, rpcUrl: rpc, contract, explorer })
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
