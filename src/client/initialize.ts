import { AppError } from '../shared/errors.ts'
import { assertSameAddress, connectChain, createHost, networkKindOf, type Host, type Network } from '../host/index.ts'
import { askOnTerminal, type Ask, type Question } from './ask.ts'
import { createClient, type Client } from './client.ts'
import type { InitializeOptions } from './options.ts'
import { chooseProfile, type SessionProfile } from './profile.ts'

/** The name under which a profile keeps a network that was given in code. */
const networkName = 'client'

const parseChainId = (text: string): number => {
  if (!/^[1-9][0-9]{0,14}$/.test(text)) throw new AppError('input.network-invalid', 'The network\'s chain id must be a whole number from 1.', { details: { field: 'chainId' } })
  return Number(text)
}

type NetworkChoice = Pick<Network, 'rpcUrl' | 'chainId'> & { readonly contract: string }

/** The network to trade on: what was given, else the profile's active one, else what is typed; piece by piece. */
const chooseNetwork = async (
  { network }: InitializeOptions, { endpointUrl, deadNetwork }: SessionProfile, active: Network | null, ask: Ask,
): Promise<NetworkChoice> => {
  const why = deadNetwork === null ? '' : `${deadNetwork}, which user_info.txt names, was switched off. `
  const type = async (name: Question['name'], text: string): Promise<string> => (await ask({ name, text, secret: false })).trim()
  return {
    rpcUrl: network?.rpcUrl ?? endpointUrl ?? active?.rpcUrl ?? await type('endpointUrl', `${why}Endpoint URL of the network (http or https)`),
    chainId: network?.chainId ?? active?.chainId ?? parseChainId(await type('chainId', 'Chain id of the network')),
    contract: network?.contract ?? active?.contract ?? await type('contract', 'Address of the market contract'),
  }
}

const isSameNetwork = (network: Network, { rpcUrl, chainId, contract }: NetworkChoice): boolean =>
  network.rpcUrl === rpcUrl && network.chainId === chainId && network.contract?.toLowerCase() === contract.toLowerCase()

/** Throws `chain.unreachable`, `chain.wrong-chain`, `chain.wrong-contract` unless the network is what it is said to be. */
const assertNetwork = async (choice: NetworkChoice): Promise<void> => {
  const connection = connectChain({ name: networkName, ...choice })
  try {
    await connection.assertReady()
  } finally {
    connection.close()
  }
}

/** Makes the network the profile's active one. */
const useNetwork = ({ networks }: Host, choice: NetworkChoice): void => {
  const known = networks.list().find((network) => isSameNetwork(network, choice))
  networks.use((known ?? networks.save({ name: networkName, kind: networkKindOf(choice.chainId), ...choice })).name)
}

/**
 * Brings the account into the profile, where it is not there yet. Throws `access.wallet-exists` where another one is,
 * `access.wallet-missing`, `input.address-mismatch`.
 */
const useAccount = ({ wallet }: Host, { account }: SessionProfile, expectedAddress: string | undefined): void => {
  if (account !== null && wallet.find()?.address !== account.address) wallet.importPrivateKey(account.privateKey)
  const { address } = wallet.show()
  if (expectedAddress !== undefined) assertSameAddress(expectedAddress, address, 'initialize()')
}

/** Opens a session; see `initialize`. */
export const openClient = async (options: InitializeOptions = {}): Promise<Client> => {
  const ask = options.ask ?? askOnTerminal
  const profile = await chooseProfile(options, ask)
  const host = await createHost({ ...profile.hostOptions, ...(options.engine === undefined ? {} : { engine: options.engine }) })
  try {
    // Nothing is written until everything has been found right.
    const network = await chooseNetwork(options, profile, host.networks.findActive(), ask)
    await assertNetwork(network)
    useAccount(host, profile, options.address)
    useNetwork(host, network)
    return createClient(host, await host.trade())
  } catch (error) {
    await host.close()
    throw error
  }
}
