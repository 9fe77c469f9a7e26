import { AppError, isAppError } from '../../shared/errors.ts'

export const pollMilliseconds = 500
export const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds) })

/** Repeats what the seller refuses only because the chain has not confirmed it yet. */
export const retryUntilConfirmed = async <T>(signal: AbortSignal | undefined, act: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      return await act()
    } catch (error) {
      if (!isAppError(error, 'escrow.not-confirmed')) throw error
    }
    if (signal?.aborted === true) throw new AppError('runtime.cancelled', 'Stopped waiting for confirmations.')
    await sleep(pollMilliseconds)
  }
}
