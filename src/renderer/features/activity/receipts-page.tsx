import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState, Page } from '../../ui/page.tsx'
import { saveText } from '../../ui/save-file.ts'
import { Reply, Trouble } from '../../ui/trouble.tsx'
import { When } from '../../ui/values.tsx'

export const ReceiptsPage = () => {
  const receipts = useAsk(['receipts'], () => shell.receipts.list({}))
  const [words, setWords] = useState('')
  const take = useDo((purchase: string) => shell.receipts.export({ purchase }), 'receipts')
  const save = (purchase: string): void => {
    take.mutate(purchase, { onSuccess: ({ fileName, json }) => { saveText(fileName, json, 'application/json') } })
  }
  return (
    <Page title="Receipts" about="Signed records of trades. Anybody can verify one without asking either party.">
      <Trouble error={take.error} />
      <Reply of={receipts}>
        {(rows) => (rows.length === 0 ? <EmptyState action={<Button component="a" href="#/buy/purchases">Open the purchases</Button>}>No receipt has been exported yet; a purchase’s page does it.</EmptyState> : (
          <div className="stack wide">
            <TextInput aria-label="Search receipts" placeholder="Search" w={280} value={words} onChange={(event) => { setWords(event.target.value) }} />
            <DataTable
              label="Receipts" keyOf={({ id }) => id}
              rows={rows.filter(({ id, state, role }) => `${id} ${state} ${role}`.toLowerCase().includes(words.toLowerCase()))}
              columns={[
                { name: 'Receipt', cell: ({ id }) => <span className="mono">{id}</span>, order: ({ id }) => id },
                { name: 'As', cell: ({ role }) => role, order: ({ role }) => role },
                { name: 'Purchase', numeric: true, cell: ({ purchase }) => purchase, order: ({ purchase }) => BigInt(purchase) },
                { name: 'Trade', cell: ({ state }) => state, order: ({ state }) => state },
                { name: 'Signed', cell: ({ updatedAt }) => <When at={updatedAt} />, order: ({ updatedAt }) => updatedAt },
                { name: 'File', numeric: true, cell: ({ purchase }) => <button type="button" className="link-button" onClick={() => { save(purchase) }}>Export</button> },
              ]}
            />
          </div>
        ))}
      </Reply>
    </Page>
  )
}
