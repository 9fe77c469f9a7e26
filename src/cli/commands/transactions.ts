import type { Command } from 'commander'
import { formatEther } from '../../shared/units.ts'
import { withHost, type GlobalOptions } from '../run.ts'

export const addTransactionCommands = (program: Command, globals: () => GlobalOptions): void => {
  const tx = program.command('tx').description('what this profile sent to the chain')
  tx.command('list').description('every transaction, with its cost')
    .action(() => withHost(globals(), async (host, terminal) => {
      const { outbox } = await host.chain()
      const transactions = outbox.list().map(({ key, purpose, status, valueWei, outcome, error, createdAt }) => ({
        key, purpose, status, valueWei,
        hash: outcome?.hash ?? null,
        gasUsed: outcome?.gasUsed ?? null,
        feeWei: outcome === null ? null : outcome.gasUsed * outcome.effectiveGasPriceWei,
        error: error?.code ?? null,
        createdAt,
      }))
      terminal.result({ transactions }, transactions.length === 0 ? 'Nothing sent yet.' : transactions.map(({ purpose, status, hash, feeWei }) =>
        `${status}  ${purpose}  ${hash ?? ''}  ${feeWei === null ? '' : `fee ${formatEther(feeWei)} ether`}`).join('\n'))
    }))
}
