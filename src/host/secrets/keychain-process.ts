import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Keychain } from './types.ts'

/** One call of keytar's, as it is sent to the process that makes it. */
export interface KeychainQuestion {
  readonly method: 'getPassword' | 'setPassword' | 'deletePassword'
  /** Service, account and, for `setPassword`, the secret. */
  readonly words: readonly [service: string, account: string, password?: string]
}

export type KeychainAnswer = { readonly value: string | boolean | null } | { readonly failure: string }

/** A process that nobody asks anything goes. */
const idleMilliseconds = 2000

const workerPath = (): string => fileURLToPath(new URL(import.meta.url.endsWith('.js') ? './keychain-worker.js' : './keychain-worker.ts', import.meta.url))

/**
 * The system keychain, asked by a process of its own. keytar waits in a thread that nothing can stop, and that keeps Node from ending
 * (`process.exit` joins it): where the keychain never answers, only a process can be ended. `close` ends it, and all that waits fails.
 */
export const openKeychainProcess = (): Keychain => {
  let child: ChildProcess | null = null
  let waiting: { readonly resolve: (value: string | boolean | null) => void; readonly reject: (error: Error) => void } | null = null
  let idle: NodeJS.Timeout | undefined
  let last: Promise<unknown> = Promise.resolve()

  const fail = (error: Error): void => {
    waiting?.reject(error)
    waiting = null
  }
  const end = (): void => {
    clearTimeout(idle)
    child?.kill('SIGKILL')
    child = null
    fail(new Error('the question was given up'))
  }

  const start = (): ChildProcess => {
    const started = fork(workerPath(), [], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    const lose = (error: Error): void => {
      if (child !== started) return
      child = null
      fail(error)
    }
    started.on('message', (message) => {
      const answer = message as KeychainAnswer
      if ('failure' in answer) fail(new Error(answer.failure))
      else waiting?.resolve(answer.value)
      waiting = null
      idle = setTimeout(end, idleMilliseconds).unref()
    })
    started.on('error', lose)
    started.on('exit', () => { lose(new Error('the process that asks the keychain ended')) })
    // Whoever waits for an answer keeps our own process alive; the other process does not.
    started.unref()
    started.channel?.unref()
    return started
  }

  const askNow = (question: KeychainQuestion): Promise<string | boolean | null> => new Promise((resolve, reject) => {
    clearTimeout(idle)
    waiting = { resolve, reject }
    child ??= start()
    child.send(question, (error) => { if (error !== null) fail(error) })
  })

  /** One question at a time: an answer does not say which it is to. */
  const ask = (method: KeychainQuestion['method'], ...words: KeychainQuestion['words']): Promise<string | boolean | null> => {
    const next = last.then(() => askNow({ method, words }))
    last = next.catch(() => undefined)
    return next
  }

  return {
    getPassword: async (service, account) => await ask('getPassword', service, account) as string | null,
    setPassword: async (service, account, password) => { await ask('setPassword', service, account, password) },
    deletePassword: async (service, account) => await ask('deletePassword', service, account) as boolean,
    close: end,
  }
}
