import { Button } from '@mantine/core'
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

/** Products of columns beside the columns: without them no script computes a variance, a correlation or a regression. */
export const SecondMoments = ({ of: { name, secondMoments, hasPlain, data } }: { readonly of: Dataset }) => {
  const add = useDo(() => shell.datasets.addSecondMoments({ name }), 'datasets')
  if (secondMoments === null && !hasPlain) return null
  return (
    <Section title="Second moments">
      {secondMoments === null ? (
        <>
          <p className="quiet prose">
            Variances, correlations and least squares need the products of columns, encrypted beside them. Each is held against the rows
            first, and left out where it would tell single rows. {data === null ? 'The table takes longer to encrypt.' : again}
          </p>
          <div><Button variant="default" loading={add.isPending} onClick={() => { add.mutate(undefined) }}>Add second moments</Button></div>
        </>
      ) : <Made moments={secondMoments} />}
      <Trouble error={add.error} />
    </Section>
  )
}
