import type { DecryptionStatement } from '../crypto/decryption-proof.ts'
import type { KeyCertificate } from '../crypto/key-certificate.ts'
import type { KeyBits, LinearForm, PaillierKeyPair, PaillierPublicKey } from '../crypto/types.ts'

export interface Progress {
  readonly done: number
  readonly total: number
  /** null until enough has been done to tell. */
  readonly estimatedSecondsLeft: number | null
}

export interface JobOptions {
  /** Aborting rejects the job with `runtime.cancelled` within a second; the workers stay usable. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

/** Where ciphertexts come from: `read` returns `count` ciphertexts of fixed length, from index `start`, end to end. */
export interface CiphertextSource {
  readonly count: number
  read(start: number, count: number): Uint8Array | Promise<Uint8Array>
}

/** That ciphertexts, end to end, decrypt to these plaintexts, within one trade. */
export interface DecryptionClaim extends Omit<DecryptionStatement, 'ciphertexts'> {
  readonly ciphertexts: Uint8Array
}

/**
 * What computes: BigInt alone, the reference; OpenSSL for powers; or, with those powers, a WebAssembly kernel for products, by integer
 * SIMD (`wasm`) or by fused multiply-adds of doubles (`wasm-fused`).
 */
export const backendNames = ['wasm-fused', 'wasm', 'node-crypto', 'bigint'] as const
export type BackendName = typeof backendNames[number]

/**
 * Where an encryption's randomness comes from (docs/adr/0301): powers of a fixed random base by `table`, with exponents long enough to
 * need no further assumption for the owner; rⁿ with r uniform, the `exact` distribution of Paillier's scheme; or, asked for by name
 * only, `short` exponents, twice as fast again on a stronger assumption.
 */
export const randomnessNames = ['table', 'exact', 'short'] as const
export type Randomness = typeof randomnessNames[number]

/** More threads than any computer has cores: a number above it is a mistake. */
export const mostWorkers = 1024

export interface EngineOptions {
  /** Worker threads; by default one per core. */
  readonly workers?: number
  /** Forces a backend; by default the fastest that passes its self-test. */
  readonly backend?: BackendName
  /** `table` by default. Tables need a kernel; the other backends always draw exactly. */
  readonly randomness?: Randomness
}

/**
 * The one seam to Paillier arithmetic: jobs go in, worker threads do them. Ciphertexts are big-endian, of fixed length
 * ⌈2·bits/8⌉ bytes, end to end in one Uint8Array. Errors: `crypto.*`, `runtime.cancelled`, `runtime.worker-died`.
 */
export interface Engine {
  readonly backend: BackendName
  /** Why this backend: what was asked for, measured or found wanting. */
  readonly backendReason: string
  readonly workers: number
  generateKeyPair(bits: KeyBits, options?: JobOptions): Promise<PaillierKeyPair>
  /** Encrypts centred integers in (−n/3, n/3), as the key's owner (CRT) or with the public key alone. */
  encrypt(key: PaillierKeyPair | PaillierPublicKey, plaintexts: readonly bigint[], options?: JobOptions): Promise<Uint8Array>
  /** Decrypts by blinded, self-checked CRT to centred residues in (−n/2, n/2]. */
  decrypt(key: PaillierKeyPair, ciphertexts: Uint8Array, options?: JobOptions): Promise<bigint[]>
  /** Elementwise a·b mod n². */
  add(key: PaillierPublicKey, a: Uint8Array, b: Uint8Array, options?: JobOptions): Promise<Uint8Array>
  subtract(key: PaillierPublicKey, a: Uint8Array, b: Uint8Array, options?: JobOptions): Promise<Uint8Array>
  /** cᵏ for signed k, cell by cell (one factor per ciphertext). */
  scale(key: PaillierPublicKey, ciphertexts: Uint8Array, factors: readonly bigint[], options?: JobOptions): Promise<Uint8Array>
  /** Multiplies each by a fresh rⁿ. */
  rerandomise(key: PaillierPublicKey, ciphertexts: Uint8Array, options?: JobOptions): Promise<Uint8Array>
  /**
   * One canonical ciphertext per form: Π cᵢ^wᵢ · (1+n)^constant mod n², negative weights by one inverse, not rerandomised:
   * equal forms over equal inputs give equal bytes on every machine and backend.
   */
  evaluate(key: PaillierPublicKey, inputs: CiphertextSource, forms: readonly LinearForm[], options?: JobOptions): Promise<Uint8Array>
  /** Throws `crypto.invalid-ciphertext`, naming the first index, unless all are 0 < c < n² with gcd(c, n) = 1. */
  assertCiphertexts(key: PaillierPublicKey, ciphertexts: Uint8Array, options?: JobOptions): Promise<void>
  /** Proves that one's own key is sound (crypto/key-certificate.ts). */
  createCertificate(key: PaillierKeyPair, options?: JobOptions): Promise<KeyCertificate>
  /** Throws `crypto.invalid-key` for a malformed modulus, `crypto.certificate-invalid` where the roots prove nothing about it. */
  verifyCertificate(key: PaillierPublicKey, certificate: KeyCertificate, options?: JobOptions): Promise<void>
  /** Proves a decryption (crypto/decryption-proof.ts). Throws `crypto.proof-invalid` for a claim that is false or out of bounds. */
  proveDecryption(key: PaillierKeyPair, claim: DecryptionClaim, options?: JobOptions): Promise<Uint8Array>
  /** Throws `crypto.proof-invalid` unless the bytes prove the claim. */
  verifyDecryption(key: PaillierPublicKey, claim: DecryptionClaim, proof: Uint8Array, options?: JobOptions): Promise<void>
  close(): Promise<void>
}
