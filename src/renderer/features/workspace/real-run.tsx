import { Button } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { useMove } from '../../app/moves.tsx'
import { goTo, placeOf } from '../../app/router.ts'
import { WatchedJob } from '../../ui/job-progress.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { Verdict } from './verdict.tsx'

const checkMilliseconds = 700

const purchaseAt = (number: string): string => placeOf(['buy', 'purchases', number])

/** The same script on the real table: buy, then compute on a purchase that has not asked for its answer yet. */
export const RealRun = ({ url, fileName, current }: {
  readonly url: string, readonly fileName: string, readonly current: () => string
}) => {
  const sign = useMove()
  const purchases = useAsk(['purchases'], () => shell.purchases.list({}))
  const paid = purchases.data?.find((purchase) => purchase.url === url && purchase.state === 'Paid')
  const number = paid?.number ?? null
  const details = useAsk(['purchases', number ?? 'none'], () => shell.purchases.show({ purchase: number ?? '' }), number !== null)
  const opening = details.data?.moves.find(({ kind }) => kind === 'openInteraction')
  const [source] = useDebouncedValue(current(), checkMilliseconds)
  const verdict = useAsk(['market', 'check', url, fileName, source], () => shell.workspace.check({ url, fileName, source }))
  const compute = useDo((purchase: string) => shell.purchases.compute({ purchase, fileName, source: current() }), 'jobs')
  const buy = (): void => {
    sign({ kind: 'buy', url }, (outcome) => { if (outcome.kind === 'purchase') goTo(purchaseAt(outcome.purchase)) })
  }
  return (
    <div className="stack">
      {verdict.data === undefined ? null : <Verdict of={verdict.data} />}
      {number === null
        ? <div className="row wide"><p className="quiet grow">An answer from the real table needs a purchase. Its price and every deadline are shown before you sign.</p><Button onClick={buy}>Buy one answer</Button></div>
        : (
          <div className="row wide">
            <p className="quiet grow">Purchase <a href={purchaseAt(number)}>{number}</a> is paid. Computing sends nothing to the seller yet.</p>
            <Button loading={compute.isPending} onClick={() => { compute.mutate(number) }}>Compute on the real table</Button>
          </div>
        )}
      {number === null || opening === undefined ? null : (
        <div className="row wide">
          <p className="quiet grow">{opening.explanation}</p>
          <Button variant="default" onClick={() => { sign({ kind: 'openInteraction', purchase: number }) }}>Open the seller's help</Button>
        </div>
      )}
      <Trouble error={compute.error ?? verdict.error} />
      <WatchedJob id={compute.data?.job ?? null} onDone={(outcome) => { if (outcome.kind === 'computed') goTo(purchaseAt(outcome.purchase)) }} />
    </div>
  )
}
