import type { Command } from 'commander'
import type { Trade } from '../../host/index.ts'
import { describeReorganised } from '../../host/chain/recheck.ts'
import type { ServeEvent } from '../../host/seller/serve-event.ts'
import { toErrorDocument } from '../../shared/errors.ts'
import { formatEther } from '../../shared/units.ts'
import { parseNumber, parsePort } from '../arguments.ts'
import { createOperations } from '../operations.ts'
import { createInterrupt, readConfiguration, withHost, type GlobalOptions } from '../run.ts'
import { createTerminal } from '../terminal.ts'

const describeSale = {
  received: 'a request arrived', answered: 'answered, not on the chain yet', delivered: 'answer delivered',
  refused: 'refused, the decline is not on the chain yet', declined: 'declined: the policy does not allow it', missed: 'ended before it was answered',
} as const

const describeEvent = (event: ServeEvent): string => {
  switch (event.kind) {
    case 'sale-advanced': return `purchase ${event.purchase}: ${describeSale[event.state]}`
    case 'declined-unseen': return `purchase ${event.purchase}: declined, its request never arrived`
    case 'reclaimed': return `purchase ${event.purchase}: reclaimed`
    case 'reorganised': return describeReorganised(event)
    case 'bug': return `bug ${String(event.error.details['bug'])} at ${event.request}: ${event.error.cause instanceof Error ? event.error.cause.stack ?? event.error.message : event.error.message}`
    case 'failed': {
      const { code, message } = toErrorDocument(event.error)
      const cause = event.error instanceof Error && code === 'bug.unexpected' ? `\n${event.error.stack ?? ''}` : ''
      return `${event.purchase === null ? 'watch' : `purchase ${event.purchase}`}: ${code}: ${message}${cause}`
    }
  }
}

/** Says the same of one purchase only once in a row: the watch tries a stuck one again every second. */
const createReporter = (note: (text: string) => void): ((event: ServeEvent) => void) => {
  let last = ''
  return (event) => {
    const text = describeEvent(event)
    if (text !== last) note(text)
    last = text
  }
}

/** Every delivery posts a bond as large as the guarantee: a wallet that cannot is told before the first buyer finds out. */
const warnOfShortBond = async ({ market, listings }: Trade, note: (text: string) => void): Promise<void> => {
  const largestWei = listings.list().reduce((most, { terms }) => (terms.guaranteeWei > most ? terms.guaranteeWei : most), 0n)
  const balanceWei = await market.readAccountBalance(market.account)
  if (balanceWei > largestWei) return
  note(`Warning: this wallet holds ${formatEther(balanceWei)} ether; delivering needs a bond of ${formatEther(largestWei)} ether, and gas.`)
}

interface ServeCommandOptions {
  readonly host?: string
  readonly port?: number
  readonly publicUrl?: string
  readonly metrics?: number | true
}

const defaultMetricsPort = 7375

const runServe = async (globals: GlobalOptions, options: ServeCommandOptions): Promise<void> => {
  const interrupt = createInterrupt()
  const configuration = readConfiguration(globals)
  const settings = { ...configuration.serve, ...options, publicUrl: options.publicUrl ?? configuration.serve.publicUrl }
  const metricsPort = options.metrics === true ? settings.metricsPort ?? defaultMetricsPort : options.metrics ?? settings.metricsPort
  const terminal = createTerminal(globals.json === true)
  const operations = createOperations(configuration, terminal, { onEvent: createReporter(terminal.note) })
  await withHost(globals, async (host) => {
    const trade = await host.trade()
    const { serve, connection } = trade
    await host.engine()
    await warnOfShortBond(trade, operations.note)
    const { host: address, port, publicUrl, trustedProxies, shutdownSeconds } = settings
    const serving = await serve({
      host: address, port, trustedProxies, shutdownSeconds,
      ...(publicUrl === null ? {} : { publicUrl }),
      watchIntervalMilliseconds: connection.isDevelopment ? 1000 : 15_000,
      autoReclaim: host.settings.get().autoReclaim,
      onEvent: () => undefined,
    })
    try {
      const metrics = await operations.startMetrics(host, metricsPort)
      const served = trade.listings.list().filter(({ state }) => state !== 'draft')
      for (const { id, url } of served) {
        if (new URL(url).origin === (publicUrl === null ? serving.localUrl : new URL(publicUrl).origin)) continue
        operations.note(`Warning: the contract sends buyers of ${id} to ${url}; \`hesystem listing relocate\` changes that.`)
      }
      terminal.result({ url: serving.localUrl, port: serving.port, metrics: metrics?.url ?? null, listings: served.map(({ id }) => id) }, [
        `Serving at ${serving.localUrl}. Ctrl-C stops it.`, ...served.map(({ url }) => `  ${url}`),
        ...(metrics === null ? [] : [`Metrics at ${metrics.url}`]),
      ].join('\n'))
      await interrupt.interrupted
      operations.note('Stopping: finishing what is under way.')
    } finally {
      await serving.stop()
      await operations.close()
    }
  }, operations.observer)
}

export const addServeCommands = (program: Command, globals: () => GlobalOptions): void => {
  program.command('serve').description('the seller\'s server; runs until interrupted. Running it authorises deliveries and reclaims by itself')
    .option('--host <address>', 'address to listen on (by default 127.0.0.1)')
    .option('--port <n>', 'port (by default 7373)', parsePort)
    .option('--public-url <url>', 'how buyers reach it through a TLS proxy')
    .option('--metrics [port]', `metrics for Prometheus on a loopback port (by default ${defaultMetricsPort})`, parsePort)
    .action((options: ServeCommandOptions) => runServe(globals(), options))

  const sales = program.command('sales').description('what was sold')
  sales.command('list').description('every purchase from this wallet, with its state')
    .action(() => withHost(globals(), async (host, terminal) => {
      const views = await (await host.trade()).sales.list()
      const rows = views.map(({ onChain, listing, sale, reclaimable }) => ({
        purchase: onChain.id,
        listing,
        buyer: onChain.buyer,
        state: onChain.state,
        valueWei: onChain.terms.valueWei,
        handled: sale?.state ?? null,
        reclaimable,
        refusal: sale?.refusal === null || sale?.refusal === undefined ? null : JSON.parse(sale.refusal) as unknown,
      }))
      terminal.result({ sales: rows }, rows.length === 0 ? 'Nothing sold yet.' : rows.map((row) =>
        `${row.purchase}  ${row.state}  ${formatEther(row.valueWei)} ether  ${row.listing ?? '?'}  buyer ${row.buyer}${row.reclaimable ? '  can be reclaimed' : ''}`).join('\n'))
    }))
  const move = (name: 'decline' | 'reclaim', description: string): void => {
    sales.command(name).description(description).argument('<purchase>', 'its number on the contract', parseNumber)
      .action((number: bigint) => withHost(globals(), async (host, terminal) => {
        const { id, state } = await (await host.trade()).sales[name](number)
        terminal.result({ purchase: id, state }, `Purchase ${id} is ${state}.`)
      }))
  }
  move('decline', 'refuse to answer: the buyer is refunded')
  move('reclaim', 'take the money of a delivery whose buyer stayed silent')
}
