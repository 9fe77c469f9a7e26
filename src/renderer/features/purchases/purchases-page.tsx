import type { PurchaseSummary } from '../../../shared/window-contract/purchases.ts'
import { shell, useAsk } from '../../app/api.ts'
import { goTo, placeOf } from '../../app/router.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Page } from '../../ui/page.tsx'
import { Reply } from '../../ui/trouble.tsx'
import { Amount, Hash, When } from '../../ui/values.tsx'
import { BoughtElsewhere } from './bought-elsewhere.tsx'
import { nextWords, stateTone } from './words.ts'

const open = ({ number }: PurchaseSummary): void => {
  if (number !== null) goTo(placeOf(['buy', 'purchases', number]))
}

export const PurchasesPage = () => {
  const purchases = useAsk(['purchases'], () => shell.purchases.list({}))
  return (
    <Page title="Purchases" about="Each is one answer paid for, from escrow to receipt.">
      <Reply of={purchases}>
        {(rows) => (
          <div className="stack wider">
            {rows.length === 0 ? null : (
              <DataTable
                label="Purchases" rows={rows} keyOf={({ id }) => id} onOpen={open}
                columns={[
                  { name: 'No.', numeric: true, cell: ({ number }) => number ?? '–', order: ({ number }) => BigInt(number ?? '0') },
                  { name: 'Listing', cell: ({ title, number }) => (number === null ? title : <a href={placeOf(['buy', 'purchases', number])}>{title}</a>), order: ({ title }) => title },
                  { name: 'State', cell: ({ state }) => <span className={`tag ${stateTone[state]}`}>{state}</span>, order: ({ state }) => state },
                  { name: 'Next', cell: ({ next }) => nextWords[next].short },
                  { name: 'Until', cell: ({ deadlineSeconds }) => (deadlineSeconds === null ? '' : <When at={deadlineSeconds} />) },
                  { name: 'Price', unit: 'ether', numeric: true, cell: ({ terms }) => (terms === null ? '' : <Amount bare wei={terms.valueWei} />), order: ({ terms }) => BigInt(terms?.valueWei ?? '0') },
                  { name: 'Seller', cell: ({ seller }) => <Hash value={seller} label="seller address" /> },
                  { name: 'Bought', cell: ({ createdAt }) => <When at={createdAt} />, order: ({ createdAt }) => createdAt },
                ]}
              />
            )}
            <BoughtElsewhere alone={rows.length === 0} />
          </div>
        )}
      </Reply>
    </Page>
  )
}
