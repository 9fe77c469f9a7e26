import { findDeadNetworkInUrl, type KnownChain } from '../settings/known-chains.ts'
import { assertSameAddress, parsePrivateKey } from '../wallet/account.ts'
import { createFieldReader } from './field-reader.ts'

const fileName = 'user_info.txt'
const order = ['address', 'private_key', 'endpoint_url'] as const

/** The 2020 system's user information. */
export interface UserInfo {
  /** Checksummed, and the private key's own. */
  readonly address: string
  /** 0x and 64 hex digits. */
  readonly privateKey: string
  /** RPC endpoint (http, https, ws, wss). */
  readonly endpointUrl: string
  /** Set where the endpoint names a network that was switched off: another endpoint must be asked for. */
  readonly deadNetwork: KnownChain | null
  /** Names in the file that mean nothing here. */
  readonly ignoredFields: readonly string[]
}

/**
 * Reads `user_info.txt`: address, private key (with or without 0x) and endpoint URL; see readPlainFields for its shapes.
 * Throws `input.legacy-file-invalid`, `input.private-key-invalid`, `input.address-mismatch`; no error repeats the key.
 */
export const parseUserInfo = (text: string): UserInfo => {
  const fields = createFieldReader(fileName, text, order)
  const addressText = fields.text(['address', 'user_address', 'account', 'account_address', 'wallet_address', 'public_key'])
  const account = parsePrivateKey(fields.text(['private_key', 'user_private_key', 'secret_key', 'key']))
  const endpointUrl = fields.url(['endpoint_url', 'endpoint', 'url', 'rpc_url', 'provider', 'provider_url', 'infura_url'], ['http:', 'https:', 'ws:', 'wss:'])
  if (!/^(0x)?[0-9a-fA-F]{40}$/.test(addressText)) throw fields.invalid('address', 'must be an Ethereum address: 0x and 40 hex digits')
  assertSameAddress(addressText, account.address, fileName)
  return {
    address: account.address,
    privateKey: account.privateKey,
    endpointUrl,
    deadNetwork: findDeadNetworkInUrl(endpointUrl),
    ignoredFields: fields.ignored(),
  }
}
