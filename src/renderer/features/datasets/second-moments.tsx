import { Button } from '@mantine/core'
import { momentsTellFlags } from '../../../shared/policy-words.ts'
import type { WindowOutputs } from '../../../shared/window-contract/index.ts'
import { shell, useDo } from '../../app/api.ts'
import { Section } from '../../ui/page.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { formatCount } from '../../ui/values.tsx'

type Dataset = WindowOutputs['datasets']['show']
type Moments = NonNullable<Dataset['secondMoments']>

const Made = ({ moments }: { readonly moments: Moments }) => {
  const withheld = moments.filter((moment) => moment.withheld !== null)
  return (
    <>
      <p className="quiet">{formatCount(moments.length - withheld.length)} of {formatCount(moments.length)} squares and products of columns are part of the table: scripts can ask for variances, correlations and least squares over them.</p>
      {withheld.length === 0 ? null : (
        <details>
          <summary>Left out, because they would tell single rows: {formatCount(withheld.length)}</summary>
          <ul className="stack">{withheld.map(({ name, withheld: reason }) => <li key={name} className="small"><span className="mono">{name}</span> <span className="quiet">{reason}</span></li>)}</ul>
        </details>
      )}
    </>
  )
}

const again = 'The table is encrypted anew, as its next version; listings keep the one they stand on.'

/** What is given up for them, before they are added. */
const consequences = [
  'Every answer is then of all rows together: averages over groups of rows are no longer sold, of this table to anybody.',
  'Columns of words have no squares or products. Who wants averages by group imports those words as one column each, and adds second moments then.',
  'A product is left out where it would tell single rows. Which ones they are stands here afterwards.',
  momentsTellFlags,
] as const

/** Products of columns beside the columns: without them no script computes a variance, a correlation or a regression. */
export const SecondMoments = ({ of: { name, secondMoments, hasPlain, data } }: { readonly of: Dataset }) => {
  const add = useDo(() => shell.datasets.addSecondMoments({ name }), 'datasets')
  if (secondMoments === null && !hasPlain) return null
  return (
    <Section title="Second moments">
      {secondMoments === null ? (
        <>
          <p className="quiet prose">
            Variances, correlations and least squares need the products of columns, encrypted beside them. {data === null ? 'The table takes longer to encrypt.' : again}
          </p>
          <ul className="stack">{consequences.map((words) => <li key={words} className="small quiet prose">{words}</li>)}</ul>
          <p className="small quiet prose">Once added they stay. To go back, as long as nothing is sold, import the table again.</p>
          <div><Button variant="default" loading={add.isPending} onClick={() => { add.mutate(undefined) }}>Add second moments</Button></div>
        </>
      ) : <Made moments={secondMoments} />}
      <Trouble error={add.error} />
    </Section>
  )
}
