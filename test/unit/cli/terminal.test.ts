import { describe, expect, it } from 'vitest'
import { createTerminal } from '../../../src/cli/terminal.ts'

describe('progress where no terminal is', () => {
  it('counts work that is weighed in fractions in whole numbers', () => {
    const said: string[] = []
    const stream = { isTTY: false, write: (text: string) => said.push(text) > 0 } as unknown as NodeJS.WriteStream & { fd: 2 }
    const draw = createTerminal(false, { stdout: stream as never, stderr: stream }).progress('computing')
    draw({ done: 337.387_401, total: 674.774_802, estimatedSecondsLeft: 1 })
    expect(said).toEqual([`computing ${'█'.repeat(15)}${'░'.repeat(15)} 50% (337/675, 1 s left)\n`])
  })
})
