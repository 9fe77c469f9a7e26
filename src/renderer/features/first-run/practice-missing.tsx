import { Button } from '@mantine/core'
import { shell, useDo } from '../../app/api.ts'
import { Copyable } from '../../ui/values.tsx'

const installerAddress = 'https://getfoundry.sh'

/** Where this computer has no local chain: what to install, and a way to look again. */
export const PracticeMissing = () => {
  const look = useDo(() => shell.app.firstRun({}), 'practice')
  return (
    <section className="note warn stack" aria-label="Practice mode is not possible yet">
      <p>
        Practice mode needs a local chain: Foundry’s program “anvil”, which was not found on this computer. npm brings it for Linux, macOS
        and Windows, unless it was told to leave optional packages out. A network of your own works without it.
      </p>
      <ol className="stack">
        <li>Install Foundry: its page says how for macOS, Linux and Windows. <Copyable value={installerAddress} label="address of Foundry’s page" /></li>
        <li>Make sure that a terminal knows the command <code className="mono">anvil</code>.</li>
        <li>Look again; where it is still not found, start HEsystem anew, so that it sees the changed path.</li>
      </ol>
      <div><Button variant="default" loading={look.isPending} onClick={() => { look.mutate(undefined) }}>Look again</Button></div>
    </section>
  )
}
