import { describe, expect, it } from 'vitest'
import { createTurns } from '../../../src/host/seller/turns.ts'

describe('turns', () => {
  it('runs so many at a time, in order, and goes on after a failure', async () => {
    const inTurn = createTurns(2)
    const begun: number[] = []
    const ends: PromiseWithResolvers<number>[] = []
    const tasks = [0, 1, 2, 3].map((at) => inTurn(() => {
      begun.push(at)
      return (ends[at] = Promise.withResolvers<number>()).promise
    }))
    expect(begun).toEqual([0, 1])
    ends[1]?.reject(new Error('failed'))
    await expect(tasks[1]).rejects.toThrow('failed')
    expect(begun).toEqual([0, 1, 2])
    ends[0]?.resolve(0)
    expect(await tasks[0]).toBe(0)
    expect(begun).toEqual([0, 1, 2, 3])
    ends[2]?.resolve(2)
    ends[3]?.resolve(3)
    expect(await Promise.all([tasks[2], tasks[3]])).toEqual([2, 3])
    const next = inTurn(() => Promise.resolve(4))
    expect(await next).toBe(4)
  })
})
