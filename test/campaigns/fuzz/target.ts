import { AppError } from '../../../src/shared/errors.ts'
import type { Draws } from './draws.ts'

/** Something that takes input from outside. `run` gives what came of one case, as a word to be counted; it throws a fault. */
export interface FuzzTarget {
  readonly name: string
  run(draws: Draws): Promise<string> | string
  close?(): Promise<void>
}

/** The code of a refusal that the catalogue foresees; anything else thrown is the fault itself. */
export const codeOf = (error: unknown): string => {
  if (!(error instanceof AppError) || error.code === 'bug.unexpected') throw error
  return error.code
}

/** What came of it: `taken`, or the code of the refusal. */
export const outcomeOf = async (act: () => unknown): Promise<string> => {
  try {
    await act()
    return 'taken'
  } catch (error) {
    return codeOf(error)
  }
}
