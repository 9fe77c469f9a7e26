import { Button, Modal } from '@mantine/core'
import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from 'react'
import type { JobOutcome } from '../../shared/window-contract/jobs.ts'
import type { Confirmation, Move } from '../../shared/window-contract/signing.ts'
import { ConfirmMoney } from '../ui/confirm-money.tsx'
import { WatchedJob } from '../ui/job-progress.tsx'
import { Trouble } from '../ui/trouble.tsx'
import { shell, useJob } from './api.ts'

type OnDone = (outcome: JobOutcome) => void
type AskToSign = (move: Move, onDone?: OnDone) => void

const MovesContext = createContext<AskToSign | null>(null)

type Stage =
  | { readonly name: 'none' }
  | { readonly name: 'preparing' }
  | { readonly name: 'asking', readonly confirmation: Confirmation, readonly busy: boolean }
  | { readonly name: 'sending', readonly title: string, readonly job: string }
  | { readonly name: 'failed', readonly error: unknown }

const Sending = ({ title, job: id, onDone, onClose }: {
  readonly title: string, readonly job: string, readonly onDone: OnDone, readonly onClose: () => void
}) => {
  const { job } = useJob(id)
  const ended = job !== null && job.state !== 'running'
  return (
    <Modal opened onClose={onClose} title={title} size={520} closeButtonProps={{ 'aria-label': 'Close; the work goes on' }}>
      <div className="stack wide">
        <WatchedJob id={id} onDone={onDone} words="Signed; under way" />
        <div className="row end"><Button variant="default" onClick={onClose}>{ended ? 'Close' : 'Leave it running'}</Button></div>
      </div>
    </Modal>
  )
}

/** Carries every move of money the same way: prepare, show the decoded call, sign once the person agrees, follow the job. */
export const MovesProvider = ({ children }: { readonly children: ReactNode }) => {
  const [stage, setStage] = useState<Stage>({ name: 'none' })
  const [onDone, setOnDone] = useState<{ readonly tell: OnDone }>({ tell: () => undefined })
  const fail = (error: unknown): void => { setStage({ name: 'failed', error }) }
  const close = (): void => { setStage({ name: 'none' }) }

  const ask = useCallback<AskToSign>((move, tell = () => undefined) => {
    setOnDone({ tell })
    setStage({ name: 'preparing' })
    shell.signing.prepare(move).then((confirmation) => { setStage({ name: 'asking', confirmation, busy: false }) }, fail)
  }, [])
  const confirm = (confirmation: Confirmation): void => {
    setStage({ name: 'asking', confirmation, busy: true })
    shell.signing.confirm({ id: confirmation.id }).then(({ job }) => { setStage({ name: 'sending', title: confirmation.title, job }) }, fail)
  }
  const refuse = (confirmation: Confirmation): void => {
    close()
    shell.signing.refuse({ id: confirmation.id }).catch(fail)
  }
  const done = useMemo<OnDone>(() => (outcome) => {
    setStage({ name: 'none' })
    onDone.tell(outcome)
  }, [onDone])

  return (
    <MovesContext value={ask}>
      {children}
      {stage.name !== 'asking' ? null : (
        <ConfirmMoney
          confirmation={stage.confirmation} busy={stage.busy}
          onConfirm={() => { confirm(stage.confirmation) }} onRefuse={() => { refuse(stage.confirmation) }}
        />
      )}
      {stage.name !== 'sending' ? null : <Sending title={stage.title} job={stage.job} onDone={done} onClose={close} />}
      {stage.name !== 'failed' ? null : (
        <Modal opened onClose={close} title="Nothing was signed" size={520} closeButtonProps={{ 'aria-label': 'Close' }}>
          <div className="stack wide">
            <Trouble error={stage.error} />
            <div className="row end"><Button variant="default" onClick={close} data-autofocus>Close</Button></div>
          </div>
        </Modal>
      )}
    </MovesContext>
  )
}

/** Asks for a signature; `onDone` hears what it came to. */
export const useMove = (): AskToSign => {
  const ask = useContext(MovesContext)
  if (ask === null) throw new Error('useMove outside MovesProvider.')
  return ask
}
