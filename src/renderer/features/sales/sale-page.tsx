import { Button } from '@mantine/core'
import type { SaleDetails } from '../../../shared/window-contract/sales.ts'
import { shell, useAsk } from '../../app/api.ts'
import { useMove } from '../../app/moves.tsx'
import { placeOf } from '../../app/router.ts'
import { Facts, Page, Section } from '../../ui/page.tsx'
import { Timeline } from '../../ui/timeline.tsx'
import { ErrorPanel, Reply } from '../../ui/trouble.tsx'
import { Amount, Hash, sayCount, sayDuration, sayMoment, When } from '../../ui/values.tsx'
import { Receipt } from '../purchases/receipt.tsx'
import { stateTone } from '../purchases/words.ts'

const Next = ({ of }: { readonly of: SaleDetails }) => {
  const { purchase, next, reclaimable, declinable, closable, deadlineSeconds, withdrawableWei, state } = of
  const sign = useMove()
  const isOwed = (state === 'Settled' || state === 'Refunded') && BigInt(withdrawableWei) > 0n
  if (next === null && !isOwed) return null
  return (
    <section className="next-step" aria-label="Next step">
      <h2>{reclaimable ? 'Reclaim the payment' : closable ? 'Nobody rules on this dispute' : declinable ? 'Answer it' : isOwed ? 'Money is waiting for you' : 'Wait for the other side'}</h2>
      <p className="quiet prose">{next ?? <>The contract owes your wallet <Amount wei={withdrawableWei} />, from all its trades; withdrawing brings it there.</>}</p>
      <div className="row">
        {reclaimable ? <Button onClick={() => { sign({ kind: 'reclaim', purchase }) }}>Reclaim</Button> : null}
        {closable ? <Button onClick={() => { sign({ kind: 'close-dispute', purchase }) }}>Close the dispute</Button> : null}
        {declinable ? <Button variant="default" onClick={() => { sign({ kind: 'decline', purchase }) }}>Decline</Button> : null}
        {isOwed ? <Button onClick={() => { sign({ kind: 'withdraw' }) }}>Withdraw</Button> : null}
        {state === 'Disputed' && !closable ? <Button component="a" variant="default" href="#/activity/disputes">Open Disputes</Button> : null}
      </div>
      {deadlineSeconds === null || closable || reclaimable ? null : <p className="small quiet">Time ends {sayMoment(deadlineSeconds)} (<When at={deadlineSeconds} />).</p>}
    </section>
  )
}

const Asked = ({ of: { asked, mode, helped, refusal } }: { readonly of: SaleDetails }) => (
  <Section title="What was asked">
    {refusal === null ? null : <ErrorPanel document={refusal} />}
    {asked === null ? <p className="quiet">Nothing has come to this profile yet.</p> : asked.program === null ? (
      <p className="quiet prose">
        {mode === 'private' ? 'This listing is private: the buyer’s program is not seen here, only what the policy lets through of it.' : 'The program cannot be shown: its listing is not in this profile.'}
      </p>
    ) : (
      <>
        <p className="quiet prose">As your server computes it anew from your own table. Rows are counted from 0.</p>
        <ol aria-label="Decrypted numbers">{asked.program.cells.map((words, index) => <li key={index}><code className="mono small">{words}</code></li>)}</ol>
        {asked.program.cells.length === asked.program.cellCount ? null : <p className="small quiet">And {sayCount(asked.program.cellCount - asked.program.cells.length, 'number')} more.</p>}
        <Facts left of={[
          ['Numbers decrypted', asked.program.cellCount],
          ['Form of the answer', <span key="form">{asked.program.answer.join('; ')}</span>],
          ...(asked.program.steps === 0 ? [] : [['After decryption', `${sayCount(asked.program.steps, 'step')} of arithmetic, on the buyer’s side`] as const]),
          ...(asked.program.comparisons === 0 ? [] : [['Comparisons it rests on', asked.program.comparisons] as const]),
        ]} />
      </>
    )}
    {asked === null && helped === 0 ? null : (
      <Facts left of={[
        ['Comparisons and products answered', helped],
        ...(asked === null ? [] : [['Received', <When key="received" at={asked.receivedAt} />], ['Request', <Hash key="request" value={asked.requestHash} label="request hash" />]] as const),
      ]} />
    )}
  </Section>
)

const Money = ({ of }: { readonly of: SaleDetails }) => (
  <aside>
    <Section title="Money">
      <Facts of={[
        ['Price', <Amount key="price" wei={of.valueWei} />],
        ['Buyer’s guarantee', <Amount key="guarantee" wei={of.guaranteeWei} />],
        ['Your deposit, with the answer', <Amount key="deposit" wei={of.depositWei} />],
        ['Credited to you', <Amount key="credited" wei={of.creditedWei} />],
        ['Earned, less your deposit', <Amount key="earned" wei={of.earnedWei} />],
        ['Credited to the buyer', <Amount key="buyer" wei={of.creditedToBuyerWei} />],
        ['Burned', <Amount key="burned" wei={of.burnedWei} />],
        ['Still held', <Amount key="held" wei={of.heldWei} />],
      ]} />
    </Section>
    <Section title="Terms, as sold">
      <Facts of={[
        ['Delivery within', sayDuration(of.terms.deliverySeconds)],
        ['Buyer’s time', sayDuration(of.terms.expirationSeconds)],
        ['Arbiter', of.terms.arbiter === null ? 'none' : <Hash key="arbiter" value={of.terms.arbiter} label="arbiter address" />],
        ['Buyer', <Hash key="buyer" value={of.buyer} label="buyer address" />],
      ]} />
    </Section>
    {of.listing === null ? null : <Receipt number={of.purchase} id={of.receiptId} />}
  </aside>
)

/** One trade from its seller's side. */
export const SalePage = ({ purchase }: { readonly purchase: string }) => {
  const details = useAsk(['sales', purchase], () => shell.sales.show({ purchase }))
  const { data } = details
  return (
    <Page
      title={data?.title ?? `Sale ${purchase}`} back={{ to: '#/sell/sales', title: 'Sales' }}
      about={data === undefined ? undefined : <>Sale {purchase} <span className={`tag ${stateTone[data.state]}`}>{data.state}</span></>}
      actions={typeof data?.listing === 'string' ? <Button component="a" variant="default" href={placeOf(['sell', 'listings', data.listing])}>The listing</Button> : undefined}
    >
      <Reply of={details}>
        {(found) => (
          <div className="columns">
            <div className="stack wider">
              <Next of={found} />
              <Section title="The trade"><Timeline steps={found.timeline} /></Section>
              <Asked of={found} />
            </div>
            <Money of={found} />
          </div>
        )}
      </Reply>
    </Page>
  )
}
