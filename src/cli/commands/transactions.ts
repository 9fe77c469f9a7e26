import type { Command } from 'commander'
import type { Replacement, ReplacementKind, StoredTransaction } from '../../host/chain/outbox.ts'
import { formatEther } from '../../shared/units.ts'
import { explorerOf, explorerUrl } from '../../host/settings/explorer.ts'
import { withHost, type GlobalOptions } from '../run.ts'
import type { Host } from '../../host/index.ts'

type Outbox = Awaited<ReturnType<Host['chain']>>['outbox']

const toDocument = (outbox: Outbox, explorer: string | null, transaction: StoredTransaction) => {
  const { key, purpose, status, valueWei, outcome, error, createdAt } = transaction
  const waiting = outbox.findWaiting(key)
  const hash = status === 'signed' ? waiting?.hash ?? null : outcome?.hash ?? null
  return {
    key, purpose, status, valueWei, hash,
    explorer: hash === null ? null : explorerUrl(explorer, 'tx', hash),
    nonce: status === 'signed' ? waiting?.nonce ?? null : null,
    gasUsed: outcome?.gasUsed ?? null,
    feeWei: outcome === null ? null : outcome.gasUsed * outcome.effectiveGasPriceWei,
    error: error?.code ?? null,
    /** It had its confirmations, and a reorganisation took it back. */
    takenBack: status === 'signed' && outcome !== null,
    createdAt,
  }
}

const describe = ({ purpose, status, hash, feeWei, takenBack }: ReturnType<typeof toDocument>): string => [
  status === 'signed' ? 'waits' : status, purpose, hash ?? '', feeWei === null || status === 'signed' ? '' : `fee ${formatEther(feeWei)} ether`,
  takenBack ? 'taken back by a reorganisation, sent again' : '',
].filter((part) => part !== '').join('  ')

const describePlan = ({ kind, maxFeePerGasWei, maxCostWei, replacedMaxCostWei }: Replacement): string =>
  `${kind === 'cancel' ? 'A transaction that does nothing takes its place' : 'The same move is sent at a higher fee'}: ${maxFeePerGasWei} wei a gas at most, ${formatEther(maxCostWei)} ether in all at most (it was ${formatEther(replacedMaxCostWei)}). Only one of the two can be mined.`

const outcomes: Readonly<Record<StoredTransaction['status'], string>> = {
  intended: 'is written down and not signed', signed: 'still waits', confirmed: 'is confirmed', failed: 'was refused by the contract', retried: 'is cancelled: nothing of it has happened',
}

export const addTransactionCommands = (program: Command, globals: () => GlobalOptions): void => {
  const tx = program.command('tx').description('what this profile sent to the chain')
  tx.command('list').description('every transaction, with its cost; what waits with the hash to name it by')
    .action(() => withHost(globals(), async (host, terminal) => {
      const { outbox } = await host.chain()
      const transactions = outbox.list().map((row) => toDocument(outbox, explorerOf(host.networks.getActive()), row))
      terminal.result({ transactions }, transactions.length === 0 ? 'Nothing sent yet.' : transactions.map(describe).join('\n'))
    }))
  const replacing = (kind: ReplacementKind, description: string): void => {
    tx.command(`${kind} <hash>`).description(description)
      .action((hash: string) => withHost(globals(), async (host, terminal) => {
        const { outbox } = await host.chain()
        const plan = await outbox.planReplacement(hash, kind)
        terminal.note(describePlan(plan))
        const row = await outbox.replace(plan)
        terminal.result(toDocument(outbox, explorerOf(host.networks.getActive()), row), `“${row.purpose}” ${outcomes[row.status]}.`)
      }))
  }
  replacing('speed-up', 'send a transaction that waits again at a higher fee; waits until one of the two is confirmed')
  replacing('cancel', 'put a transaction that does nothing in the place of one that waits; waits until one of the two is confirmed')
  tx.command('resend <hash>').description('send the very bytes of a transaction that waits again, in case the network lost them')
    .action((hash: string) => withHost(globals(), async (host, terminal) => {
      const { outbox } = await host.chain()
      await outbox.resend(hash)
      terminal.result({ hash }, `${hash} was sent again.`)
    }))
}
