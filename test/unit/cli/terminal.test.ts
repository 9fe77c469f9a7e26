import { describe, expect, it } from 'vitest'
import { createTerminal } from '../../../src/cli/terminal.ts'
import { AppError } from '../../../src/shared/errors.ts'

describe('progress where no terminal is', () => {
  it('counts work that is weighed in fractions in whole numbers', () => {
    const said: string[] = []
    const stream = { isTTY: false, write: (text: string) => said.push(text) > 0 } as unknown as NodeJS.WriteStream & { fd: 2 }
    const draw = createTerminal(false, { stdout: stream as never, stderr: stream }).progress('computing')
    draw({ done: 337.387_401, total: 674.774_802, estimatedSecondsLeft: 1 })
    expect(said).toEqual([`computing ${'█'.repeat(15)}${'░'.repeat(15)} 50% (337/675, 1 s left)\n`])
  })
})

describe('what strangers wrote', () => {
  it('cannot move the cursor, clear a line or turn text around on a terminal', () => {
    const said: string[] = []
    const stream = { isTTY: true, write: (text: string) => said.push(text) > 0 } as unknown as NodeJS.WriteStream & { fd: 2 }
    const terminal = createTerminal(false, { stdout: stream as never, stderr: stream })
    terminal.result({}, 'It does not hold.\r\u001b[2KIt holds.\u202e\u009b1A')
    terminal.note('a\tb\r\nc\u0008')
    terminal.error(new AppError('input.invalid', 'no\u001b[1A'))
    expect(said).toEqual([
      'It does not hold.\\u{d}\\u{1b}[2KIt holds.\\u{202e}\\u{9b}1A\n', 'a\tb\r\nc\\u{8}\n', expect.stringContaining('error input.invalid: no\\u{1b}[1A\n'),
    ])
  })
})
