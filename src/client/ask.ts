import { createInterface } from 'node:readline/promises'
import { AppError, type ErrorCode } from '../shared/errors.ts'
import type { AskPassphrase } from '../host/index.ts'

/** Something `initialize` has not been told. */
export interface Question {
  readonly name: 'privateKey' | 'endpointUrl' | 'chainId' | 'contract' | 'save' | 'secretStore' | 'passphrase'
  /** In words, for a person. */
  readonly text: string
  /** The answer must not be shown while it is typed, nor kept. */
  readonly secret: boolean
}

/** Answers a question; what it throws ends `initialize`. */
export type Ask = (question: Question) => Promise<string>

/** Asks on the terminal without echo. Throws `unanswered` where nobody can type. */
export const askSecret = async (question: string, unanswered: ErrorCode = 'input.secret-needed'): Promise<string> => {
  if (!process.stdin.isTTY) throw new AppError(unanswered, `${question.replace(/:\s*$/, '')}: nobody is there to type it.`)
  const reader = createInterface({ input: process.stdin, output: process.stderr, terminal: true })
  try {
    process.stderr.write(question)
    // What is typed is not shown: readline's own echo goes nowhere while the question is open.
    const { write } = process.stderr
    process.stderr.write = () => true
    try {
      return await reader.question('')
    } finally {
      process.stderr.write = write
      process.stderr.write('\n')
    }
  } finally {
    reader.close()
  }
}

const askLine = async (question: string): Promise<string> => {
  const reader = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await reader.question(question)
  } finally {
    reader.close()
  }
}

/** Asks whoever sits at the terminal. Throws `input.unanswered`, naming what is missing, where nobody does. */
export const askOnTerminal: Ask = async ({ name, text, secret }) => {
  if (!process.stdin.isTTY) throw new AppError('input.unanswered', `${text}: nobody is there to answer.`, { details: { option: name } })
  return secret ? askSecret(`${text}: `) : askLine(`${text}: `)
}

/** A new passphrase is typed twice, so that a slip does not lock its profile for good. */
export const createPassphraseAsker = (ask: (question: string) => Promise<string>): AskPassphrase => async (purpose) => {
  const passphrase = await ask(purpose === 'create' ? 'Choose a passphrase for this profile' : 'Passphrase')
  if (purpose === 'create' && await ask('The same again') !== passphrase) throw new AppError('input.invalid', 'The two passphrases differ; nothing was made.')
  return passphrase
}
