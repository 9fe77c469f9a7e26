import { Button } from '@mantine/core'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { useMove } from '../../app/moves.tsx'
import { Section } from '../../ui/page.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { Hash, When } from '../../ui/values.tsx'

/** What is signed and not mined yet, each with its ways out; nothing where nothing waits. */
export const WaitingTransactions = () => {
  const sign = useMove()
  const transactions = useAsk(['activity', 'transactions'], () => shell.activity.transactions({}))
  const resend = useDo((hash: string) => shell.activity.resend({ hash }), 'activity')
  const waiting = (transactions.data ?? []).flatMap(({ key, purpose, waitingHash: hash, createdAt }) =>
    (hash === null ? [] : [{ key, purpose, hash, createdAt }]))
  if (waiting.length === 0) return null
  return (
    <Section title="Waiting to be mined">
      <div className="stack">
        <p className="quiet">A transaction that waits long was signed before fees rose, or was lost by the network. It happens once or not at all.</p>
        {waiting.map(({ key, purpose, hash, createdAt }) => (
          <div key={key} className="row" role="group" aria-label={purpose}>
            <span className="grow">{purpose}, <When at={createdAt} /> <Hash value={hash} label="transaction" /></span>
            <Button size="xs" variant="default" onClick={() => { sign({ kind: 'speed-up', hash }) }}>Speed up…</Button>
            <Button size="xs" variant="default" onClick={() => { sign({ kind: 'cancel', hash }) }}>Cancel…</Button>
            <Button size="xs" variant="default" loading={resend.isPending && resend.variables === hash} onClick={() => { resend.mutate(hash) }}>Send again</Button>
          </div>
        ))}
        <Trouble error={resend.error} />
      </div>
    </Section>
  )
}
