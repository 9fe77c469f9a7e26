import { Button, FileButton } from '@mantine/core'
import type { WindowOutputs } from '../../../shared/window-contract/index.ts'
import { Hash, sayCount } from '../../ui/values.tsx'
import { shell, useDo } from '../../app/api.ts'
import { useMove } from '../../app/moves.tsx'
import { AnswerView } from '../../ui/answer-view.tsx'
import { Trouble } from '../../ui/trouble.tsx'

type Judged = WindowOutputs['disputes']['judge']

const Ruling = ({ of: { purchase, state, for: party, arbiter, rulable } }: { readonly of: Judged }) => {
  const sign = useMove()
  if (party === null) return <p className="quiet">Anybody can make such a file: ask the buyer for the evidence of this very purchase.</p>
  if (state !== 'Disputed') return <p className="quiet">The purchase is {state}: there is nothing to rule on.</p>
  if (arbiter === null) return <p className="quiet">Nobody rules on this purchase: no arbiter was named.</p>
  if (!rulable) return <p className="quiet">Only its arbiter, <Hash value={arbiter} label="arbiter address" />, rules on it, and in time.</p>
  return <div><Button onClick={() => { sign({ kind: 'rule', purchase, for: party }) }}>Rule for the {party}</Button></div>
}

type Disputed = NonNullable<Judged['disputed']>

/** The answer as it was delivered, and the table it was computed on. */
const Subject = ({ of: { title, rows, columns, answer }, purchase }: { readonly of: Disputed, readonly purchase: string }) => (
  <div className="stack">
    <p>The answer to purchase {purchase} of <strong>“{title}”</strong>: <span className="quiet">{sayCount(rows, 'row')} of {columns.join(', ')}.</span></p>
    {answer === null
      ? <p className="quiet small">It cannot be shown: it does not open, or the buyer’s program is private.</p>
      : <AnswerView answer={answer} source={{ fileName: `disputed-answer-${purchase}`, citation: `Disputed answer to purchase ${purchase} of “${title}”, as the seller delivered it`, receiptId: null, columns }} />}
  </div>
)

/** For the arbiter, and whoever wants to know: the verdict that follows from what the buyer laid down. */
export const JudgeEvidence = () => {
  const judge = useDo(async (file: File) => shell.disputes.judge({ json: await file.text() }))
  const { data } = judge
  return (
    <div className="stack wide">
      <p className="quiet prose">The buyer saves the evidence and sends it to you. It opens the sealed answer; the answer, its proof and the contract are checked against each other on this computer. Whoever reads the file reads the answer.</p>
      <div>
        <FileButton onChange={(file) => { if (file !== null) judge.mutate(file) }} accept="application/json,.json" inputProps={{ 'aria-label': 'Evidence file' }}>
          {(properties) => <Button variant="default" loading={judge.isPending} {...properties}>Choose an evidence file</Button>}
        </FileButton>
      </div>
      <Trouble error={judge.error} />
      {data === undefined ? null : (
        <div className="next-step" role="status">
          <h2>Purchase {data.purchase}: {data.for === null ? 'no verdict' : `for the ${data.for}`}</h2>
          <p className="prose">{data.reason}</p>
          {data.disputed === null ? null : <Subject of={data.disputed} purchase={data.purchase} />}
          {data.ground === null ? null : <p className="mono small quiet">{data.ground}</p>}
          <p className="small quiet">Sold by <Hash value={data.seller} label="seller address" /> to <Hash value={data.buyer} label="buyer address" />, as the contract says.</p>
          <Ruling of={data} />
        </div>
      )}
    </div>
  )
}
