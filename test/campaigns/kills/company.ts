import { setTimeout as sleep } from 'node:timers/promises'
import type { Host } from '../../../src/host/index.ts'
import type { Serving } from '../../../src/host/seller/serve.ts'
import { isAppError } from '../../../src/shared/errors.ts'
import { closedOperations, perform, serve, type OperationName } from './operations.ts'
import { openHost, type Role, type Setting } from './setting.ts'

export interface Step {
  readonly role: Role
  readonly operation: OperationName
}

/** The parties that are not to be killed, in this process; opened when they are needed. */
export interface Company {
  run(step: Step): Promise<void>
  /** The same, again and again while the seller's server is away. */
  persist(step: Step): Promise<void>
  serve(): Promise<void>
  close(): Promise<void>
}

/** What a buyer does with the seller's server. */
export const needsServer: ReadonlySet<string> = new Set<OperationName>(['buy', 'compute', 'request'])

export const openCompany = (folder: string, setting: Setting): Company => {
  const hosts = new Map<Role, Promise<Host>>()
  let serving: Serving | null = null
  let closed = false

  const hostOf = (role: Role): Promise<Host> => {
    const host = hosts.get(role) ?? openHost(folder, role)
    hosts.set(role, host)
    return host
  }
  const open = async (): Promise<void> => { serving ??= await serve(await hostOf('seller'), setting) }
  const leave = async (role: Role): Promise<void> => {
    if (role === 'seller') {
      await serving?.stop()
      serving = null
    }
    const host = hosts.get(role)
    hosts.delete(role)
    await (await host)?.close()
  }
  const act = async ({ role, operation }: Step): Promise<void> => {
    if (operation in closedOperations) await leave(role)
    await perform(operation, folder, setting, role, () => hostOf(role))
  }

  return {
    serve: open,
    run: async (step) => {
      if (needsServer.has(step.operation)) await open()
      await act(step)
    },
    persist: async (step) => {
      for (;;) {
        try {
          await act(step)
          return
        } catch (error) {
          if (closed || !isAppError(error, 'runtime.seller-unreachable')) throw error
        }
        await sleep(50)
      }
    },
    close: async () => {
      closed = true
      await serving?.stop()
      for (const host of hosts.values()) await (await host).close()
    },
  }
}
