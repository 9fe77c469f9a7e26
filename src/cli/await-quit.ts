import type { QuitWarning } from '../host/window/quit-warning.ts'
import type { Interrupt } from './run.ts'

interface Quitting {
  readonly interrupt: Interrupt
  /** The next Ctrl-C or TERM. */
  readonly again: () => Promise<void>
  /** Whether somebody sits at the terminal and can answer. */
  readonly isTerminal: boolean
  readonly findWarning: () => Promise<QuitWarning | null>
  readonly note: (words: string) => void
}

/**
 * Waits until the program shall end: at once on TERM or without a terminal; where Ctrl-C would lose something, that is said, and a second
 * one is waited for.
 */
export const awaitQuit = async ({ interrupt, again, isTerminal, findWarning, note }: Quitting): Promise<void> => {
  await interrupt.interrupted
  if (!isTerminal || interrupt.by() !== 'SIGINT') return
  const second = again()
  const warning = await findWarning()
  if (warning === null) return
  note(`${warning.message} ${warning.detail} Press Ctrl-C once more to end it all the same.`)
  await second
}
