import { readFileSync } from 'node:fs'
import { AppError } from '../../shared/errors.ts'

/** Why a passphrase is asked for: `create` chooses one (the asker lets it be typed twice), `unlock` repeats it. */
export type PassphrasePurpose = 'create' | 'unlock'
export type AskPassphrase = (purpose: PassphrasePurpose) => Promise<string>

export const passphraseFileVariable = 'HESYSTEM_PASSPHRASE_FILE'
const shortestPassphrase = 12

/** Throws `input.passphrase-too-short`. Length is counted in characters after normalisation. */
export const assertPassphrase = (passphrase: string): void => {
  if ([...passphrase.normalize('NFKC')].length < shortestPassphrase) {
    throw new AppError('input.passphrase-too-short', `The passphrase has fewer than ${shortestPassphrase} characters.`)
  }
}

const readPassphraseFile = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    throw new AppError('access.passphrase-needed', `The file named by ${passphraseFileVariable} cannot be read: ${path}`, {
      details: { path },
      cause: error,
    })
  }
}

/**
 * Where passphrases come from: the file that HESYSTEM_PASSPHRASE_FILE names, otherwise whoever is asked.
 * The returned function throws `access.passphrase-needed` where there is neither.
 */
export const createPassphraseSource = (environment: Readonly<Record<string, string | undefined>>, ask?: AskPassphrase): AskPassphrase => {
  const path = environment[passphraseFileVariable]
  return async (purpose) => {
    if (path !== undefined && path !== '') return readPassphraseFile(path)
    if (ask === undefined) throw new AppError('access.passphrase-needed', 'This profile is kept under a passphrase, and nobody is there to type it.')
    return ask(purpose)
  }
}
