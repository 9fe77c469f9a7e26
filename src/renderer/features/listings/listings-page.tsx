import { Button } from '@mantine/core'
import type { ListingJson } from '../../../shared/window-contract/listings.ts'
import { shell, useAsk } from '../../app/api.ts'
import { goTo, placeOf } from '../../app/router.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState, Page } from '../../ui/page.tsx'
import { Reply } from '../../ui/trouble.tsx'
import { Amount, formatCount } from '../../ui/values.tsx'

export const ListingState = ({ of: { state, onThisNetwork } }: { readonly of: ListingJson }) =>
  (onThisNetwork ? <span className={state === 'published' ? 'tag good' : 'tag'}>{state}</span> : <span className="tag warn">another network</span>)

const pageOf = ({ id }: ListingJson): string => placeOf(['sell', 'listings', id])

export const ListingsPage = () => {
  const listings = useAsk(['listings'], () => shell.listings.list({}))
  const write = <Button component="a" href="#/sell/listings/new">Write a listing</Button>
  return (
    <Page title="Listings" about="What you offer: a price, and what your key will answer." actions={listings.data?.length === 0 ? undefined : write}>
      <Reply of={listings}>
        {(rows) => (rows.length === 0 ? (
          <EmptyState action={write}>Nothing of yours is on sale. A listing needs an encrypted dataset with test data.</EmptyState>
        ) : (
          <DataTable
            label="Listings" rows={rows} keyOf={({ id }) => id} onOpen={(row) => { goTo(pageOf(row)) }}
            columns={[
              { name: 'Listing', cell: (row) => <a href={pageOf(row)}>{row.title}</a>, order: ({ title }) => title },
              { name: 'State', cell: (row) => <ListingState of={row} /> },
              { name: 'Dataset', cell: ({ dataset }) => dataset },
              { name: 'No.', numeric: true, cell: ({ number }) => number ?? '–' },
              { name: 'Rows', numeric: true, cell: ({ rows: count }) => formatCount(count) },
              { name: 'Price', unit: 'ether', numeric: true, cell: ({ terms }) => <Amount bare wei={terms.valueWei} />, order: ({ terms }) => BigInt(terms.valueWei) },
              { name: 'Guarantee', unit: 'ether', numeric: true, cell: ({ terms }) => <Amount bare wei={terms.guaranteeWei} /> },
            ]}
          />
        ))}
      </Reply>
    </Page>
  )
}
