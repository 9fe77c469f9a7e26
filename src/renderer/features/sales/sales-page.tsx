import { Button } from '@mantine/core'
import type { SaleJson } from '../../../shared/window-contract/sales.ts'
import { formatEther } from '../../../shared/units.ts'
import { shell, useAsk } from '../../app/api.ts'
import { useMove } from '../../app/moves.tsx'
import { goTo, placeOf } from '../../app/router.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState, Figure, Page, Section } from '../../ui/page.tsx'
import { Bars } from '../../ui/plot.tsx'
import { Reply } from '../../ui/trouble.tsx'
import { Amount, Hash, When } from '../../ui/values.tsx'
import { stateTone } from '../purchases/words.ts'

const Earnings = () => {
  const sign = useMove()
  const earnings = useAsk(['sales', 'earnings'], () => shell.sales.earnings({}))
  return (
    <Reply of={earnings}>
      {({ settledWei, pendingWei, reclaimableWei, withdrawableWei, days }) => (
        <div className="stack wider">
          <div className="row between" style={{ alignItems: 'flex-start' }}>
            <div className="figures">
              <Figure label="Earned"><Amount wei={settledWei} /></Figure>
              <Figure label="Held for sales under way"><Amount wei={pendingWei} /></Figure>
              <Figure label="To be reclaimed now"><Amount wei={reclaimableWei} /></Figure>
              <Figure label="To be withdrawn now"><Amount wei={withdrawableWei} /></Figure>
            </div>
            {BigInt(withdrawableWei) === 0n ? null : <Button onClick={() => { sign({ kind: 'withdraw' }) }}>Withdraw…</Button>}
          </div>
          {days.length < 2 ? null : <Section title="Earned by day (ether)"><Bars title="Earned by day" values={days.map(({ earnedWei }) => Number(formatEther(BigInt(earnedWei))))} labels={days.map(({ day }) => day.slice(5))} /></Section>}
        </div>
      )}
    </Reply>
  )
}

const handledWords: Readonly<Record<NonNullable<SaleJson['handled']>, string>> = {
  received: 'received the request', answered: 'decrypted', delivered: 'delivered', refused: 'refused: policy', declined: 'declined', missed: 'missed the time',
}

const Moves = ({ of: { purchase, reclaimable, declinable } }: { readonly of: SaleJson }) => {
  const sign = useMove()
  return (
    <span className="row end" onClick={(event) => { event.stopPropagation() }}>
      {reclaimable ? <button type="button" className="link-button" onClick={() => { sign({ kind: 'reclaim', purchase }) }}>Reclaim</button> : null}
      {declinable ? <button type="button" className="link-button" onClick={() => { sign({ kind: 'decline', purchase }) }}>Decline</button> : null}
    </span>
  )
}

export const SalesPage = () => {
  const sales = useAsk(['sales'], () => shell.sales.list({}))
  return (
    <Page title="Sales" about="Who bought what, where each trade stands, and what it brought.">
      <Reply of={sales}>
        {(rows) => (rows.length === 0 ? <EmptyState action={<Button component="a" href="#/sell/serve">Open Serve</Button>}>Nothing has been sold yet.</EmptyState> : (
          <>
            <Earnings />
            <DataTable
              label="Sales" rows={rows} keyOf={({ purchase }) => purchase} onOpen={({ purchase }) => { goTo(placeOf(['sell', 'sales', purchase])) }}
              columns={[
                { name: 'No.', numeric: true, cell: ({ purchase }) => purchase, order: ({ purchase }) => BigInt(purchase) },
                { name: 'Listing', cell: ({ purchase, title }) => <a href={placeOf(['sell', 'sales', purchase])}>{title ?? 'Listing made elsewhere'}</a>, order: ({ title }) => title ?? '' },
                { name: 'Buyer', cell: ({ buyer }) => <Hash value={buyer} label="buyer address" /> },
                { name: 'State', cell: ({ state }) => <span className={`tag ${stateTone[state]}`}>{state}</span>, order: ({ state }) => state },
                { name: 'You', cell: ({ handled, refusal }) => <span {...(refusal === null ? {} : { title: refusal.message })}>{handled === null ? '' : handledWords[handled]}</span> },
                { name: 'Until', cell: ({ deadlineSeconds }) => (deadlineSeconds === null ? '' : <When at={deadlineSeconds} />) },
                { name: 'Price', unit: 'ether', numeric: true, cell: ({ valueWei }) => <Amount bare wei={valueWei} />, order: ({ valueWei }) => BigInt(valueWei) },
                { name: 'Paid', cell: ({ paidAtSeconds }) => <When at={paidAtSeconds} />, order: ({ paidAtSeconds }) => paidAtSeconds },
                { name: 'Next', numeric: true, cell: (sale) => <Moves of={sale} /> },
              ]}
            />
          </>
        ))}
      </Reply>
    </Page>
  )
}
