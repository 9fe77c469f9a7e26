import { MessageChannel } from 'node:worker_threads'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createORPCClient, isDefinedError } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { RPCHandler } from '@orpc/server/message-port'
import { createHost, type Host } from '../../../src/host/create-host.ts'
import { createWindowHost, type WindowHost } from '../../../src/host/window/create-window-host.ts'
import type { PracticeOptions } from '../../../src/host/window/practice.ts'
import type { ErrorDocumentJson } from '../../../src/shared/window-contract/base.ts'
import type { WindowClient } from '../../../src/shared/window-contract/index.ts'

/** A profile of its own behind the contract, and a client on the other end of a channel: nothing but messages goes between them. */
export interface WindowPair {
  readonly home: string
  readonly host: Host
  readonly window: WindowHost
  readonly client: WindowClient
  readonly bugs: unknown[]
  /** Ends the client's side only. */
  disconnect(): void
  close(): Promise<void>
}

interface Connected {
  readonly client: WindowClient
  readonly close: () => void
}

/** Serves a window host over one end of a channel and gives a client on the other. */
export const connectClient = (window: Pick<WindowHost, 'router' | 'errorInterceptor'>): Connected => {
  const { router, errorInterceptor } = window
  const { port1, port2 } = new MessageChannel()
  new RPCHandler(router, { clientInterceptors: [errorInterceptor] }).upgrade(port2)
  port1.start()
  port2.start()
  const client: WindowClient = createORPCClient(new RPCLink({ port: port1 }))
  return { client, close: () => { port1.close() } }
}

export interface PairOptions {
  readonly practice?: PracticeOptions
  readonly now?: () => Date
}

export const openWindowPair = async (options: PairOptions = {}): Promise<WindowPair> => {
  const folder = mkdtempSync(join(tmpdir(), 'hesystem-window-'))
  const passphraseFile = join(folder, 'passphrase')
  writeFileSync(passphraseFile, 'a passphrase for tests only', { mode: 0o600 })
  const home = join(folder, 'home')
  const host = await createHost({ home, secretStore: 'passphrase', environment: { HESYSTEM_PASSPHRASE_FILE: passphraseFile }, engine: { workers: 1 } })
  const bugs: unknown[] = []
  const window = createWindowHost({ host, shell: { kind: 'headless', version: '1.2.3' }, onBug: (error) => bugs.push(error), ...options })
  const { client, close } = connectClient(window)
  return {
    home, host, window, client, bugs,
    disconnect: close,
    close: async () => {
      close()
      await window.close()
      await host.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The error document that a call is refused with. */
export const refusalOf = async (call: Promise<unknown>): Promise<ErrorDocumentJson> => {
  try {
    await call
  } catch (error) {
    if (error instanceof Error && isDefinedError(error)) return (error as unknown as { data: ErrorDocumentJson }).data
    throw error
  }
  throw new Error('the call was not refused')
}
