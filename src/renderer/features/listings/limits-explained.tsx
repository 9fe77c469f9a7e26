import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query'
import { IconCheck, IconX } from '@tabler/icons-react'
import { shell } from '../../app/api.ts'
import { Section } from '../../ui/page.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { formatCount } from '../../ui/values.tsx'
import { toLimits, type Draft } from './draft.ts'

const settleMilliseconds = 250

/** Questions that buyers might ask, each judged by the policy as it is being written. */
export const LimitsExplained = ({ draft }: { readonly draft: Draft }) => {
  const [limits] = useDebouncedValue(draft, settleMilliseconds)
  const asked = toLimits(limits)
  const examples = useQuery({
    queryKey: ['listings', 'examples', asked], placeholderData: keepPreviousData,
    queryFn: asked === null ? skipToken : () => shell.listings.examples(asked),
  })
  if (toLimits(draft) === null) return <Section title="Under these limits, your key would"><p className="small quiet">Not told while a limit cannot be read.</p></Section>
  return (
    <Section title="Under these limits, your key would">
      <Trouble error={examples.error} />
      {examples.data === undefined || examples.error !== null ? null : (
        <>
          {examples.data.modeWords.map((words) => <p key={words} className="small quiet">{words}</p>)}
          <p className="small quiet">At most {formatCount(examples.data.totalCells)} different numbers are ever answered from this table, to all buyers together.</p>
          <ul className="examples">
            {examples.data.questions.map(({ script, words, allowed, reason }) => (
              <li key={script} {...(reason === null ? {} : { title: reason })}>
                {allowed ? <IconCheck size={14} className="good" aria-hidden /> : <IconX size={14} className="bad" aria-hidden />}
                <div>
                  <span>{allowed ? 'answer' : 'refuse'} {words}</span>
                  <code className="mono quiet">{script}</code>
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  )
}
