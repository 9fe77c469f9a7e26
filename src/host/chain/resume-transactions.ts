import { toErrorDocument } from '../../shared/errors.ts'
import type { Outbox } from './outbox.ts'
import { describeReorganised } from './recheck.ts'

/** A transaction that waits for lower fees must not keep everything else from opening: from here on it is followed beside it. */
const longestWaitMilliseconds = 20_000

/**
 * At the start of a profile on a network: looks again at what was confirmed, and goes on with what is unfinished, waiting for it a while.
 * `onNotice` is told what a reorganisation moved and what still waits. Throws `chain.*` where the network cannot be asked at all.
 */
export const resumeTransactions = async (
  outbox: Pick<Outbox, 'recheck' | 'resume'>, onNotice: (message: string) => void, waitMilliseconds = longestWaitMilliseconds,
): Promise<void> => {
  for (const moved of await outbox.recheck()) onNotice(describeReorganised(moved))
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
