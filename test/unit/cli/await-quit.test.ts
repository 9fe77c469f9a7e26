import { describe, expect, it } from 'vitest'
import { awaitQuit } from '../../../src/cli/await-quit.ts'
import type { Interrupt } from '../../../src/cli/run.ts'

const interruptBy = (name: 'SIGINT' | 'SIGTERM'): Interrupt =>
  ({ signal: AbortSignal.abort(), interrupted: Promise.resolve(), by: () => name })
const warning = { message: 'A purchase is open.', detail: 'Its deadline ends soon.' }

describe('ending the headless window', () => {
  const quit = async (name: 'SIGINT' | 'SIGTERM', found: typeof warning | null, isTerminal = true) => {
    const said: string[] = []
    let press: () => void = () => undefined
    let ended = false
    const end = awaitQuit({
      interrupt: interruptBy(name), isTerminal, findWarning: () => Promise.resolve(found), note: (words) => { said.push(words) },
      again: () => new Promise<void>((resolve) => { press = resolve }),
    }).then(() => { ended = true })
    await new Promise((resolve) => { setImmediate(resolve) })
    return { said, ended: () => ended, press, end }
  }

  it('asks for a second Ctrl-C where a purchase is open', async () => {
    const { said, ended, press, end } = await quit('SIGINT', warning)
    expect(said).toEqual(['A purchase is open. Its deadline ends soon. Press Ctrl-C once more to end it all the same.'])
    expect(ended()).toBe(false)
    press()
    await end
    expect(ended()).toBe(true)
  })

  it('is at once where nothing is lost, where it is told to end, and where nobody could answer', async () => {
    expect((await quit('SIGINT', null)).ended()).toBe(true)
    expect((await quit('SIGTERM', warning)).ended()).toBe(true)
    expect((await quit('SIGINT', warning, false)).ended()).toBe(true)
  })
})
