import { FetchRequest, getAddress, isAddress, JsonRpcProvider } from 'ethers'
import { AppError, isAppError } from '../../shared/errors.ts'
import { isPracticeChain } from '../settings/known-chains.ts'
import { marketDeployedBytecode } from './artifact.ts'
import { toChainError } from './chain-errors.ts'
import type { ChainIdentity } from './chain-identity.ts'

export interface ChainNetwork {
  readonly name: string
  readonly rpcUrl: string
  readonly chainId: number
  /** The market contract's address; absent until one is deployed or named. */
  readonly contract?: string | null
}

export interface ChainConnection {
  readonly network: ChainNetwork
  readonly provider: JsonRpcProvider
  readonly chainId: number
  /** Checksummed. */
  readonly contract: string | null
  /** A development chain on this machine: blocks come at once, and nobody else reorganises them. */
  readonly isDevelopment: boolean
  /** Asks the node; whatever it throws comes back coded: `chain.unreachable`, `chain.rpc-failed`, `escrow.*`. */
  query<T>(ask: (provider: JsonRpcProvider) => Promise<T>): Promise<T>
  /**
   * To be called before every signature. Throws `chain.unreachable`, `chain.wrong-chain`, `chain.begun-anew` where the profile's records
   * are of another chain of this id, and, where a contract is named, `chain.wrong-contract` unless exactly our market stands there.
   */
  assertReady(): Promise<void>
  /** The same network and provider with the market at this address. */
  withContract(address: string): ChainConnection
  close(): void
}

/** A node that has taken a question answers within this, or counts as away. */
const usualAnswerMilliseconds = 20_000
/** Ganache's, beside the practice chains'. */
const ganacheChainId = 1337
const localHosts: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

const parseUrl = (network: ChainNetwork): URL => {
  const url = URL.canParse(network.rpcUrl) ? new URL(network.rpcUrl) : null
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new AppError('input.invalid', `The RPC URL of network ${network.name} must be an http or https URL.`, { details: { network: network.name } })
  }
  return url
}

const parseContract = (network: ChainNetwork): string | null => {
  const { contract } = network
  if (contract === undefined || contract === null) return null
  if (!isAddress(contract)) throw new AppError('input.invalid', `The contract of network ${network.name} is not an address: ${contract}`, { details: { network: network.name } })
  return getAddress(contract)
}

const createProvider = (network: ChainNetwork, isDevelopment: boolean, timeoutMilliseconds: number): JsonRpcProvider => {
  const request = new FetchRequest(network.rpcUrl)
  request.timeout = timeoutMilliseconds
  // No cache anywhere: a cached nonce or block is a wrong one. A development chain mines at once, so it may be asked often.
  const pace = isDevelopment ? { pollingInterval: 5, batchMaxCount: 1 } : { pollingInterval: 4000 }
  return new JsonRpcProvider(request, network.chainId, { cacheTimeout: -1, staticNetwork: true, ...pace })
}

export interface ConnectOptions {
  /** Which chain the caller's records are of; without it any chain of the id will do. */
  readonly identity?: ChainIdentity
  /** How long the node may take to answer one question. */
  readonly answerMilliseconds?: number
}

/** Opens nothing yet: the first question, or `assertReady`, tells whether the network is there. Throws `input.invalid`. */
export const connectChain = (network: ChainNetwork, options: ConnectOptions = {}): ChainConnection => {
  const isDevelopment = localHosts.has(parseUrl(network).hostname)
    && (isPracticeChain(network.chainId) || network.chainId === ganacheChainId)
  const provider = createProvider(network, isDevelopment, options.answerMilliseconds ?? usualAnswerMilliseconds)
  return createConnection(network, provider, isDevelopment, options)
}

const isHash = (value: unknown): value is string => typeof value === 'string' && /^0x[0-9a-f]{64}$/i.test(value)

const createConnection = (
  network: ChainNetwork, provider: JsonRpcProvider, isDevelopment: boolean, options: ConnectOptions,
): ChainConnection => {
  const contract = parseContract(network)
  const query = async <T>(ask: (provider: JsonRpcProvider) => Promise<T>): Promise<T> => {
    try {
      return await ask(provider)
    } catch (error) {
      throw toChainError(error, network.rpcUrl)
    }
  }

  const assertChain = async (): Promise<void> => {
    const found = Number(await query(() => provider.send('eth_chainId', []) as Promise<string>))
    if (found !== network.chainId) {
      throw new AppError('chain.wrong-chain', `Network ${network.name} should be chain ${network.chainId}, but its RPC URL leads to chain ${found}.`, {
        details: { network: network.name, expected: network.chainId, found },
      })
    }
  }

  /**
   * The first block's hash as the second block names it, for `anvil` makes itself another first block at each start from a saved state;
   * null before there is a second. A node that keeps no blocks so old tells nothing (`undefined`): a public chain is not begun anew.
   */
  const findGenesis = async (): Promise<string | null | undefined> => {
    try {
      const block = await query(() => provider.send('eth_getBlockByNumber', ['0x1', false]) as Promise<{ readonly parentHash?: unknown } | null>)
      if (isHash(block?.parentHash)) return block.parentHash.toLowerCase()
      return isDevelopment ? null : undefined
    } catch (error) {
      if (isDevelopment || !isAppError(error, 'chain.rpc-failed')) throw error
      return undefined
    }
  }

  const assertSameChain = async ({ findGenesis: findExpected, note }: ChainIdentity): Promise<void> => {
    const found = await findGenesis()
    if (found === undefined) return
    const expected = findExpected()
    if (expected !== null && found !== expected) {
      throw new AppError('chain.begun-anew', `The chain of network ${network.name} (chain ${network.chainId}) was begun anew: its first block is another than that of the chain this profile has traded on. What was bought and sold there is kept, and nothing is signed.`, {
        details: { network: network.name, chainId: network.chainId, expected, found: found ?? 'no blocks' },
      })
    }
    if (found !== null) note(found)
  }

  const assertContract = async (address: string): Promise<void> => {
    const code = await query(() => provider.getCode(address))
    if (code === marketDeployedBytecode) return
    const what = code === '0x' ? 'There is no contract' : 'There is another contract than the HEsystem market of this version'
    throw new AppError('chain.wrong-contract', `${what} at ${address} on network ${network.name}.`, { details: { network: network.name, contract: address } })
  }

  return {
    network,
    provider,
    chainId: network.chainId,
    contract,
    isDevelopment,
    query,
    assertReady: async () => {
      await assertChain()
      if (options.identity !== undefined) await assertSameChain(options.identity)
      if (contract !== null) await assertContract(contract)
    },
    withContract: (address) => createConnection({ ...network, contract: address }, provider, isDevelopment, options),
    close: () => { provider.destroy() },
  }
}
