import type { EngineOptions, SecretStoreKind } from '../host/index.ts'
import type { Ask } from './ask.ts'

/** A chain and the market contract on it. */
export interface NetworkOptions {
  /** RPC endpoint (http or https); by default `endpointUrl`. */
  readonly rpcUrl?: string
  readonly chainId: number
  /** The market contract's address. */
  readonly contract: string
}

/** What `initialize` can be told. Whatever is missing is asked for. */
export interface InitializeOptions {
  /** Ethereum address; only checked against the private key or the profile's wallet. */
  readonly address?: string
  /** 64 hex digits, with or without 0x. */
  readonly privateKey?: string
  /** RPC endpoint of the network (http or https). */
  readonly endpointUrl?: string
  /** Path of a 2020 `user_info.txt`, in place of address, private key and endpoint URL. */
  readonly userInfo?: string
  /** By default the profile's active network. What is given here becomes the active one. */
  readonly network?: NetworkOptions
  /**
   * Profile folder, shared with the command line and the window: the account is kept there. Without it and without a key, the
   * default profile is used where there is one. Without it but with a key, the account gets a folder of its own, which opens to
   * this key alone.
   */
  readonly home?: string
  /** Opens the profile, or closes a new one, where its secrets rest under a passphrase. */
  readonly passphrase?: string
  /** For a new profile: where its secrets rest; by default under the passphrase if one is given, else in the system's keychain. */
  readonly secretStore?: SecretStoreKind
  /** Who answers what is missing; by default whoever sits at the terminal. */
  readonly ask?: Ask
  readonly engine?: EngineOptions
}
