import { Button } from '@mantine/core'
import type { DisputeJson } from '../../../shared/window-contract/disputes.ts'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { useMove } from '../../app/moves.tsx'
import { usePeeks } from '../../app/peek.ts'
import { placeOf } from '../../app/router.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState, Page, Section } from '../../ui/page.tsx'
import { saveText } from '../../ui/save-file.ts'
import { Reply, Trouble } from '../../ui/trouble.tsx'
import { Amount, Hash, sayCount, When } from '../../ui/values.tsx'
import { JudgeEvidence } from './judge-evidence.tsx'

const until = ({ terms, deadlineSeconds, closable }: DisputeJson) => {
  if (terms.arbiter === null) return 'nobody rules'
  return closable ? 'the time is over' : <When at={deadlineSeconds ?? 0} />
}

const Moves = ({ of: { purchase, rulable, closable, hasEvidence } }: { readonly of: DisputeJson }) => {
  const sign = useMove()
  const evidence = useDo(() => shell.disputes.evidence({ purchase }))
  const take = (): void => {
    evidence.mutate(undefined, { onSuccess: ({ fileName, json }) => { saveText(fileName, json, 'application/json') } })
  }
  return (
    <span className="stack tight" style={{ alignItems: 'flex-end' }}>
      <Trouble error={evidence.error} />
      {hasEvidence ? <button type="button" className="link-button" onClick={take}>Save the evidence</button> : null}
      {rulable ? <button type="button" className="link-button" onClick={() => { sign({ kind: 'rule', purchase, for: 'buyer' }) }}>Rule for the buyer</button> : null}
      {rulable ? <button type="button" className="link-button" onClick={() => { sign({ kind: 'rule', purchase, for: 'seller' }) }}>Rule for the seller</button> : null}
      {closable ? <button type="button" className="link-button" onClick={() => { sign({ kind: 'close-dispute', purchase }) }}>Close it</button> : null}
    </span>
  )
}

/** What was bought: its name from this profile, or from the seller's server where that still shows what was bought. */
const Subject = ({ of: { listing, title, url, detailsHash } }: { readonly of: DisputeJson }) => {
  const [asked] = usePeeks([url])
  const shown = asked?.data?.detailsHash === detailsHash ? asked.data : undefined
  const name = title ?? shown?.title
  if (name === undefined) {
    return <span className="quiet">Listing {listing}{asked?.isPending === true ? '' : asked?.isError === true ? ': its seller does not answer' : ': changed since; the evidence names it'}</span>
  }
  return (
    <span className="stack tight" style={{ width: 216 }}>
      <a href={placeOf(['buy', 'listing'], { url })} className="truncate">{name}</a>
      {shown === undefined ? null : <span className="small quiet truncate" title={shown.columns.map((column) => column.name).join(', ')}>{sayCount(shown.rows, 'row')} of {shown.columns.map((column) => column.name).join(', ')}</span>}
    </span>
  )
}

const Disputes = ({ rows }: { readonly rows: readonly DisputeJson[] }) => (
  <DataTable
    label="Open disputes" rows={rows} keyOf={({ purchase }) => purchase}
    columns={[
      { name: 'Purchase', numeric: true, cell: ({ purchase }) => purchase, order: ({ purchase }) => BigInt(purchase) },
      { name: 'About', cell: (dispute) => <Subject of={dispute} />, order: ({ title, listing }) => title ?? listing },
      { name: 'You are', cell: ({ roles }) => roles.join(' and ') || 'a bystander' },
      { name: 'Buyer', cell: ({ buyer }) => <Hash value={buyer} label="buyer address" /> },
      { name: 'Seller', cell: ({ seller }) => <Hash value={seller} label="seller address" /> },
      { name: 'Held', unit: 'ether', numeric: true, cell: ({ heldWei }) => <Amount bare wei={heldWei} />, order: ({ heldWei }) => BigInt(heldWei) },
      { name: 'To be ruled', cell: (dispute) => <span className="stack tight"><span>{until(dispute)}</span>{dispute.terms.arbiter === null ? null : <Hash value={dispute.terms.arbiter} label="arbiter address" />}</span> },
      { name: 'Next', numeric: true, cell: (dispute) => <Moves of={dispute} /> },
    ]}
  />
)

export const DisputesPage = () => {
  const disputes = useAsk(['disputes'], () => shell.disputes.list({}))
  return (
    <Page title="Disputes" about="Answers that a buyer says are wrong. The arbiter of the terms rules within their time; after it, or where there is none, anybody may close the dispute: the price is halved and both deposits are burned.">
      <Reply of={disputes}>
        {(rows) => (rows.length === 0
          ? <EmptyState action={<Button variant="default" component="a" href="#/buy/purchases">Open the purchases</Button>}>No dispute is open on this contract.</EmptyState>
          : <Disputes rows={rows} />)}
      </Reply>
      <Section title="Judge an evidence file"><JudgeEvidence /></Section>
    </Page>
  )
}
