import { Button } from '@mantine/core'
import { shell, useDo } from '../../app/api.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Section } from '../../ui/page.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { formatCount, toSentence } from '../../ui/values.tsx'

/** The limit that a refusal comes from, by the name it has where a listing is written. */
const limits: Readonly<Record<string, string>> = {
  'policy.min-rows': 'rows behind a number', 'policy.condition': 'the condition', 'policy.answer-cells': 'numbers in an answer',
  'policy.answer-bits': 'bits of a number', 'policy.budget-spent': 'numbers in all answers',
  'policy.second-moments-whole': 'all rows together', 'policy.corrected-whole': 'all rows together', 'policy.source-corrected': 'the corrected table',
}

/** The known attacks, run on one's own table under one's own limits: what would they get? */
export const AttackRehearsal = ({ id }: { readonly id: string }) => {
  const rehearse = useDo(() => shell.listings.rehearse({ id }))
  const { data } = rehearse
  const leaks = data?.some(({ cells }) => cells > 0) ?? false
  return (
    <Section
      title="Attack rehearsal"
      aside={<Button variant="default" loading={rehearse.isPending} onClick={() => { rehearse.mutate(undefined) }}>{data === undefined ? 'Attack my own listing' : 'Once more'}</Button>}
    >
      <p className="quiet prose">Known ways to get rows out of answers are tried on your table, on this computer, after everything that was answered so far. Nothing is counted or sent.</p>
      <Trouble error={rehearse.error} />
      {data === undefined ? null : (
        <>
          <p className={leaks ? 'note bad' : 'note good'} role="status">{leaks ? 'Some of these attacks get cells of your table. Ask for more rows behind each number, allow fewer numbers, or leave out the columns that an attack names.' : 'None of these attacks gets a single cell of your table.'}</p>
          <DataTable
            label="Attacks" rows={data} keyOf={({ words }) => words}
            columns={[
              { name: 'The attacker', cell: ({ words }) => words },
              { name: 'Answered', numeric: true, cell: ({ answered, questions }) => `${formatCount(answered)} of ${formatCount(questions)}` },
              { name: 'Cells', numeric: true, cell: ({ cells }) => <span className={cells > 0 ? 'bad' : ''}>{formatCount(cells)}</span> },
              { name: 'Bits', numeric: true, cell: ({ bits }) => formatCount(Math.round(bits)) },
              { name: 'Stopped by', cell: ({ refusal }) => (refusal === null ? '' : <span className="nowrap" title={`${toSentence(refusal.message)} (${refusal.code})`}>{limits[refusal.code] ?? refusal.code}</span>) },
            ]}
          />
        </>
      )}
    </Section>
  )
}
