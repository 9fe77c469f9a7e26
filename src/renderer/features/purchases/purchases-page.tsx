import { Button } from '@mantine/core'
import type { PurchaseSummary } from '../../../shared/window-contract/purchases.ts'
import { shell, useAsk } from '../../app/api.ts'
import { goTo, placeOf } from '../../app/router.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState, Page } from '../../ui/page.tsx'
import { Reply } from '../../ui/trouble.tsx'
import { Amount, Hash, When } from '../../ui/values.tsx'
import { nextWords, stateTone } from './words.ts'

const open = ({ number }: PurchaseSummary): void => {
  if (number !== null) goTo(placeOf(['buy', 'purchases', number]))
}

export const PurchasesPage = () => {
  const purchases = useAsk(['purchases'], () => shell.purchases.list({}))
  return (
    <Page title="Purchases" about="Each is one answer paid for, from escrow to receipt.">
      <Reply of={purchases}>
        {(rows) => (rows.length === 0
          ? <EmptyState action={<Button component="a" href="#/buy/market">Open the market</Button>}>You have bought no answer yet.</EmptyState>
          : (
            <DataTable
              label="Purchases" rows={rows} keyOf={({ id }) => id} onOpen={open}
              columns={[
                { name: 'No.', numeric: true, cell: ({ number }) => number ?? '–', order: ({ number }) => BigInt(number ?? '0') },
                { name: 'Listing', cell: ({ title, number }) => (number === null ? title : <a href={placeOf(['buy', 'purchases', number])}>{title}</a>), order: ({ title }) => title },
                { name: 'State', cell: ({ state }) => <span className={`tag ${stateTone[state]}`}>{state}</span>, order: ({ state }) => state },
                { name: 'Next', cell: ({ next }) => nextWords[next].short },
                { name: 'Until', cell: ({ deadlineSeconds }) => (deadlineSeconds === null ? '' : <When at={deadlineSeconds} />) },
                { name: 'Price', unit: 'ETH', numeric: true, cell: ({ terms }) => (terms === null ? '' : <Amount bare wei={terms.valueWei} />), order: ({ terms }) => BigInt(terms?.valueWei ?? '0') },
                { name: 'Seller', cell: ({ seller }) => <Hash value={seller} label="seller address" /> },
                { name: 'Bought', cell: ({ createdAt }) => <When at={createdAt} />, order: ({ createdAt }) => createdAt },
              ]}
            />
          ))}
      </Reply>
    </Page>
  )
}
