import { join } from 'node:path'
import type { Host } from '../create-host.ts'
import { releaseReadyThread } from '../scripts/script-thread.ts'
import type { ServeState } from '../../shared/window-contract/serve.ts'
import { createActivityHandlers, createAppHandlers, createJobsHandlers, createSettingsHandlers, type Shell } from './app-handlers.ts'
import { createBackupHandlers } from './backup-handlers.ts'
import { createNetworksHandlers, createPracticeHandlers, createWalletHandlers } from './account-handlers.ts'
import { createMarketHandlers, createPurchasesHandlers, createReceiptsHandlers, createWorkspaceHandlers } from './buyer-handlers.ts'
import { createChanges } from './changes.ts'
import { createConfirmations } from './confirmations.ts'
import type { WindowContext } from './context.ts'
import type { WindowHandlers } from './handlers.ts'
import { createJobRegistry } from './jobs.ts'
import { createDisputesHandlers } from './disputes-handlers.ts'
import { createMovePlanner } from './plan-moves.ts'
import { noticeOfJob, noticeOfServing, type Notice } from './notices.ts'
import { createOpenedFiles } from './opened-files.ts'
import { createPractice, type PracticeOptions } from './practice.ts'
import type { WorkUnderWay } from './quit-warning.ts'
import { createErrorInterceptor, createWindowRouter, type WindowRouter } from './router.ts'
import { createScriptFiles } from './script-files.ts'
import { createDatasetsHandlers, createListingsHandlers, createSalesHandlers, createServeHandlers } from './seller-handlers.ts'
import { createServeControl } from './serve-control.ts'

export interface WindowHostOptions {
  readonly host: Host
  readonly shell: Shell
  readonly practice?: PracticeOptions
  readonly now?: () => Date
  /** What should not have happened, for the shell's log; the window is told only that it did. */
  readonly onBug: (error: unknown) => void
  /** What is worth telling somebody who is not looking at the window. */
  readonly onNotice?: (notice: Notice) => void
  /** Asked to close everything and begin anew over the same folder, in which a restored profile then is. */
  readonly onRestart?: () => void
}

/** Everything behind the window, whichever shell it is in. */
export interface WindowHost {
  readonly router: WindowRouter
  readonly handlers: WindowHandlers
  /** To be given to every transport of the router. */
  readonly errorInterceptor: ReturnType<typeof createErrorInterceptor>
  /** Purchases that wait for this seller while it serves, with their last second: until then the computer stays awake. */
  findOpenSales(): Promise<ServeState['open']>
  /** What would end with the program now: for a warning before quitting. */
  findWorkUnderWay(): Promise<WorkUnderWay>
  /** Holds a file that the system asked us to open, and gives the window's place that shows it. */
  openFile(path: string): string
  /** Practice mode and serving, as they were when the program last ended. */
  resume(): Promise<void>
  /** Ends serving, practice mode and all jobs; the host is its opener's to close. */
  close(): Promise<void>
}

export const createWindowHost = (options: WindowHostOptions): WindowHost => {
  const { host, shell, now = () => new Date(), onBug, onNotice = () => undefined, onRestart = () => undefined } = options
  const tell = (notice: Notice | null): void => { if (notice !== null) onNotice(notice) }
  const changes = createChanges(now)
  const jobs = createJobRegistry({ now, onChange: () => { changes.announce('jobs') }, onBug, onEnd: (job) => { tell(noticeOfJob(job)) } })
  const scripts = createScriptFiles(join(host.home, 'scripts'))
  const context: WindowContext = { host, jobs, changes, scripts, now, onBug }
  const openedFiles = createOpenedFiles()
  const stopListening = host.onTransaction(() => { changes.announce('activity') })
  const serve = createServeControl(context, (event) => { tell(noticeOfServing(event)) })
  const practice = createPractice(context, options.practice)
  const confirmations = createConfirmations(context, createMovePlanner(context, serve))
  const backup = createBackupHandlers(context, onRestart)
  const handlers: WindowHandlers = {
    app: createAppHandlers(context, shell, serve, practice),
    wallet: createWalletHandlers(context),
    backup: backup.handlers,
    networks: createNetworksHandlers(context, serve),
    practice: createPracticeHandlers(practice, serve),
    datasets: createDatasetsHandlers(context),
    listings: createListingsHandlers(context),
    serve: createServeHandlers(context, serve),
    sales: createSalesHandlers(context),
    market: createMarketHandlers(context),
    workspace: createWorkspaceHandlers(context),
    purchases: createPurchasesHandlers(context),
    disputes: createDisputesHandlers(context),
    receipts: createReceiptsHandlers(context, openedFiles),
    activity: createActivityHandlers(context),
    settings: createSettingsHandlers(context),
    signing: {
      prepare: (move) => confirmations.prepare(move),
      confirm: ({ id }) => ({ job: confirmations.confirm(id).id }),
      refuse: ({ id }) => {
        confirmations.refuse(id)
        return {}
      },
    },
    jobs: createJobsHandlers(context),
  }
  const findOpenSales = async (): Promise<ServeState['open']> => (serve.isOn() ? (await serve.state()).open : [])
  const awaitJob = async (id: string): Promise<void> => {
    for await (const { state } of jobs.watch(id)) if (state !== 'running') return
  }
  return {
    router: createWindowRouter(handlers, onBug),
    handlers,
    errorInterceptor: createErrorInterceptor(onBug),
    findOpenSales,
    findWorkUnderWay: async () => ({
      open: await findOpenSales(),
      running: jobs.list().filter(({ state }) => state === 'running').map(({ label }) => label),
      serving: serve.isOn(),
    }),
    openFile: (path) => openedFiles.open(path),
    resume: async () => {
      const job = practice.resume()
      if (job !== null) await awaitJob(job.id)
      await serve.resume()
    },
    close: async () => {
      stopListening()
      await jobs.close()
      await serve.close()
      await practice.stop()
      backup.close()
      releaseReadyThread()
    },
  }
}
