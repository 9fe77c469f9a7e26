import { Button, Select } from '@mantine/core'
import { useState } from 'react'
import type { PurchaseDetails } from '../../../shared/window-contract/purchases.ts'
import { shell, useAsk, useDo, useJobOf } from '../../app/api.ts'
import { placeOf } from '../../app/router.ts'
import { WatchedJob } from '../../ui/job-progress.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { useRuns } from '../workspace/use-workspace.ts'

/** The script to run on a purchase's ciphertexts, and its run. */
export const ComputePanel = ({ details, number }: { readonly details: PurchaseDetails, readonly number: string }) => {
  const scripts = useAsk(['scripts'], () => shell.workspace.scripts({}))
  const [chosen, setChosen] = useState<string | null>(null)
  const running = useJobOf('compute', number)
  const names = scripts.data?.map(({ name }) => name) ?? []
  // What was tried on this very table last is what was bought for.
  const { runs } = useRuns(details.url)
  const tried = runs.map((run) => run.fileName).find((name) => names.includes(name))
  const fileName = chosen ?? details.computed?.fileName ?? tried ?? names[0] ?? null
  const compute = useDo(async (name: string) => {
    const { source } = await shell.workspace.read({ name })
    return shell.purchases.compute({ purchase: number, fileName: name, source })
  }, 'jobs')
  return (
    <div className="stack wide">
      <div className="row" style={{ alignItems: 'flex-end' }}>
        <Select label="Script" data={names} value={fileName} onChange={setChosen} w={256} nothingFoundMessage="No script yet" />
        <Button
          disabled={fileName === null} loading={compute.isPending}
          onClick={() => { if (fileName !== null) compute.mutate(fileName) }}
        >
          Compute
        </Button>
        <Button variant="default" component="a" href={placeOf(['buy', 'workspace'], { url: details.url, ...(fileName === null ? {} : { script: fileName }) })}>Edit it first</Button>
      </div>
      <Trouble error={compute.error} />
      <WatchedJob id={compute.data?.job ?? (running?.state === 'running' ? running.id : null)} />
    </div>
  )
}
