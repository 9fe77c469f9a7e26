import type { JobOptions } from '../../engine/engine.ts'

/**
 * Says how far a job is, and from its second piece on how long the rest may take at the pace since the first: what comes before that, keys
 * and tables for the workers, is done once, and had been counted for every piece. `done` was done before this run.
 */
export const createMeter = (
  done: number, total: number, onProgress: JobOptions['onProgress'], now: () => number = () => performance.now(),
): ((done: number) => void) => {
  let first: { readonly done: number, readonly at: number } | null = null
  return (doneNow) => {
    const at = now()
    if (first === null && doneNow > done) first = { done: doneNow, at }
    const since = first === null ? 0 : doneNow - first.done
    onProgress?.({
      done: doneNow, total, estimatedSecondsLeft: doneNow === total ? 0 : first === null || since <= 0 ? null
        : ((at - first.at) / 1000 / since) * (total - doneNow),
    })
  }
}
