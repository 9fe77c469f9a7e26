import { Button } from '@mantine/core'
import type { DatasetSummaryJson } from '../../../shared/window-contract/datasets.ts'
import { shell, useAsk } from '../../app/api.ts'
import { goTo, placeOf } from '../../app/router.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState, Page } from '../../ui/page.tsx'
import { Reply } from '../../ui/trouble.tsx'
import { formatCount, When } from '../../ui/values.tsx'

/** How far a dataset is on its way to being listed. */
const Readiness = ({ of: { data, test, usedBy } }: { readonly of: DatasetSummaryJson }) => {
  if (data === null) return <span className="tag">not encrypted</span>
  if (!data.complete) return <span className="tag warn">{Math.round((100 * data.chunksDone) / data.chunks)} % encrypted</span>
  if (usedBy !== null) return <span className="tag good">listed</span>
  return test?.complete === true ? <span className="tag good">ready to list</span> : <span className="tag">needs test data</span>
}

const pageOf = ({ name }: DatasetSummaryJson): string => placeOf(['sell', 'datasets', name])

export const DatasetsPage = () => {
  const datasets = useAsk(['datasets'], () => shell.datasets.list({}))
  const toImport = <Button component="a" href="#/sell/datasets/import">Import a table</Button>
  return (
    <Page title="Datasets" about="Your tables. They stay on this computer; only encrypted copies and what you declare public leave it." actions={datasets.data?.length === 0 ? undefined : toImport}>
      <Reply of={datasets}>
        {(rows) => (rows.length === 0 ? <EmptyState action={toImport}>No table has been imported yet.</EmptyState> : (
          <DataTable
            label="Datasets" rows={rows} keyOf={({ name }) => name} onOpen={(row) => { goTo(pageOf(row)) }}
            columns={[
              { name: 'Dataset', cell: (row) => <a href={pageOf(row)}>{row.name}</a>, order: ({ name }) => name },
              { name: 'State', cell: (row) => <Readiness of={row} /> },
              { name: 'Rows', numeric: true, cell: (row) => formatCount(row.rows), order: (row) => row.rows },
              { name: 'Columns', numeric: true, cell: (row) => row.columns, order: (row) => row.columns },
              { name: 'Key', unit: 'bits', numeric: true, cell: ({ data }) => data?.keyBits ?? '' },
              { name: 'Listing', cell: ({ usedBy }) => (usedBy === null ? '' : <a href={placeOf(['sell', 'listings', usedBy])}>{usedBy}</a>) },
              { name: 'Imported', cell: ({ createdAt }) => <When at={createdAt} />, order: ({ createdAt }) => createdAt },
            ]}
          />
        ))}
      </Reply>
    </Page>
  )
}
