import type { ServeState } from '../../shared/window-contract/serve.ts'

/** What goes on in the program now, and ends with it. */
export interface WorkUnderWay {
  /** Purchases that wait for this seller. */
  readonly open: ServeState['open']
  /** Labels of running jobs. */
  readonly running: readonly string[]
  readonly serving: boolean
}

export interface QuitWarning { readonly message: string, readonly detail: string }

const again = 'Serving goes on when the program is started again.'

const describeOpenSales = (open: WorkUnderWay['open']): QuitWarning | null => {
  const [first] = [...open].sort((left, right) => left.deadlineSeconds - right.deadlineSeconds)
  if (first === undefined) return null
  const until = first.deadlineSeconds === 0 ? null : new Date(first.deadlineSeconds * 1000).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
  return {
    message: open.length === 1 ? 'A purchase is open.' : `${open.length} purchases are open.`,
    detail: `Without this program buyers cannot download, and no answer is delivered. ${until === null ? '' : `The next deadline, of purchase ${first.purchase}, ends ${until}. `}${again}`,
  }
}

const describeJobs = (running: WorkUnderWay['running']): QuitWarning | null => (running.length === 0 ? null : {
  message: running.length === 1 ? 'Something is still running.' : `${running.length} things are still running.`,
  detail: `${running.join('; ')}. Quitting stops this. What is encrypted or downloaded so far is kept, and what was sent to the chain is found there.`,
})

/** What is lost by quitting now, the worst first; null where nothing is. Whoever lets a delivery time pass loses the sale. */
export const describeQuit = ({ open, running, serving }: WorkUnderWay): QuitWarning | null =>
  describeOpenSales(open) ?? describeJobs(running)
  ?? (serving ? { message: 'You are serving.', detail: `Buyers cannot download or ask while the program is closed. ${again}` } : null)
