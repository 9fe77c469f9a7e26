import { Button } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { describeReplies, nameHelp } from '../../../shared/policy-words.ts'
import type { PurchaseDetails } from '../../../shared/window-contract/purchases.ts'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { useMove } from '../../app/moves.tsx'
import { goTo, placeOf } from '../../app/router.ts'
import { AnswerView } from '../../ui/answer-view.tsx'
import { Copyable, Amount, Hash, sayDuration, sayMoment, When } from '../../ui/values.tsx'
import { Facts, Page, Section } from '../../ui/page.tsx'
import { saveBase64, saveText } from '../../ui/save-file.ts'
import { Timeline } from '../../ui/timeline.tsx'
import { Reply, Trouble } from '../../ui/trouble.tsx'
import { ComputePanel } from './compute-panel.tsx'
import { Receipt } from './receipt.tsx'
import { clockWords, nextWords, stateTone } from './words.ts'

type Signed = 'request' | 'openInteraction' | 'confirm' | 'litigate' | 'dispute'

const buttonWords: Readonly<Record<Signed, string>> = {
  request: 'Request the answer', openInteraction: 'Open the seller\'s help', confirm: 'Confirm and settle', litigate: 'Take the money back', dispute: 'Dispute the answer',
}

const isSigned = (next: PurchaseDetails['next']): next is 'request' | 'confirm' | 'litigate' => next === 'request' || next === 'confirm' || next === 'litigate'

/** For the arbiter: what shows whether the answer is right. */
const Evidence = ({ number, arbiter }: { readonly number: string, readonly arbiter: string | null }) => {
  const take = useDo(() => shell.disputes.evidence({ purchase: number }))
  const save = (): void => {
    take.mutate(undefined, { onSuccess: ({ fileName, json }) => { saveText(fileName, json, 'application/json') } })
  }
  return (
    <>
      <div className="row wide"><Button loading={take.isPending} onClick={save}>Save the evidence</Button>{arbiter === null ? null : <span className="small quiet">Arbiter <Hash value={arbiter} label="arbiter address" /></span>}</div>
      <Trouble error={take.error} />
    </>
  )
}

const Next = ({ details, number }: { readonly details: PurchaseDetails, readonly number: string }) => {
  const sign = useMove()
  const { next } = details
  const words = nextWords[next]
  const clock = clockWords[next]
  const explanation = details.moves.find(({ kind }) => kind === next)?.explanation
  // Once something was done further down, what comes next is brought into sight.
  const card = useRef<HTMLElement>(null)
  const seen = useRef(next)
  useEffect(() => {
    if (seen.current === next) return
    seen.current = next
    card.current?.scrollIntoView({ block: 'center' })
  }, [next])
  return (
    <section className="next-step" aria-label="Next step" ref={card}>
      <h2>{words.title}</h2>
      <p className="quiet prose">{explanation === undefined ? words.why : `${explanation} ${words.why}`}</p>
      {next === 'compute' ? <ComputePanel details={details} number={number} /> : null}
      {isSigned(next) ? <div><Button onClick={() => { sign({ kind: next, purchase: number }) }}>{buttonWords[next]}</Button></div> : null}
      {next === 'request' && details.state === 'Paid' ? <details><summary>Run another script first</summary><ComputePanel details={details} number={number} /></details> : null}
      {next === 'open-answer' ? <div><Button onClick={() => { sign({ kind: 'request', purchase: number }) }}>Open the answer</Button></div> : null}
      {next === 'wait-for-ruling' ? <Evidence number={number} arbiter={details.terms?.arbiter ?? null} /> : null}
      {next === 'close-dispute' ? <div><Button onClick={() => { sign({ kind: 'close-dispute', purchase: number }) }}>Close the dispute</Button></div> : null}
      {next === 'withdraw' ? <div><Button onClick={() => { sign({ kind: 'withdraw' }) }}>Withdraw</Button></div> : null}
      {details.deadlineSeconds === null || clock === undefined ? null : <p className="small quiet">{clock} {sayMoment(details.deadlineSeconds)} (<When at={details.deadlineSeconds} />).</p>}
    </section>
  )
}

const Others = ({ details, number }: { readonly details: PurchaseDetails, readonly number: string }) => {
  const sign = useMove()
  const others = details.moves.filter(({ kind }) => kind !== details.next)
  if (others.length === 0) return null
  return (
    <Section title="Also possible now">
      {others.map(({ kind, explanation }) => (
        <div key={kind} className="row wide between">
          <p className="quiet grow">{explanation}</p>
          <Button variant="default" onClick={() => { sign({ kind, purchase: number }) }}>{buttonWords[kind]}</Button>
        </div>
      ))}
    </Section>
  )
}

const Answer = ({ details, number }: { readonly details: PurchaseDetails, readonly number: string }) => {
  const columns = useAsk(['market', 'show', details.url], () => shell.market.show({ url: details.url }))
  const take = useDo(() => shell.receipts.exportResult({ purchase: number }), 'receipts')
  if (details.answer === null) return null
  const citation = details.citation ?? `${details.title}, purchase ${number}`
  return (
    <Section
      title="Answer"
      aside={details.proofVerified === null ? <span className="tag">no proof offered</span> : details.proofVerified ? <span className="tag good">decryption proved</span> : <span className="tag bad">proof does not hold</span>}
    >
      <AnswerView
        answer={details.answer}
        source={{ fileName: `answer-${number}`, citation, receiptId: details.receiptId, columns: columns.data?.columns.map(({ name }) => name) ?? [] }}
        onSaveResult={() => { take.mutate(undefined, { onSuccess: saveBase64 }) }}
      />
      <Trouble error={take.error} />
      {typeof take.data?.missingHalf !== 'string' ? null : <p className="small warn">The seller’s signature is missing: {take.data.missingHalf}</p>}
      {describeReplies(details.unprovedReplies).map((words) => <p key={words} className="note warn">{words}</p>)}
      <div className="small quiet">Cite as <Copyable value={citation} label="citation" long /></div>
    </Section>
  )
}

const Aside = ({ details, number }: { readonly details: PurchaseDetails, readonly number: string }) => (
  <aside>
    {details.terms === null ? null : (
      <Section title="Terms, as bought">
        <Facts of={[
          ['Price', <Amount key="price" wei={details.terms.valueWei} />],
          ['Guarantee', <Amount key="guarantee" wei={details.terms.guaranteeWei} />],
          ...(details.interaction === null ? [] : [
            ['Seller\'s help', details.interaction.opened ? `open: ${nameHelp(details.interaction)} in all` : 'not opened'] as const,
            ['Fee for it', <Amount key="fee" wei={details.terms.interactionFeeWei} />] as const,
          ]),
          ['Delivery within', sayDuration(details.terms.deliverySeconds)],
          ['Seller', <Hash key="seller" value={details.seller} label="seller address" />],
        ]} />
      </Section>
    )}
    {details.computed === null ? null : (
      <Section title="Computed">
        <Facts of={[
          ['Script', <a key="script" href={placeOf(['buy', 'workspace'], { url: details.url, script: details.computed.fileName })}>{details.computed.fileName}</a>],
          ['Program', <Hash key="program" value={details.computed.programHash} label="program hash" />],
          ['Result', <Hash key="result" value={details.computed.resultHash} label="result hash" />],
          ['When', <When key="when" at={details.computed.computedAt} />],
        ]} />
      </Section>
    )}
    {details.state === 'Buying' ? null : <Receipt number={number} id={details.receiptId} />}
  </aside>
)

export const PurchasePage = ({ purchase }: { readonly purchase: string }) => {
  const details = useAsk(['purchases', purchase], () => shell.purchases.show({ purchase }))
  return (
    <Page
      title={details.data?.title ?? 'Purchase'} back={{ to: '#/buy/purchases', title: 'Purchases' }}
      about={details.data === undefined ? undefined : <>Purchase {purchase} <span className={`tag ${stateTone[details.data.state]}`}>{details.data.state}</span></>}
      actions={details.data === undefined ? undefined : <Button variant="default" onClick={() => { goTo(placeOf(['buy', 'listing'], { url: details.data.url })) }}>The listing</Button>}
    >
      <Reply of={details}>
        {(found) => (
          <div className="columns">
            <div className="stack wider">
              {found.next === 'none' ? null : <Next details={found} number={purchase} />}
              <Answer details={found} number={purchase} />
              <Section title="The trade"><Timeline steps={found.timeline} /></Section>
              <Others details={found} number={purchase} />
            </div>
            <Aside details={found} number={purchase} />
          </div>
        )}
      </Reply>
    </Page>
  )
}
