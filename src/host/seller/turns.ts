/** Runs tasks so many at a time, in the order they came; one that fails makes room like any other. */
export const createTurns = (most: number): (<T>(task: () => Promise<T>) => Promise<T>) => {
  const waiting: (() => void)[] = []
  let running = 0
  return async (task) => {
    if (running === most) await new Promise<void>((resolve) => { waiting.push(resolve) })
    else running += 1
    try {
      return await task()
    } finally {
      // Whoever is next takes this place; it is free only where nobody waits.
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
