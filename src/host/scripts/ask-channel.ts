import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import type { FormPair, IntegerForm, KeyHolder } from '../../compute/key-holder.ts'
import { AppError, toAppError, type ErrorCode, type ErrorDetails } from '../../shared/errors.ts'

/** The key holder as the host reaches it: over the network, in its own time. */
export interface RemoteKeyHolder {
  compare(forms: readonly IntegerForm[]): Promise<readonly boolean[]>
  /** The products are kept where the forms are evaluated, numbered on from those made before. */
  multiply(pairs: readonly FormPair[]): Promise<void>
}

export type KeyHolderQuestion =
  | { readonly kind: 'compare'; readonly forms: readonly IntegerForm[] }
  | { readonly kind: 'multiply'; readonly pairs: readonly FormPair[] }

type KeyHolderReply =
  | { readonly ok: true; readonly holds: readonly boolean[] }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly details: ErrorDetails; readonly retryable: boolean }

/** What a script's thread gets to ask with: a port, and a word of shared memory that wakes it. */
export interface AskChannel {
  readonly port: MessagePort
  readonly wake: Int32Array
}

/** The script's end: asks and sleeps until the answer is there, so that calls look synchronous in the script. */
export const createWaitingKeyHolder = ({ port, wake }: AskChannel): KeyHolder => {
  const ask = (question: KeyHolderQuestion): readonly boolean[] => {
    const before = Atomics.load(wake, 0)
    port.postMessage(question)
    Atomics.wait(wake, 0, before)
    const received = receiveMessageOnPort(port) as { readonly message: KeyHolderReply } | undefined
    if (received === undefined) throw new AppError('bug.unexpected', 'A script was woken without an answer.')
    const { message: reply } = received
    if (reply.ok) return reply.holds
    throw new AppError(reply.code, reply.message, { details: reply.details, retryable: reply.retryable })
  }
  return {
    compare: (forms) => ask({ kind: 'compare', forms }),
    multiply: (pairs) => { ask({ kind: 'multiply', pairs }) },
  }
}

const answer = async (question: KeyHolderQuestion, holder: RemoteKeyHolder): Promise<KeyHolderReply> => {
  try {
    if (question.kind === 'compare') return { ok: true, holds: await holder.compare(question.forms) }
    await holder.multiply(question.pairs)
    return { ok: true, holds: [] }
  } catch (error) {
    const { code, message, details, retryable } = toAppError(error)
    return { ok: false, code, message, details, retryable }
  }
}

export interface AnsweringEnd {
  readonly channel: AskChannel
  close(): void
}

/** The host's end: answers what the script asks, one question at a time. `onAsked` and `onAnswered` frame the time the script sleeps. */
export const createAnsweringEnd = (holder: RemoteKeyHolder, onAsked: () => void, onAnswered: () => void): AnsweringEnd => {
  const { port1, port2 } = new MessageChannel()
  const wake = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  port1.on('message', (question: KeyHolderQuestion) => {
    onAsked()
    void answer(question, holder).then((reply) => {
      port1.postMessage(reply)
      onAnswered()
      Atomics.add(wake, 0, 1)
      Atomics.notify(wake, 0)
    })
  })
  return { channel: { port: port2, wake }, close: () => { port1.close() } }
}
