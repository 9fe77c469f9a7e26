import { AppError } from '../../shared/errors.ts'
import type { NetworkJson } from '../../shared/window-contract/networks.ts'
import { connectChain, type ChainNetwork } from '../chain/connect.ts'
import { isPracticeChain, networkKindOf } from '../settings/known-chains.ts'
import type { Network } from '../settings/network-schema.ts'
import type { WindowContext } from './context.ts'
import type { Handlers } from './handlers.ts'
import type { Practice } from './practice.ts'
import type { ServeControl } from './serve-control.ts'

export const createWalletHandlers = ({ host, changes }: WindowContext): Handlers<'wallet'> => {
  const { wallet } = host
  const changed = <T>(made: T): T => {
    changes.announce('wallet')
    return made
  }
  return {
    show: () => wallet.find(),
    create: () => changed(wallet.create()),
    importMnemonic: ({ words }) => changed(wallet.importMnemonic(words)),
    importPrivateKey: ({ privateKey }) => changed(wallet.importPrivateKey(privateKey)),
    importKeystore: async ({ json, password }) => changed(await wallet.importKeystore(json, password)),
    importUserInfo: ({ text }) => {
      const { deadNetwork, ignoredFields, ...imported } = wallet.importUserInfo(text)
      return changed({ ...imported, deadNetwork: deadNetwork?.name ?? null, ignoredFields: [...ignoredFields] })
    },
    revealMnemonic: () => ({ mnemonic: wallet.exportMnemonic() }),
    exportKeystore: async ({ password }) => ({ fileName: `hesystem-${wallet.show().address.toLowerCase()}.json`, json: await wallet.exportKeystore(password) }),
    markBackedUp: () => {
      wallet.markBackedUp()
      return changed(wallet.show())
    },
  }
}

const localHosts: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** How long someone who has typed a node's address waits for it. */
const answerMilliseconds = 8_000

const assertThere = async (network: ChainNetwork): Promise<void> => {
  const connection = connectChain(network, { answerMilliseconds })
  try {
    await connection.assertReady()
  } finally {
    connection.close()
  }
}

export const createNetworksHandlers = ({ host: { networks }, changes }: WindowContext, serve: ServeControl): Handlers<'networks'> => {
  const show = (network: Network): NetworkJson =>
    ({ ...network, explorer: networks.findExplorer(network.chainId), active: networks.findActive()?.name === network.name })
  /** Serving holds on to its network: neither its answers nor its deadlines move to another. */
  const assertFree = (name: string): void => {
    if (serve.isOn() && networks.findActive()?.name === name) throw new AppError('access.serving', 'Serving is on, on this very network.')
  }
  const use = (name: string): Network => {
    const active = networks.findActive()
    if (active !== null && active.name !== name) assertFree(active.name)
    return networks.use(name)
  }
  const announce = (): void => { changes.announce('networks', 'wallet', 'listings', 'sales', 'market', 'purchases', 'disputes', 'receipts', 'activity') }
  return {
    list: () => networks.list().map(show),
    save: async ({ isChecked = false, isNew = false, ...network }) => {
      assertFree(network.name)
      if (isNew) networks.assertNew(network.name)
      if (isChecked) await assertThere(network)
      const isLocal = URL.canParse(network.rpcUrl) && localHosts.has(new URL(network.rpcUrl).hostname)
      // A practice chain is one on this computer: the same id elsewhere holds nobody's play money.
      const kind = isPracticeChain(network.chainId) && !isLocal ? 'custom' : networkKindOf(network.chainId)
      const saved = networks.save({ ...network, kind })
      if (networks.findActive() === null) networks.use(saved.name)
      announce()
      return show(saved)
    },
    askChainId: async ({ rpcUrl }) => {
      // Which one it should be is what is asked.
      const connection = connectChain({ name: 'asked', rpcUrl, chainId: 1, contract: null }, { answerMilliseconds })
      try {
        const chainId = Number(await connection.query((provider) => provider.send('eth_chainId', []) as Promise<string>))
        if (!Number.isSafeInteger(chainId) || chainId < 1) throw new AppError('chain.rpc-failed', 'The node does not say which chain it is of.')
        return { chainId }
      } finally {
        connection.close()
      }
    },
    use: ({ name }) => {
      const used = use(name)
      announce()
      return show(used)
    },
    remove: ({ name }) => {
      networks.remove(name)
      announce()
      return {}
    },
  }
}

export const createPracticeHandlers = (practice: Practice, serve: ServeControl): Handlers<'practice'> => ({
  state: () => practice.state(),
  start: () => {
    if (serve.isOn()) throw new AppError('access.serving', 'Serving is on; practice mode would change the network under it.')
    return { job: practice.start().id }
  },
  stop: async () => {
    await practice.stop()
    return practice.state()
  },
})
