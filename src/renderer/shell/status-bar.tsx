import { Popover, Tooltip } from '@mantine/core'
import { useState } from 'react'
import { shell, useAsk } from '../app/api.ts'
import { JobCard, Meter } from '../ui/job-progress.tsx'
import { Amount, Hash } from '../ui/values.tsx'

const Jobs = () => {
  const [opened, setOpened] = useState(false)
  const jobs = useAsk(['jobs'], () => shell.jobs.list({}))
  const running = jobs.data?.filter(({ state }) => state === 'running') ?? []
  const [first] = running
  if (first === undefined) return <span>Engine idle</span>
  return (
    <Popover opened={opened} onChange={setOpened} width={400} position="top-end">
      <Popover.Target>
        <button type="button" className="cell" onClick={() => { setOpened(!opened) }} aria-expanded={opened}>
          <span className="bar"><Meter done={first.progress?.done ?? 0} total={first.progress?.total ?? 0} label={first.label} /></span>
          {running.length === 1 ? first.label : `${running.length} jobs running`}
        </button>
      </Popover.Target>
      <Popover.Dropdown><div className="stack">{running.map((job) => <JobCard key={job.id} job={job} />)}</div></Popover.Dropdown>
    </Popover>
  )
}

/** The server is on for what was bought before, also where nothing is on sale any more. */
const Serving = () => {
  const listings = useAsk(['listings'], () => shell.listings.list({}))
  const sells = listings.data?.some(({ state, onThisNetwork }) => state === 'published' && onThisNetwork) ?? true
  return <span><i className={`dot ${sells ? 'good' : ''}`} />{sells ? 'Serving' : 'Serving, nothing on sale'}</span>
}

/** Network, account and balance, what runs, and the serve light. */
export const StatusBar = ({ connected }: { readonly connected: boolean }) => {
  const status = useAsk(['status'], () => shell.app.status({}))
  if (!connected) return <footer className="status"><span role="status"><i className="dot bad" />The window has lost its connection to HEsystem and tries again.</span></footer>
  const { data } = status
  if (data === undefined) return <footer className="status" />
  const { network, networkProblem, account, balanceWei, serving } = data
  return (
    <footer className="status">
      <Tooltip label={networkProblem ?? (network === null ? 'Choose one in Settings' : `Chain ${network.chainId}`)}>
        <span><i className={`dot ${network === null ? '' : networkProblem === null ? 'good' : 'bad'}`} />
          {network === null ? 'No network' : network.name}{networkProblem === null ? '' : ' cannot be used'}
        </span>
      </Tooltip>
      {account === null ? null : <span><Hash value={account} label="account address" /></span>}
      {balanceWei === null ? null : <span><Amount wei={balanceWei} /></span>}
      {network?.kind === 'practice' ? <span>play money</span> : null}
      <span className="space" />
      <Jobs />
      {serving ? <Serving /> : <span><i className="dot" />Not serving</span>}
    </footer>
  )
}
