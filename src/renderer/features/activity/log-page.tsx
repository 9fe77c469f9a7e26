import { Button, Popover } from '@mantine/core'
import type { ReactNode } from 'react'
import { shell, useAsk } from '../../app/api.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState, Page, Section } from '../../ui/page.tsx'
import { ErrorPanel, Reply } from '../../ui/trouble.tsx'
import { Amount, Copyable, formatCount, Hash, When } from '../../ui/values.tsx'
import { ExplorerLink } from '../../ui/explorer-link.tsx'

/** How something stands, and on a click why it is so. */
const State = ({ word, tone, why }: { readonly word: string, readonly tone: 'good' | 'bad' | '', readonly why: ReactNode }) => {
  if (why === null) return <span className={`tag ${tone}`}>{word}</span>
  return (
    <Popover width={420} position="bottom-start" withArrow>
      <Popover.Target><button type="button" className={`tag ${tone} asks`} aria-label={`${word}: why`} onClick={(event) => { event.stopPropagation() }}>{word} – why?</button></Popover.Target>
      <Popover.Dropdown>{why}</Popover.Dropdown>
    </Popover>
  )
}

const Transactions = () => {
  const transactions = useAsk(['activity', 'transactions'], () => shell.activity.transactions({}))
  return (
    <Section title="Sent to the chain">
      <Reply of={transactions}>
        {(rows) => (rows.length === 0 ? <p className="quiet">Nothing was sent yet.</p> : (
          <DataTable
            label="Transactions" rows={rows} keyOf={({ key }) => key} height={400}
            columns={[
              { name: 'What for', cell: ({ purpose }) => <span className="what" title={purpose}>{purpose}</span>, order: ({ purpose }) => purpose },
              { name: 'When', cell: ({ createdAt }) => <When at={createdAt} />, order: ({ createdAt }) => createdAt },
              { name: 'State', cell: ({ status, error }) => <State word={status} tone={status === 'confirmed' ? 'good' : status === 'failed' ? 'bad' : ''} why={error === null ? null : <ErrorPanel document={error} />} />, order: ({ status }) => status },
              { name: 'Transaction', cell: ({ hash }) => (hash === null ? '' : <span className="row"><Hash value={hash} label="transaction" /><ExplorerLink what="tx" value={hash} /></span>) },
              { name: 'Value', unit: 'ether', numeric: true, cell: ({ valueWei }) => <Amount bare wei={valueWei} />, order: ({ valueWei }) => BigInt(valueWei) },
              { name: 'Gas', numeric: true, cell: ({ gasUsed }) => (gasUsed === null ? '' : formatCount(Number(gasUsed))) },
              { name: 'Fee', unit: 'ether', numeric: true, cell: ({ feeWei }) => (feeWei === null ? '' : <Amount bare wei={feeWei} />) },
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
                { name: 'What', cell: ({ words }) => <span title={words}>{words}</span>, order: ({ words }) => words },
                { name: 'By', cell: ({ by }) => (by === 'confirmation' ? 'you' : 'serving'), order: ({ by }) => by },
                { name: 'Outcome', cell: ({ outcome, error }) => <State word={outcome} tone={outcome === 'done' ? 'good' : outcome === 'failed' ? 'bad' : ''} why={error === null ? null : <Copyable value={error} label="what went wrong" long />} />, order: ({ outcome }) => outcome },
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
