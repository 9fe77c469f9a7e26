import type { WindowHost } from '../host/window/create-window-host.ts'

type OpenSales = Awaited<ReturnType<WindowHost['findOpenSales']>>

export interface QuitWarning { readonly message: string, readonly detail: string }

/** What is lost by quitting now, or null: whoever lets a delivery time pass loses the sale. */
export const describeOpenSales = (open: OpenSales): QuitWarning | null => {
  const [first] = [...open].sort((left, right) => left.deadlineSeconds - right.deadlineSeconds)
  if (first === undefined) return null
  const until = first.deadlineSeconds === 0 ? null : new Date(first.deadlineSeconds * 1000).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
  return {
    message: open.length === 1 ? 'A purchase is open.' : `${open.length} purchases are open.`,
    detail: `Without this program buyers cannot download, and no answer is delivered. ${until === null ? '' : `The next deadline, of purchase ${first.purchase}, ends ${until}. `}Serving goes on when the program is started again.`,
  }
}
