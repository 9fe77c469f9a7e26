import { availableParallelism } from 'node:os'
import { isAppError } from '../../shared/errors.ts'
import { nextInWindow } from '../../shared/next-in-window.ts'
import type { WindowOutputs } from '../../shared/window-contract/index.ts'
import { createDoctorChecks } from '../doctor/create-checks.ts'
import { runDoctor } from '../doctor/run-doctor.ts'
import type { Host } from '../create-host.ts'
import { backendUnavailable, probeBackends } from '../../engine/backends.ts'
import { createEngine } from '../../engine/create-engine.ts'
import { findTrade, type WindowContext } from './context.ts'
import { toErrorJson } from './documents.ts'
import type { Handlers } from './handlers.ts'
import type { Practice } from './practice.ts'
import type { ServeControl } from './serve-control.ts'

/** The shell that the window runs in. */
export interface Shell {
  readonly kind: 'electron' | 'headless'
  readonly version: string
}

type Balances = Pick<WindowOutputs['app']['status'], 'balanceWei' | 'withdrawableWei' | 'networkProblem'>

const readBalances = async ({ host }: WindowContext): Promise<Balances> => {
  const none = { balanceWei: null, withdrawableWei: null, networkProblem: null }
  if (host.networks.findActive() === null || host.wallet.find() === null) return none
  try {
    const { connection, outbox } = await host.chain()
    await connection.assertReady()
    const balanceWei = await connection.query((provider) => provider.getBalance(outbox.account()))
    const trade = await findTrade(host)
    const withdrawableWei = await trade?.market.readBalance(outbox.account()) ?? null
    return { balanceWei: balanceWei.toString(), withdrawableWei: withdrawableWei?.toString() ?? null, networkProblem: null }
  } catch (error) {
    if (!isAppError(error) || !error.code.startsWith('chain.')) throw error
    return { ...none, networkProblem: `${error.message} ${nextInWindow[error.code] ?? error.next}` }
  }
}

const describeEngine = async ({ engine, engineSettings: { get, started, setBy } }: Host): Promise<WindowOutputs['app']['engine']> => {
  const { backend, backendReason, workers } = await engine()
  const kept = get()
  return {
    backend, reason: backendReason, workers, setBy,
    cores: availableParallelism(),
    choice: { backend: kept.backend, workers: kept.threads },
    pending: kept.backend !== (started.backend ?? null) || kept.threads !== (started.workers ?? null),
    backends: probeBackends().map(({ name, fault }) => ({ name, fault })),
  }
}

export const createAppHandlers = (context: WindowContext, shell: Shell, serve: ServeControl, practice: Practice): Handlers<'app'> => {
  const { host, jobs, changes } = context
  return {
    about: () => ({ version: shell.version, shell: shell.kind, home: host.home, node: process.versions.node, platform: process.platform }),
    engine: () => describeEngine(host),
    chooseEngine: ({ backend, workers }) => {
      const fault = probeBackends().find(({ name }) => name === backend)?.fault ?? null
      if (backend !== null && fault !== null) throw backendUnavailable(backend, fault)
      host.engineSettings.keep({ backend, threads: workers })
      return describeEngine(host)
    },
    doctor: async () => {
      const { healthy, entries } = await runDoctor(createDoctorChecks({ home: host.home, openEngine: () => createEngine() }))
      return { healthy, entries: entries.map(({ name, verdict, found, advice }) => ({ name, verdict, found, advice })) }
    },
    firstRun: () => {
      const wallet = host.wallet.find()
      const hasNetwork = host.networks.findActive() !== null
      return {
        hasWallet: wallet !== null,
        walletBackedUp: wallet?.backedUp ?? false,
        hasNetwork,
        practiceReady: practice.state().state === 'running',
        complete: wallet !== null && hasNetwork,
        practicePossible: practice.state().possible,
        restoredWaits: host.backups.isRestoredWaiting(),
      }
    },
    status: async () => {
      const network = host.networks.findActive()
      return {
        account: host.wallet.find()?.address ?? null,
        ...await readBalances(context),
        network: network === null
          ? null
          : { name: network.name, kind: network.kind, chainId: network.chainId, hasContract: network.contract !== null },
        serving: serve.isOn(),
        runningJobs: jobs.list().filter(({ state }) => state === 'running').length,
        practice: practice.state().state,
      }
    },
    changes: (_input, signal) => changes.watch(signal),
    readState: ({ key }) => ({ value: host.window.findState(key) }),
    saveState: ({ key, value }) => {
      host.window.saveState(key, value)
      return {}
    },
  }
}

export const createJobsHandlers = ({ jobs }: WindowContext): Handlers<'jobs'> => ({
  list: () => [...jobs.list()],
  show: ({ id }) => jobs.show(id),
  watch: ({ id }, signal) => {
    jobs.show(id)
    return jobs.watch(id, signal)
  },
  stop: ({ id }) => jobs.stop(id),
})

const mostSignatures = 1000

export const createActivityHandlers = ({ host }: WindowContext): Handlers<'activity'> => ({
  transactions: async () => {
    const trade = await findTrade(host)
    return (trade?.outbox.list() ?? []).map(({ key, purpose, status, to, valueWei, outcome, error, createdAt, settledAt }) => ({
      key, purpose, status, to, createdAt, settledAt,
      valueWei: valueWei.toString(),
      hash: outcome?.hash ?? null,
      waitingHash: trade?.outbox.findWaiting(key)?.hash ?? null,
      gasUsed: outcome?.gasUsed.toString() ?? null,
      feeWei: outcome === null ? null : (outcome.gasUsed * outcome.effectiveGasPriceWei).toString(),
      error: error === null ? null : toErrorJson({ code: error.code, message: error.message, next: error.next, details: error.details }),
    })).reverse()
  },
  resend: async ({ hash }) => {
    await (await host.chain()).outbox.resend(hash)
    return {}
  },
  signatures: () => host.window.listSignatures(mostSignatures).map(({ feeWei: _feeWei, ...signature }) => signature),
})

export const createSettingsHandlers = ({ host, changes }: WindowContext): Handlers<'settings'> => {
  const show = (): WindowOutputs['settings']['get'] => {
    const { theme, autoConfirm, autoLitigate, autoReclaim } = host.settings.get()
    return { theme, autoConfirm, autoLitigate, autoReclaim }
  }
  return {
    get: show,
    update: (update) => {
      host.settings.update(update)
      changes.announce('settings')
      return show()
    },
  }
}
