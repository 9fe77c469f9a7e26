import { Button } from '@mantine/core'
import { shell, useAsk } from '../../app/api.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState, Page, Section } from '../../ui/page.tsx'
import { Reply } from '../../ui/trouble.tsx'
import { Amount, formatCount, Hash, When } from '../../ui/values.tsx'
import { ExplorerLink } from '../../ui/explorer-link.tsx'

const Transactions = () => {
  const transactions = useAsk(['activity', 'transactions'], () => shell.activity.transactions({}))
  return (
    <Section title="Sent to the chain">
      <Reply of={transactions}>
        {(rows) => (rows.length === 0 ? <p className="quiet">Nothing was sent yet.</p> : (
          <DataTable
            label="Transactions" rows={rows} keyOf={({ key }) => key} height={400}
            columns={[
              { name: 'What for', cell: ({ purpose }) => purpose, order: ({ purpose }) => purpose },
              { name: 'State', cell: ({ status, error }) => <span className={`tag ${status === 'confirmed' ? 'good' : status === 'failed' ? 'bad' : ''}`} {...(error === null ? {} : { title: error.message })}>{status}</span>, order: ({ status }) => status },
              { name: 'Transaction', cell: ({ hash }) => (hash === null ? '' : <span className="row"><Hash value={hash} label="transaction" /><ExplorerLink what="tx" value={hash} /></span>) },
              { name: 'Value', unit: 'ETH', numeric: true, cell: ({ valueWei }) => <Amount bare wei={valueWei} />, order: ({ valueWei }) => BigInt(valueWei) },
              { name: 'Gas', numeric: true, cell: ({ gasUsed }) => (gasUsed === null ? '' : formatCount(Number(gasUsed))) },
              { name: 'Fee', unit: 'ETH', numeric: true, cell: ({ feeWei }) => (feeWei === null ? '' : <Amount bare wei={feeWei} />) },
              { name: 'When', cell: ({ createdAt }) => <When at={createdAt} />, order: ({ createdAt }) => createdAt },
            ]}
          />
        ))}
      </Reply>
    </Section>
  )
}

export const ActivityLogPage = () => {
  const signatures = useAsk(['activity', 'signatures'], () => shell.activity.signatures({}))
  return (
    <Page title="Log" about="Everything this profile signed, and by whose word: yours at a confirmation, or serving’s standing authorisation.">
      <Reply of={signatures}>
        {(rows) => (rows.length === 0 ? <EmptyState action={<Button component="a" href="#/buy/market">Open the market</Button>}>Nothing has been signed yet.</EmptyState> : (
          <Section title="Signed">
            <DataTable
              label="Signatures" rows={rows} keyOf={({ id }) => id} height={400}
              columns={[
                { name: 'What', cell: ({ words, error }) => <span title={error ?? words}>{words}</span>, order: ({ words }) => words },
                { name: 'By', cell: ({ by }) => (by === 'confirmation' ? 'you' : 'serving'), order: ({ by }) => by },
                { name: 'Outcome', cell: ({ outcome }) => <span className={`tag ${outcome === 'done' ? 'good' : outcome === 'failed' ? 'bad' : ''}`}>{outcome}</span>, order: ({ outcome }) => outcome },
                { name: 'When', cell: ({ at }) => <When at={at} />, order: ({ at }) => at },
              ]}
            />
          </Section>
        ))}
      </Reply>
      <Transactions />
    </Page>
  )
}
