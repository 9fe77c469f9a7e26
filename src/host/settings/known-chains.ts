import { AppError } from '../../shared/errors.ts'

export interface KnownChain {
  readonly chainId: number
  readonly name: string
  /** Test networks that were switched off are named, so that a person with an old file learns why nothing answers. */
  readonly dead: boolean
  /** Its public explorer, without a slash at the end. */
  readonly explorer?: string
}

export const practiceChainId = 31337
export const lastPracticeChainId = 31346

/** Whether practice chains have this id: a new one that follows a lost one takes the next, so that records of the two are kept apart. */
export const isPracticeChain = (chainId: number): boolean => chainId >= practiceChainId && chainId <= lastPracticeChainId

const knownChains: readonly KnownChain[] = [
  { chainId: 1, name: 'Ethereum', dead: false, explorer: 'https://etherscan.io' },
  { chainId: 11155111, name: 'Sepolia', dead: false, explorer: 'https://sepolia.etherscan.io' },
  { chainId: practiceChainId, name: 'practice chain', dead: false },
  { chainId: 3, name: 'Ropsten', dead: true },
  { chainId: 4, name: 'Rinkeby', dead: true },
  { chainId: 5, name: 'Goerli', dead: true },
  { chainId: 42, name: 'Kovan', dead: true },
]

export const findKnownChain = (chainId: number): KnownChain | null =>
  knownChains.find((chain) => chain.chainId === (isPracticeChain(chainId) ? practiceChainId : chainId)) ?? null

/** The kind of network a chain id stands for where nothing else is said. */
export const networkKindOf = (chainId: number): 'practice' | 'public' | 'custom' => {
  if (isPracticeChain(chainId)) return 'practice'
  return findKnownChain(chainId) === null ? 'custom' : 'public'
}

/** What a person calls a chain: its name, or `chain 12345`. */
export const chainName = (chainId: number): string => findKnownChain(chainId)?.name ?? `chain ${chainId}`

/** The dead network that an endpoint's URL names as a word of its host or path, as in `https://ropsten.infura.io/v3/…`. */
export const findDeadNetworkInUrl = (url: string): KnownChain | null => {
  const words = new Set(url.toLowerCase().replaceAll('görli', 'goerli').split(/[^a-z]+/))
  return knownChains.find((chain) => chain.dead && words.has(chain.name.toLowerCase())) ?? null
}

/** Throws `chain.network-dead`, naming the network, where the id or the URL belongs to one that was switched off. */
export const assertLivingNetwork = (chainId: number, url: string): void => {
  const byId = findKnownChain(chainId)
  const dead = byId?.dead === true ? byId : findDeadNetworkInUrl(url)
  if (dead === null) return
  throw new AppError('chain.network-dead', `The test network ${dead.name} (chain id ${dead.chainId}) was switched off; nothing answers there any more.`, {
    details: { network: dead.name, chainId: dead.chainId },
  })
}
