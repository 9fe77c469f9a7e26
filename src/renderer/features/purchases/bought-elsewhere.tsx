import { Button } from '@mantine/core'
import type { PurchaseElsewhereJson } from '../../../shared/window-contract/purchases.ts'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { useMove } from '../../app/moves.tsx'
import { goTo, placeOf } from '../../app/router.ts'
import { EmptyState, Section } from '../../ui/page.tsx'
import { Reply, Trouble } from '../../ui/trouble.tsx'
import { Amount, Hash, sayMoment } from '../../ui/values.tsx'
import { stateTone } from './words.ts'

const isOver = ({ state }: PurchaseElsewhereJson): boolean => state === 'Refunded' || state === 'Settled'

/** What stands with it, and what this profile cannot do. */
const sayState = ({ state, deadlineSeconds, moves }: PurchaseElsewhereJson): string => {
  const until = deadlineSeconds === null ? '' : sayMoment(deadlineSeconds)
  switch (state) {
    case 'Paid': return 'Nobody has asked for its answer yet: go on with it here, or take price and guarantee back.'
    case 'Requested': return moves.includes('litigate')
      ? 'Its answer was asked for, and the seller is late: the money can be taken back.'
      : `Its answer was asked for. The seller has until ${until}; after that, the money can be taken back here.`
    case 'Delivered': return `An answer was delivered. Opening, confirming or disputing it, until ${until}, needs the profile that asked: restore that one’s backup. If nobody does, the seller takes the price, and the guarantee comes back to this wallet.`
    case 'Disputed': return moves.includes('close-dispute') ? 'Its answer was disputed, and nobody rules on it any more.' : `Its answer was disputed: the arbiter rules until ${until}. The evidence is in the profile that asked.`
    default: return 'It is over.'
  }
}

const Elsewhere = ({ of }: { readonly of: PurchaseElsewhereJson }) => {
  const sign = useMove()
  const { number, moves } = of
  const takeUp = useDo(() => shell.purchases.takeUp({ purchase: number }), 'purchases')
  return (
    <div className="stack" role="group" aria-label={`Purchase ${number}`}>
      <div className="row wide between">
        <span>Purchase {number} of listing {of.listing} <span className={`tag ${stateTone[of.state]}`}>{of.state}</span></span>
        <span className="row small quiet">paid {sayMoment(of.paidAtSeconds)} to <Hash value={of.seller} label="seller address" /> <Amount wei={of.terms.valueWei} /></span>
      </div>
      {isOver(of) ? null : <p className="quiet prose">{sayState(of)}</p>}
      {moves.length === 0 ? null : (
        <div className="row">
          {moves.includes('take-up') ? <Button variant="default" loading={takeUp.isPending} onClick={() => { takeUp.mutate(undefined, { onSuccess: () => { goTo(placeOf(['buy', 'purchases', number])) } }) }}>Go on with it here</Button> : null}
          {moves.includes('litigate') ? <Button variant="default" onClick={() => { sign({ kind: 'litigate', purchase: number }) }}>Take the money back…</Button> : null}
          {moves.includes('close-dispute') ? <Button variant="default" onClick={() => { sign({ kind: 'close-dispute', purchase: number }) }}>Close the dispute…</Button> : null}
        </div>
      )}
      <Trouble error={takeUp.error} />
    </div>
  )
}

const Found = ({ rows }: { readonly rows: readonly PurchaseElsewhereJson[] }) => {
  const over = rows.filter(isOver)
  const status = useAsk(['status'], () => shell.app.status({}))
  const owed = BigInt(status.data?.withdrawableWei ?? '0')
  return (
    <Section title="Bought elsewhere">
      <p className="quiet prose">
        This wallet bought these with another profile, or after this one’s backup. The money is the wallet’s,
          and can be moved here; an answer opens only
        in the profile that asked for it, and <code className="mono">hesystem restore</code> brings that one back from its backup.
      </p>
      {owed === 0n ? null : <p className="note">The contract owes this wallet <Amount wei={owed} />: <a href="#/wallet">withdraw it in Wallet</a>.</p>}
      {rows.filter((row) => !isOver(row)).map((row) => <Elsewhere key={row.number} of={row} />)}
      {over.length === 0 ? null : (
        <details>
          <summary>{over.length === 1 ? 'One that is over' : `${over.length} that are over`}</summary>
          <div className="stack">{over.map((row) => <Elsewhere key={row.number} of={row} />)}</div>
        </details>
      )}
    </Section>
  )
}

/** What the wallet bought and this profile does not know; where it bought nothing at all (`alone`), that. */
export const BoughtElsewhere = ({ alone }: { readonly alone: boolean }) => {
  const elsewhere = useAsk(['purchases', 'elsewhere'], () => shell.purchases.elsewhere({}))
  return (
    <Reply of={elsewhere}>
      {(rows) => {
        if (rows.length > 0) return <Found rows={rows} />
        return alone ? <EmptyState action={<Button component="a" href="#/buy/market">Open the market</Button>}>You have bought no answer yet.</EmptyState> : null
      }}
    </Reply>
  )
}
