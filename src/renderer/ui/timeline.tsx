import { IconCheck, IconX } from '@tabler/icons-react'
import type { PurchaseDetails } from '../../shared/window-contract/purchases.ts'
import { Hash, When } from './values.tsx'

type Step = PurchaseDetails['timeline'][number]

const spoken: Readonly<Record<Step['state'], string>> = { 'done': 'Done', 'now': 'Now', 'to-come': 'To come', 'failed': 'Failed' }

const StepRow = ({ step }: { readonly step: Step }) => (
  <li className={step.state} {...(step.state === 'now' ? { 'aria-current': 'step' as const } : {})}>
    <span className="mark">
      {step.state === 'done' ? <IconCheck size={13} stroke={2.5} aria-hidden /> : null}
      {step.state === 'failed' ? <IconX size={13} stroke={2.5} aria-hidden /> : null}
      <span className="visually-hidden">{spoken[step.state]}: </span>
    </span>
    <div>
      <span className="words">{step.words}</span>
      {step.transaction === null ? null : <div className="small quiet">Transaction <Hash value={step.transaction} label="transaction" /></div>}
      {step.deadline === null || step.state !== 'now' ? null : <div className="small warn">Time ends <When at={step.deadline} /></div>}
    </div>
    <span className="when">{step.at === null ? null : <When at={step.at} />}</span>
  </li>
)

/** A trade as steps with their times and transactions. */
export const Timeline = ({ steps }: { readonly steps: readonly Step[] }) => (
  <ol className="timeline">{steps.map((step, index) => <StepRow key={`${step.name}-${index}`} step={step} />)}</ol>
)
