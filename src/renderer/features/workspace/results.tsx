import { Select, Tabs } from '@mantine/core'
import type { RehearsalJson } from '../../../shared/window-contract/rehearsal.ts'
import { AnswerView } from '../../ui/answer-view.tsx'
import { formatNumber } from '../../ui/values.tsx'

/** A test run that was kept. */
export interface KeptRun { readonly at: string, readonly fileName: string, readonly url: string, readonly rehearsal: RehearsalJson }

const Verdict = ({ of }: { readonly of: RehearsalJson['verdict'] }) => (of.allowed
  ? <p className="note good">The seller’s policy allows this answer on the real table.</p>
  : <div className="note warn"><p>{of.message}</p><p className="mono small">{of.code}</p></div>)

const Agreement = ({ of }: { readonly of: RehearsalJson }) => (
  <span className="small quiet">
    Computed on encrypted test data in {formatNumber(Math.round(of.milliseconds) / 1000)} s;
    {of.largestDifference === 0 ? ' equal to the plain run' : ` largest difference from the plain run ${of.largestDifference.toExponential(1)}`}
  </span>
)

/** The newest test run and the earlier ones: result, the plain truth beside it, and what the script said. */
export const Results = ({ runs, chosen, onChoose, columns }: {
  readonly runs: readonly KeptRun[], readonly chosen: number, readonly onChoose: (index: number) => void
  readonly columns: readonly string[]
}) => {
  const run = runs[chosen]
  if (run === undefined) return <p className="quiet">Nothing has run yet. “Run on test data” is free and shows the encrypted result beside the true one.</p>
  const source = { fileName: `test-${run.fileName.replace(/\.ts$/, '')}`, citation: `Test run of ${run.fileName} on made-up rows of ${run.url}, ${run.at}`, receiptId: null, columns }
  return (
    <Tabs defaultValue="encrypted" keepMounted={false} variant="default">
      <div className="row between wrap">
        <Tabs.List>
          <Tabs.Tab value="encrypted">Result</Tabs.Tab>
          <Tabs.Tab value="plain">Plain truth</Tabs.Tab>
          <Tabs.Tab value="console">Console{run.rehearsal.gauge.log.length === 0 ? '' : ` (${run.rehearsal.gauge.log.length})`}</Tabs.Tab>
        </Tabs.List>
        <div className="row wide">
          <Select
            aria-label="Earlier runs" w={216} value={String(chosen)} onChange={(value) => { onChoose(Number(value)) }}
            data={runs.map(({ at, fileName }, index) => ({ value: String(index), label: `${new Date(at).toLocaleTimeString('en-GB')} ${fileName}` }))}
          />
        </div>
      </div>
      <Tabs.Panel value="encrypted" pt={12}><div className="stack wide"><div className="stack"><Verdict of={run.rehearsal.verdict} /><Agreement of={run.rehearsal} /></div><AnswerView answer={run.rehearsal.encrypted} source={source} /></div></Tabs.Panel>
      <Tabs.Panel value="plain" pt={12}><AnswerView answer={run.rehearsal.plain} source={source} /></Tabs.Panel>
      <Tabs.Panel value="console" pt={12}><pre className="mono">{run.rehearsal.gauge.log.join('\n') || 'The script said nothing. console.log writes here.'}</pre></Tabs.Panel>
    </Tabs>
  )
}
