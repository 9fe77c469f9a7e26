import { getAddress, isAddress } from 'ethers'
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { assertLivingNetwork, isPracticeChain, lastPracticeChainId, practiceChainId } from './known-chains.ts'

const protocols = ['http:', 'https:', 'ws:', 'wss:']
const loopbackHosts = ['127.0.0.1', 'localhost', '[::1]']

const isWebUrl = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

const isRpcUrl = (text: string): boolean => URL.canParse(text) && protocols.includes(new URL(text).protocol)

/** One network a profile knows. `kind`: `practice` (this machine's own chain), `public` (a named one), `custom` (any other). */
export const networkSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be 1 to 32 lower-case letters, digits or hyphens'),
  kind: z.enum(['practice', 'public', 'custom']),
  rpcUrl: z.string().max(2000).refine(isRpcUrl, 'must be a URL that starts with http, https, ws or wss'),
  chainId: z.int('must be a whole number').min(1, 'must be at least 1'),
  /** The escrow contract on it, with checksum; null until one is deployed. */
  contract: z.string().refine(isAddress, 'must be an Ethereum address (0x, 40 hex digits, a right checksum)').transform(getAddress).nullable(),
  /** Where people look at this chain, without a slash at the end; null: the one known for its chain id, if any. */
  explorer: z.string().max(500).refine(isWebUrl, 'must be a URL that starts with http or https').transform((url) => url.replace(/\/+$/, '')).nullable().default(null),
})
export type Network = z.infer<typeof networkSchema>

export const invalidNetwork = (field: string, why: string): AppError =>
  new AppError('input.network-invalid', `The network's ${field === '' ? 'description' : field} ${why}.`, { details: { field } })

/**
 * Throws `input.network-invalid` (details name the field; the URL, which may hold an access key, is not repeated) and
 * `chain.network-dead`.
 */
export const parseNetwork = (input: unknown): Network => {
  const parsed = networkSchema.safeParse(input)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw invalidNetwork(issue?.path.join('.') ?? '', issue?.message ?? 'is wrong')
  }
  const network = parsed.data
  assertLivingNetwork(network.chainId, network.rpcUrl)
  if (network.kind === 'practice') {
    if (!isPracticeChain(network.chainId)) throw invalidNetwork('chainId', `of a practice chain is ${practiceChainId} to ${lastPracticeChainId}`)
    if (!loopbackHosts.includes(new URL(network.rpcUrl).hostname)) throw invalidNetwork('rpcUrl', 'of a practice chain must be on this machine')
  }
  return network
}
