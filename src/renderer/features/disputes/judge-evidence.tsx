import { Button, FileButton } from '@mantine/core'
import { shell, useDo } from '../../app/api.ts'
import { useMove } from '../../app/moves.tsx'
import { Trouble } from '../../ui/trouble.tsx'

/** For the arbiter, and whoever wants to know: the verdict that follows from what the buyer laid down. */
export const JudgeEvidence = () => {
  const sign = useMove()
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
          <h2>Purchase {data.purchase}: for the {data.for}</h2>
          <p className="prose">{data.reason}</p>
          {data.ground === null ? null : <p className="mono small quiet">{data.ground}</p>}
          {data.state !== 'Disputed' ? <p className="quiet">The purchase is {data.state}: there is nothing to rule on.</p> : (
            <div><Button onClick={() => { sign({ kind: 'rule', purchase: data.purchase, for: data.for }) }}>Rule for the {data.for}</Button></div>
          )}
        </div>
      )}
    </div>
  )
}
