import { Button, Checkbox, Menu, TextInput } from '@mantine/core'
import { useState } from 'react'
import { receiptFormats, type ReceiptFormat } from '../../../shared/schemas/receipt-format.ts'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { placeOf } from '../../app/router.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState, Page } from '../../ui/page.tsx'
import { saveBase64 } from '../../ui/save-file.ts'
import { Reply, Trouble } from '../../ui/trouble.tsx'
import { Copyable, When } from '../../ui/values.tsx'
import { stateTone } from '../purchases/words.ts'

const formatNames: Readonly<Record<ReceiptFormat, string>> = {
  json: 'Signed file, to verify (JSON)', pdf: 'Page for people (PDF)', csv: 'Payments, for bookkeeping (CSV)',
}

const sides = { buyer: 'bought', seller: 'sold' } as const

interface Taken {
  readonly purchase: string
  readonly citation: string
  readonly missingHalf: string | null
}

const LastTaken = ({ purchase, citation, missingHalf }: Taken) => (
  <div className="stack" role="status">
    {missingHalf === null ? null : <p className="small warn">The seller’s signature is missing: {missingHalf}</p>}
    <div className="small quiet">To cite purchase {purchase}: <Copyable value={citation} label="citation" long /></div>
  </div>
)

interface FileMenuProps {
  readonly purchase: string
  readonly disabled: boolean
  readonly onChoose: (format: ReceiptFormat) => void
}

const FileMenu = ({ purchase, disabled, onChoose }: FileMenuProps) => (
  <Menu position="bottom-end">
    <Menu.Target>
      <button type="button" className="link-button" disabled={disabled} aria-label={`Export the receipt of purchase ${purchase}`}>Export</button>
    </Menu.Target>
    <Menu.Dropdown>
      {receiptFormats.map((format) => <Menu.Item key={format} onClick={() => { onChoose(format) }}>{formatNames[format]}</Menu.Item>)}
    </Menu.Dropdown>
  </Menu>
)

export const ReceiptsPage = () => {
  const receipts = useAsk(['receipts'], () => shell.receipts.list({}))
  const [words, setWords] = useState('')
  const [encloseAnswer, setEncloseAnswer] = useState(true)
  const [taken, setTaken] = useState<Taken | null>(null)
  const take = useDo((wanted: { readonly purchase: string, readonly format: ReceiptFormat }) => shell.receipts.export({ ...wanted, encloseAnswer }), 'receipts')
  const save = (purchase: string, format: ReceiptFormat): void => {
    take.mutate({ purchase, format }, {
      onSuccess: (file) => {
        saveBase64(file)
        setTaken({ purchase, citation: file.citation, missingHalf: file.missingHalf })
      },
    })
  }
  return (
    <Page title="Receipts" about="Every trade has one: a signed record that anybody can verify without asking either party.">
      <Trouble error={take.error} />
      {taken === null ? null : <LastTaken {...taken} />}
      <Reply of={receipts}>
        {(rows) => (rows.length === 0 ? <EmptyState action={<Button component="a" href="#/buy/market">Open the market</Button>}>You have bought and sold nothing yet.</EmptyState> : (
          <div className="stack wide">
            <div className="row">
              <TextInput aria-label="Search receipts" placeholder="Search" w={280} value={words} onChange={(event) => { setWords(event.target.value) }} />
              <Checkbox
                label="Enclose the answer and what proves it" checked={encloseAnswer}
                onChange={(event) => { setEncloseAnswer(event.currentTarget.checked) }}
              />
            </div>
            <DataTable
              label="Receipts" keyOf={({ id }) => id}
              rows={rows.filter(({ purchase, title, state, role }) => `${purchase} ${title ?? ''} ${state} ${sides[role]}`.toLowerCase().includes(words.toLowerCase()))}
              columns={[
                { name: 'No.', numeric: true, cell: ({ purchase }) => purchase, order: ({ purchase }) => BigInt(purchase) },
                { name: 'Listing', cell: ({ purchase, title, role }) => <a href={placeOf(role === 'buyer' ? ['buy', 'purchases', purchase] : ['sell', 'sales', purchase])}>{title ?? 'Listing made elsewhere'}</a>, order: ({ title }) => title ?? '' },
                { name: 'You', cell: ({ role }) => sides[role], order: ({ role }) => role },
                { name: 'State', cell: ({ state }) => <span className={`tag ${stateTone[state]}`}>{state}</span>, order: ({ state }) => state },
                { name: 'Signed last', cell: ({ updatedAt }) => (updatedAt === null ? <span className="quiet">not yet</span> : <When at={updatedAt} />), order: ({ updatedAt }) => updatedAt ?? '' },
                { name: 'Receipt', numeric: true, cell: ({ purchase }) => <FileMenu purchase={purchase} disabled={take.isPending} onChoose={(format) => { save(purchase, format) }} /> },
              ]}
            />
          </div>
        ))}
      </Reply>
    </Page>
  )
}
