/**
 * Every error code of the program, in one place. A code is `family.what-happened` and never changes its meaning.
 * `status` is the HTTP status of the problem document (RFC 9457); `next` tells a person what would work.
 * Families: input, access, crypto, policy, chain, escrow, runtime, store, bug.
 */
interface ErrorEntry {
  readonly status: number
  readonly next: string
}

const defineErrorCodes = <T extends Record<`${Family}.${string}`, ErrorEntry>>(codes: T): T => codes

export type Family = 'input' | 'access' | 'crypto' | 'policy' | 'chain' | 'escrow' | 'runtime' | 'store' | 'bug'

export const errorCodes = defineErrorCodes({
  // input: what somebody typed, uploaded or sent
  'input.invalid': { status: 400, next: 'Correct the named value and try again.' },
  'input.not-found': { status: 404, next: 'Check the name or id; the matching list command shows what there is.' },

  // access: who may do what
  'access.unauthenticated': { status: 401, next: 'Sign in with the wallet that bought the listing and send its bearer token.' },
  'access.forbidden': { status: 403, next: 'Use the wallet that owns this purchase.' },

  // crypto: keys, ciphertexts, encodings
  'crypto.invalid-ciphertext': { status: 400, next: 'Download the ciphertexts again; one of them is not a ciphertext under this key.' },

  // policy: what a listing answers
  'policy.refused': { status: 422, next: 'Change the script so that it keeps to the listing\'s policy; `hesystem check` tells for free.' },

  // chain: the network and its transactions
  'chain.unreachable': { status: 503, next: 'Check the RPC URL and that the network can be reached, then try again.' },

  // escrow: the contract's rules
  'escrow.wrong-state': { status: 409, next: 'Look at the purchase: this move is not possible in its present state.' },

  // runtime: this machine
  'runtime.cancelled': { status: 499, next: 'Start it again; finished work is kept.' },

  // store: the profile's files
  'store.corrupt': { status: 500, next: 'Restore the profile from a backup.' },

  'store.newer-version': { status: 500, next: 'Open this profile with the HEsystem that wrote it, or a newer one.' },
  'store.unwritable': { status: 500, next: 'Check that the folder exists, belongs to you and has free space.' },

  // bug: ours
  'bug.unexpected': { status: 500, next: 'Please report this with the log; nothing you did should cause it.' },
})

export type ErrorCode = keyof typeof errorCodes
