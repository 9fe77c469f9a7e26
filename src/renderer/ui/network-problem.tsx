import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { shell, useAsk, useDo } from '../app/api.ts'

/** Why the network in use cannot be used, and a way to ask again; nothing where it can. */
export const NetworkProblem = () => {
  const status = useAsk(['status'], () => shell.app.status({}))
  const queries = useQueryClient()
  const retry = useDo(() => queries.invalidateQueries())
  const { network = null, networkProblem = null } = status.data ?? {}
  if (network === null || networkProblem === null) return null
  return (
    <div className="trouble" role="alert">
      <p>The network “{network.name}” cannot be used: balances, listings and trades are not known now.</p>
      <p className="quiet">{networkProblem}</p>
      {network.kind === 'practice' ? <p className="quiet">It is this computer’s practice chain: “Start practising” in Settings starts it again, as it was.</p> : null}
      <div className="row">
        <Button variant="default" loading={retry.isPending} onClick={() => { retry.mutate(undefined) }}>Try again</Button>
        <Button component="a" variant="default" href="#/settings">Open Settings</Button>
      </div>
    </div>
  )
}
