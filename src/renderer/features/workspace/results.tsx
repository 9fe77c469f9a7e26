import { Button, Select, Tabs, TextInput } from '@mantine/core'
import { useState } from 'react'
import { describeReplies } from '../../../shared/policy-words.ts'
import { shell, useAsk } from '../../app/api.ts'
import { placeOf } from '../../app/router.ts'
import { AnswerView } from '../../ui/answer-view.tsx'
import { Reply } from '../../ui/trouble.tsx'
import { formatNumber } from '../../ui/values.tsx'
import type { KeptRun } from './kept-runs.ts'
import { Verdict } from './verdict.tsx'

/** The time alone for today's, the day before it for others. */
const timeOf = (at: string): string => {
  const moment = new Date(at)
  const time = moment.toLocaleTimeString('en-GB')
  return moment.toDateString() === new Date().toDateString() ? time : `${moment.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}, ${time}`
}

const Agreement = ({ of: { fileName, at, rehearsal } }: { readonly of: KeptRun }) => (
  <span className="small quiet">
    {fileName}, {timeOf(at)}: on made-up rows, encrypted, in {formatNumber(Math.round(rehearsal.milliseconds / 100) / 10)} s;
    {rehearsal.largestDifference === 0 ? ' equal to the plain run.' : ` largest difference from the plain run ${rehearsal.largestDifference.toExponential(1)}.`}
  </span>
)

const Label = ({ run, onLabel }: { readonly run: KeptRun, readonly onLabel: (label: string) => void }) => {
  const [text, setText] = useState(run.label)
  return (
    <TextInput
      aria-label="Label of this run" placeholder="Label" w={136} value={text} maxLength={60}
      onChange={(event) => { setText(event.target.value) }} onBlur={() => { if (text !== run.label) onLabel(text) }}
    />
  )
}

interface RunProps {
  readonly run: KeptRun
  readonly columns: readonly string[]
  /** Whether what is said of the answer's chances stands above it already. */
  readonly isJudged: boolean
  readonly onReal: (() => void) | null
}

const Run = ({ run, columns, isJudged, onReal }: RunProps) => {
  const { rehearsal, fileName, url, at } = run
  const source = { fileName: `test-${fileName.replace(/\.ts$/, '')}`, citation: `Test run of ${fileName} on made-up rows of ${url}, ${at}`, receiptId: null, columns }
  return (
    <Tabs defaultValue="encrypted" keepMounted={false} variant="default">
      <Tabs.List>
        <Tabs.Tab value="encrypted">Result</Tabs.Tab>
        <Tabs.Tab value="plain">Unencrypted</Tabs.Tab>
        <Tabs.Tab value="console">Console{rehearsal.gauge.log.length === 0 ? '' : ` (${rehearsal.gauge.log.length})`}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="encrypted" pt={12}>
        <div className="stack wide">
          <div className="row wide between">
            <div className="stack tight grow">{isJudged ? null : <Verdict of={rehearsal.verdict} />}<Agreement of={run} /></div>
            {rehearsal.verdict.allowed && onReal !== null ? <Button variant="default" onClick={onReal}>Go on to the real table</Button> : null}
          </div>
          <AnswerView answer={rehearsal.encrypted} source={source} />
        </div>
      </Tabs.Panel>
      <Tabs.Panel value="plain" pt={12}><AnswerView answer={rehearsal.plain} source={source} /></Tabs.Panel>
      <Tabs.Panel value="console" pt={12}><pre className="mono">{rehearsal.gauge.log.join('\n') || 'The script said nothing. console.log writes here.'}</pre></Tabs.Panel>
    </Tabs>
  )
}

/** An answer from the real table, as it was paid for. */
const Bought = ({ number, columns }: { readonly number: string, readonly columns: readonly string[] }) => {
  const details = useAsk(['purchases', number], () => shell.purchases.show({ purchase: number }))
  return (
    <Reply of={details}>
      {({ answer, citation, receiptId, title, unprovedReplies }) => (answer === null ? null : (
        <div className="stack wide">
          <p className="small quiet">From the real table: <a href={placeOf(['buy', 'purchases', number])}>purchase {number} of “{title}”</a>. {describeReplies(unprovedReplies).join(' ')}</p>
          <AnswerView answer={answer} source={{ fileName: `answer-${number}`, citation: citation ?? title, receiptId, columns }} />
        </div>
      ))}
    </Reply>
  )
}

const runPrefix = 'run '
const boughtPrefix = 'purchase '

interface ResultsProperties {
  readonly runs: readonly KeptRun[]
  /** The script in the editor, whose newest result is shown first. */
  readonly active: string | null
  readonly url: string | null
  readonly columns: readonly string[]
  /** What is said over a result that a newer run has not replaced; null: it is the newest run's. */
  readonly before: string | null
  readonly onLabel: (at: string, label: string) => void
  /** On to the real table; null where it is chosen. */
  readonly onReal: (() => void) | null
}

/** The newest result and the earlier ones: test runs, and answers that were bought of this listing. */
export const Results = ({ runs, active, url, columns, before, onLabel, onReal }: ResultsProperties) => {
  const purchases = useAsk(['purchases'], () => shell.purchases.list({}))
  const bought = (purchases.data ?? []).filter((purchase) => purchase.answered && purchase.url === url && purchase.number !== null)
  const newest = runs.find(({ fileName }) => fileName === active) ?? runs[0]
  const [choice, setChoice] = useState<{ readonly value: string, readonly newest: string | undefined } | null>(null)
  if (newest === undefined && bought.length === 0) {
    return <p className="quiet">Nothing has run yet. “Run on test data” is free and shows the encrypted result beside the true one.</p>
  }
  // A choice stands until something newer is there.
  const value = choice?.newest === newest?.at && choice !== null ? choice.value : (newest === undefined ? `${boughtPrefix}${bought[0]?.number ?? ''}` : `${runPrefix}${newest.at}`)
  const run = runs.find(({ at }) => value === `${runPrefix}${at}`)
  const number = value.startsWith(boughtPrefix) ? value.slice(boughtPrefix.length) : null
  return (
    <>
      {run === undefined || run !== newest || before === null ? null : <p className="note small" role="status">{before}</p>}
      {run === undefined || run.fileName === active ? null : <p className="note small" role="status">This is what {run.fileName} came to, not the script above.</p>}
      {run === undefined || onReal !== null ? null : <p className="note small" role="status">These numbers are of made-up rows, not of the real table.</p>}
      <div className="results">
        <div className="row history">
          {run === undefined ? null : <Label key={run.at} run={run} onLabel={(label) => { onLabel(run.at, label) }} />}
          <Select
            aria-label="Earlier results" w={280} value={value} onChange={(next) => { if (next !== null) setChoice({ value: next, newest: newest?.at }) }}
            data={[
              { group: 'Test runs', items: runs.map(({ at, fileName, label }) => ({ value: `${runPrefix}${at}`, label: `${label === '' ? fileName : label}, ${timeOf(at)}` })) },
              { group: 'Answers bought', items: bought.map(({ number: own, createdAt }) => ({ value: `${boughtPrefix}${own ?? ''}`, label: `Purchase ${own ?? ''}, ${timeOf(createdAt)}` })) },
            ]}
          />
        </div>
        {run === undefined
          ? null
          : <Run key={run.at} run={run} columns={columns} isJudged={onReal === null} onReal={run.fileName === active ? onReal : null} />}
        {number === null ? null : <Bought number={number} columns={columns} />}
      </div>
    </>
  )
}
