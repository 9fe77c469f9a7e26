import { toErrorDocument } from '../../shared/errors.ts'
import type { Outbox } from './outbox.ts'
import { describeReorganised } from './recheck.ts'

/** A transaction that waits for lower fees must not keep everything else from opening: from here on it is followed beside it. */
const longestWaitMilliseconds = 20_000

type Resuming = Pick<Outbox, 'recheck' | 'resume'>
type Notice = (message: string) => void

const recheck = async (outbox: Resuming, onNotice: Notice): Promise<boolean> => {
  const moved = await outbox.recheck()
  for (const one of moved) onNotice(describeReorganised(one))
  return moved.length > 0
}

const resume = async (outbox: Resuming, onNotice: Notice, waitMilliseconds: number): Promise<void> => {
  let isLate = false
  const resuming = outbox.resume().then((outcomes) => {
    for (const { key, result, error } of outcomes) {
      if (error?.code === 'chain.replaced-elsewhere') onNotice(`${error.message} ${error.next}`)
      if (result === 'unfinished' && error?.code !== 'runtime.cancelled') onNotice(`The step ${key} is not finished: ${error?.message ?? 'it still waits.'}`)
    }
  }).catch((error: unknown) => {
    if (!isLate) throw error
    onNotice(toErrorDocument(error).message)
  })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      isLate = true
      onNotice('A transaction sent earlier still waits to be mined; `hesystem tx list` shows it, and how to speed it up or cancel it is in `hesystem tx --help`.')
      resolve()
    }, waitMilliseconds)
  })
  await Promise.race([resuming, late])
  clearTimeout(timer)
}

/**
 * At the start of a profile on a network: looks again at what was confirmed, and goes on with what is unfinished, waiting for it a while.
 * `onNotice` is told what a reorganisation moved and what still waits. Throws `chain.*` where the network cannot be asked at all.
 */
export const resumeTransactions = async (outbox: Resuming, onNotice: Notice, waitMilliseconds = longestWaitMilliseconds): Promise<void> => {
  await recheck(outbox, onNotice)
  await resume(outbox, onNotice, waitMilliseconds)
}

/** The same in mid-session: where nothing was moved or taken back, nothing is waited for. */
export const followReorganisations = async (
  outbox: Resuming, onNotice: Notice, waitMilliseconds = longestWaitMilliseconds,
): Promise<void> => {
  if (await recheck(outbox, onNotice)) await resume(outbox, onNotice, waitMilliseconds)
}
