/** Bytes of request bodies that are still on their way, by who sends them. */
export interface BodyBudget {
  /**
   * Sets `bytes` aside for a body of `caller`'s; null where that would be more than one caller, or all together, may have under way.
   * Whoever gets a function calls it once, when the body is done with.
   */
  take(caller: string, bytes: number): (() => void) | null
}

/** A body is kept until its last byte, so that callers who hold theirs back would fill the memory: none has more than a share of it. */
export const createBodyBudget = (callerBytes: number, allBytes: number): BodyBudget => {
  const underWay = new Map<string, number>()
  let all = 0
  return {
    take: (caller, bytes) => {
      const before = underWay.get(caller) ?? 0
      if (before + bytes > callerBytes || all + bytes > allBytes) return null
      underWay.set(caller, before + bytes)
      all += bytes
      return () => {
        const left = (underWay.get(caller) ?? 0) - bytes
        if (left > 0) underWay.set(caller, left)
        else underWay.delete(caller)
        all -= bytes
      }
    },
  }
}
