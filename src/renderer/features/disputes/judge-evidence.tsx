import { Button, FileButton } from '@mantine/core'
import type { WindowOutputs } from '../../../shared/window-contract/index.ts'
import { sayCount } from '../../ui/values.tsx'
import { shell, useDo } from '../../app/api.ts'
import { useMove } from '../../app/moves.tsx'
import { AnswerView } from '../../ui/answer-view.tsx'
import { Trouble } from '../../ui/trouble.tsx'

interface RulingProperties {
  readonly purchase: string
  readonly state: string
  readonly party: 'buyer' | 'seller' | null
}

const Ruling = ({ purchase, state, party }: RulingProperties) => {
  const sign = useMove()
  if (party === null) return <p className="quiet">Anybody can make such a file: ask the buyer for the evidence of this very purchase.</p>
  if (state !== 'Disputed') return <p className="quiet">The purchase is {state}: there is nothing to rule on.</p>
  return <div><Button onClick={() => { sign({ kind: 'rule', purchase, for: party }) }}>Rule for the {party}</Button></div>
}

type Disputed = NonNullable<WindowOutputs['disputes']['judge']['disputed']>

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
          <Ruling purchase={data.purchase} state={data.state} party={data.for} />
        </div>
      )}
    </div>
  )
}
