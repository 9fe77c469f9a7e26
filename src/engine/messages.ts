import type { DecryptionStatement } from '../crypto/decryption-proof.ts'
import type { CryptoErrorCode } from '../crypto/errors.ts'
import type { LinearForm } from '../crypto/types.ts'
import type { BackendName, Randomness } from './engine.ts'
import { packForms, unpackForms, type PackedForms } from './packed-forms.ts'

/** Given to each worker when it starts. */
export interface WorkerSettings {
  readonly backend: BackendName
  /** Who computes powers: OpenSSL, where it passed its self-test. */
  readonly powers: 'bigint' | 'node-crypto'
  readonly randomness: Randomness
}

/** A public key travels as n, a key pair as p ‖ q (crypto/keys.ts); the bytes are transferred and wiped when they were read. */
export interface KeyBytes {
  readonly kind: 'public' | 'private'
  readonly bytes: Uint8Array
}

type Claim = Omit<DecryptionStatement, 'ciphertexts'>

/** A proof to be made or checked, whole. */
export type ProofTask =
  | { readonly operation: 'certify-key' }
  | { readonly operation: 'verify-certificate'; readonly roots: readonly bigint[] }
  | { readonly operation: 'prove-decryption'; readonly claim: Claim; readonly ciphertexts: Uint8Array }
  | { readonly operation: 'verify-decryption'; readonly claim: Claim; readonly ciphertexts: Uint8Array; readonly proof: Uint8Array }

/**
 * One batch for a worker. Ciphertexts and residues mod n are fixed-length, big-endian, end to end, and transferred. `firstIndex`
 * is where the batch begins among the caller's ciphertexts, so that errors count as the caller does.
 */
export type Task = { readonly key: KeyBytes } & (
  | { readonly operation: 'encrypt'; readonly residues: Uint8Array }
  | { readonly operation: 'decrypt' | 'rerandomise'; readonly ciphertexts: Uint8Array; readonly firstIndex: number }
  | { readonly operation: 'add' | 'subtract'; readonly ciphertexts: Uint8Array; readonly others: Uint8Array; readonly firstIndex: number }
  | { readonly operation: 'scale'; readonly ciphertexts: Uint8Array; readonly factors: readonly bigint[]; readonly firstIndex: number }
  | { readonly operation: 'evaluate'; readonly ciphertexts: Uint8Array; readonly forms: readonly LinearForm[] }
  | { readonly operation: 'find-invalid'; readonly ciphertexts: Uint8Array }
  | ProofTask
)

type EvaluateTask = Extract<Task, { readonly operation: 'evaluate' }>

/** A task as it is posted to a worker: as it is, but for forms, which are packed. */
export type PostedTask = Exclude<Task, EvaluateTask> | (Omit<EvaluateTask, 'forms'> & { readonly forms: PackedForms })

export const toPosted = (task: Task): PostedTask => (task.operation === 'evaluate' ? { ...task, forms: packForms(task.forms) } : task)

export const fromPosted = (task: PostedTask): Task => (task.operation === 'evaluate' ? { ...task, forms: unpackForms(task.forms) } : task)

export interface TaskFailure {
  /** null for an error that is not CryptoError: a bug of ours. */
  readonly code: CryptoErrorCode | null
  readonly message: string
  readonly index: number | null
  readonly stack: string | null
}

/**
 * `bytes`: ciphertexts; for decrypt residues mod n; for proofs made the proof, for proofs checked nothing;
 * for find-invalid the index in the batch as four big-endian bytes, or none.
 * `milliseconds` is the time it took in the worker.
 */
export type TaskReply =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly milliseconds: number }
  | { readonly ok: false; readonly failure: TaskFailure }
