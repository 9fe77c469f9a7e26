import { FetchRequest, JsonRpcProvider, makeError, toBeHex } from 'ethers'
import { describe, expect, it } from 'vitest'
import { marketInterface } from '../../../src/host/chain/artifact.ts'
import { connectChain, type ChainConnection } from '../../../src/host/chain/connect.ts'
import { toChainError } from '../../../src/host/chain/chain-errors.ts'
import { createListingIndex } from '../../../src/host/chain/listing-index.ts'
import { createMarketEvents } from '../../../src/host/chain/market-events.ts'
import { noArbiter, toContractTerms } from '../../../src/host/chain/terms.ts'
import { createTransactionNetwork } from '../../../src/host/chain/transaction-network.ts'
import { openProfileDatabase } from '../../../src/host/storage/database.ts'

const account = `0x${'11'.repeat(20)}`
const contract = `0x${'22'.repeat(20)}`
const rpcUrl = 'https://rpc.example/'
const hash = `0x${'ab'.repeat(32)}`

/** A connection whose node is a table of answers. */
const connectTo = (answers: Readonly<Record<string, (params: readonly unknown[]) => unknown>>): ChainConnection => {
  class ScriptedProvider extends JsonRpcProvider {
    override send(method: string, params: unknown[] | Record<string, unknown>): Promise<unknown> {
      const answer = answers[method]
      if (answer === undefined || !Array.isArray(params)) throw new Error(`nobody expected ${method}`)
      return Promise.resolve().then(() => answer(params))
    }
  }
  const provider = new ScriptedProvider(new FetchRequest(rpcUrl), 11155111, { staticNetwork: true, cacheTimeout: -1 })
  const query: ChainConnection['query'] = async (ask) => {
    try {
      return await ask(provider)
    } catch (error) {
      throw toChainError(error, rpcUrl)
    }
  }
  return { ...connectChain({ name: 'sepolia', rpcUrl, chainId: 11155111 }), provider, query }
}

const logAt = (blockNumber: number, id: number) => ({
  address: contract, blockNumber: toBeHex(blockNumber), blockHash: hash, transactionHash: hash, transactionIndex: '0x0', logIndex: '0x0', removed: false,
  data: '0x', topics: [marketInterface.getEvent('Purchased')?.topicHash ?? '', toBeHex(id, 32), toBeHex(1, 32), toBeHex(2, 32)],
})

describe('looking for events on a node that limits ranges', () => {
  const height = 20_000
  const createNode = (limit: number) => {
    const pages: (readonly [number, number])[] = []
    const connection = connectTo({
      eth_blockNumber: () => toBeHex(height),
      eth_getLogs: ([filter]) => {
        const { fromBlock, toBlock } = filter as { fromBlock: string; toBlock: string }
        const [from, to] = [Number(fromBlock), Number(toBlock)]
        if (to - from >= limit) throw makeError('query returned more than the allowed range', 'UNKNOWN_ERROR')
        pages.push([from, to])
        const blocks = [3, 9_999, 10_000, height]
        return blocks.flatMap((block, index) => (block >= from && block <= to ? [logAt(block, index + 1)] : []))
      },
    })
    return { pages, connection }
  }

  it('asks for halves until the node is content, and misses and repeats no block', async () => {
    const { pages, connection } = createNode(3000)
    expect(await createMarketEvents(connection, contract, 0).findPurchases({})).toEqual([1n, 2n, 3n, 4n])
    expect(pages.length).toBeGreaterThan(5)
    expect(pages.map(([from]) => from)).toEqual([0, ...pages.slice(0, -1).map(([, to]) => to + 1)])
    expect(pages.at(-1)?.[1]).toBe(height)
  })

  it('asks once where the node allows it, from the first block on', async () => {
    const { pages, connection } = createNode(100_000)
    expect(await createMarketEvents(connection, contract, 5000).findPurchases({})).toEqual([2n, 3n, 4n])
    expect(pages).toEqual([[5000, height]])
  })

  it('gives up, coded, on a node that refuses even small ranges', async () => {
    await expect(createMarketEvents(createNode(10).connection, contract, 0).findPurchases({})).rejects.toMatchObject({ code: 'chain.rpc-failed' })
  })
})

describe('looking for listings on a long chain', () => {
  const deployedAt = 40_123
  const seller = `0x${'33'.repeat(20)}`
  const terms = {
    valueWei: 1n, guaranteeWei: 1n, interactionFeeWei: 0n, deliverySeconds: 3600, expirationSeconds: 3600, disputeSeconds: 3600,
    arbiter: noArbiter, detailsHash: hash,
  }
  const listings = new Map([[40_200, 1], [59_000, 2], [89_990, 3]])

  /** A node that gives at most 3000 blocks of events at once, and can be told to fail from a block on, or to be another chain. */
  const createNode = () => {
    const asked = { pages: [] as [number, number][], codes: 0 }
    const node = { height: 90_000, failsFrom: Infinity, chain: 'ab', keepsStates: true }
    const connection = connectTo({
      eth_blockNumber: () => toBeHex(node.height),
      eth_getCode: ([, block]) => {
        asked.codes += 1
        if (!node.keepsStates) throw makeError('missing trie node', 'UNKNOWN_ERROR')
        return Number(block) >= deployedAt ? '0x60' : '0x'
      },
      eth_getBlockByNumber: ([block]) => ({
        hash: `0x${node.chain}${toBeHex(Number(block), 31).slice(2)}`, parentHash: hash, number: block, timestamp: '0x1', nonce: '0x0000000000000000', difficulty: '0x0',
        gasLimit: '0x0', gasUsed: '0x0', miner: account, extraData: '0x', baseFeePerGas: '0x1', transactions: [],
      }),
      eth_getLogs: ([filter]) => {
        const { fromBlock, toBlock } = filter as { fromBlock: string; toBlock: string }
        const [from, to] = [Number(fromBlock), Number(toBlock)]
        if (to - from >= 3000 || to >= node.failsFrom) throw makeError('query returned more than the allowed range', 'UNKNOWN_ERROR')
        asked.pages.push([from, to])
        const created = marketInterface.getEvent('ListingCreated')
        if (created === null) throw new Error('no such event')
        return [...listings].filter(([block]) => block >= from && block <= to).map(([block, id]) => {
          return { ...logAt(block, id), ...marketInterface.encodeEventLog(created, [id, seller, hash, hash, toContractTerms(terms), 'http://seller.example/']) }
        })
      },
    })
    const index = createListingIndex(openProfileDatabase(':memory:'), 11155111, contract)
    return { asked, node, index, find: () => createMarketEvents(connection, contract, 0, index).findListingIds({}) }
  }

  it('begins where the contract was deployed, and asks for no settled block twice', async () => {
    const { asked, node, find } = createNode()
    expect(await find()).toEqual([1n, 2n, 3n])
    expect(asked.codes).toBeLessThan(20)
    expect(asked.pages.map(([from]) => from)).toEqual([deployedAt, ...asked.pages.slice(0, -1).map(([, to]) => to + 1)])
    expect(asked.pages.at(-1)).toEqual([89_937, 90_000])
    asked.pages.length = 0
    node.height = 90_010
    expect(await find()).toEqual([1n, 2n, 3n])
    expect(asked.pages).toEqual([[89_937, 89_946], [89_947, 90_010]])
  })

  it('goes on after an interruption with the page that failed', async () => {
    const { asked, node, find } = createNode()
    node.failsFrom = 60_000
    await expect(find()).rejects.toMatchObject({ code: 'chain.rpc-failed' })
    const [, read = 0] = asked.pages.at(-1) ?? []
    asked.pages.length = 0
    node.failsFrom = Infinity
    expect(await find()).toEqual([1n, 2n, 3n])
    expect(asked.pages[0]?.[0]).toBe(read + 1)
  })

  it('drops what it kept when the chain has other blocks, and looks everywhere where old states are not kept', async () => {
    const { asked, node, index, find } = createNode()
    await find()
    asked.pages.length = 0
    node.chain = 'cd'
    node.keepsStates = false
    expect(await find()).toEqual([1n, 2n, 3n])
    expect(asked.pages[0]?.[0]).toBe(0)
    expect(index.list().map(({ id }) => id)).toEqual([1n, 2n])
  })
})

describe('a nonce that another transaction took on a public chain', () => {
  const signed = { hash, raw: '0x', nonce: 7, maxCostWei: 0n }
  const createNode = (nonceAt: (block: number) => number) => createTransactionNetwork(connectTo({
    eth_blockNumber: () => toBeHex(100),
    eth_getTransactionReceipt: () => null,
    eth_getTransactionCount: ([, block]) => toBeHex(nonceAt(Number(block))),
  }), () => account)

  it('is not given up while a reorganisation could give it back', async () => {
    expect(await createNode((block) => (block >= 95 ? 8 : 7)).isReplaced(signed, [hash])).toBe(false)
  })

  it('is given up once that is twelve blocks deep', async () => {
    expect(await createNode((block) => (block >= 88 ? 8 : 7)).isReplaced(signed, [hash])).toBe(true)
  })
})
