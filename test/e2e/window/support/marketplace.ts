import { findFreePort } from '../../../../src/cli/demo/free-port.ts'
import { startPracticeChain, type PracticeChain } from '../../../../src/host/chain/practice-chain.ts'
import { createDesk, type Desk } from '../../../integration/window/support.ts'
import { openPairWithPage, type PairWithPage } from './open-pair.ts'

export interface Marketplace {
  readonly chain: PracticeChain
  readonly contract: string
  readonly seller: PairWithPage
  readonly atSeller: Desk
  readonly arbiter: PairWithPage
  /** Without an arbiter, and with one. */
  readonly listings: { readonly plain: string, readonly judged: string }
  readonly switchOn: (limits?: { readonly maxGasPerDayWei?: string }) => Promise<void>
  readonly close: () => Promise<void>
}

const rows = Array.from({ length: 24 }, (_, index) => `${(index * 7) % 24 + 1.5};${index % 2 === 0 ? 0 : 1}`)
const file = { fileName: 'sales.csv', contentBase64: Buffer.from(`revenue;weekend\n${rows.join('\n')}\n`).toString('base64') }
const terms = { valueWei: '20000000000000000', deliverySeconds: 600, expirationSeconds: 1200, minRows: 4, condition: 1 }

/** A chain, a seller with two listings of one small table on sale, and an arbiter: set up by messages, to be looked at by browsers. */
export const openMarketplace = async (root: string): Promise<Marketplace> => {
  const chain = await startPracticeChain()
  const [seller, arbiter] = [await openPairWithPage(root), await openPairWithPage(root)]
  const atSeller = createDesk(seller.client)
  const settle = async ({ client }: PairWithPage, account: number, contract: string | null): Promise<void> => {
    await client.wallet.importPrivateKey({ privateKey: chain.accounts[account]?.privateKey ?? '' })
    await client.networks.save({ name: 'local', rpcUrl: chain.rpcUrl, chainId: chain.chainId, contract })
  }
  await settle(seller, 0, null)
  const { contract } = await atSeller.carryOut({ kind: 'deploy' }, 'contract')
  await settle(arbiter, 3, contract)
  // Nothing is taken back before somebody asks for it.
  await seller.client.settings.update({ autoReclaim: false })

  const { datasets, listings } = seller.client
  const source = { kind: 'file', file: (await datasets.openFile(file)).file } as const
  await datasets.import({ name: 'sales', source, decisions: {} })
  await atSeller.awaitOutcome((await datasets.encrypt({ name: 'sales', keyBits: 2048 })).job, 'dataset')
  await atSeller.awaitOutcome((await datasets.testData({ name: 'sales', keyBits: 2048, rows: 12 })).job, 'dataset')
  const port = await findFreePort()
  const publish = async (title: string, more: { readonly arbiter?: string }): Promise<void> => {
    const { id } = await listings.create({ dataset: 'sales', title, serverUrl: `http://127.0.0.1:${port}`, ...terms, ...more })
    await atSeller.carryOut({ kind: 'publish', listing: id }, 'listing')
  }
  await publish('Shop revenue', {})
  await publish('Judged revenue', { arbiter: chain.accounts[3]?.address ?? '' })
  const switchOn: Marketplace['switchOn'] = async (limits = {}) => {
    await atSeller.carryOut({ kind: 'serve', options: { port, ...limits } }, 'serving')
  }
  await switchOn()
  return {
    chain, contract, seller, atSeller, arbiter, switchOn,
    listings: { plain: 'Shop revenue', judged: 'Judged revenue' },
    close: async () => {
      await seller.close()
      await arbiter.close()
      await chain.stop()
    },
  }
}
