import { createServer } from 'node:http'
import { once } from 'node:events'
import { Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectChain } from '../../../src/host/chain/connect.ts'
import { createMarket } from '../../../src/host/chain/market.ts'
import { createWalletOutbox, openMemory, openStage, type Stage } from './support.ts'

let stage: Stage
beforeAll(async () => { stage = await openStage() })
afterAll(() => stage.close())

const network = (changes: object) => ({ name: 'practice', rpcUrl: stage.chain.rpcUrl, chainId: 31337, ...changes })

describe('connecting to a chain', () => {
  it('is ready where chain id and contract code are as named', async () => {
    await expect(stage.connection.assertReady()).resolves.toBeUndefined()
  })

  it('refuses an RPC URL that leads to another chain', async () => {
    const connection = connectChain(network({ chainId: 11155111 }))
    await expect(connection.assertReady()).rejects.toMatchObject({ code: 'chain.wrong-chain', details: { expected: 11155111, found: 31337 } })
    connection.close()
  })

  it('refuses an address without code, and one with another contract', async () => {
    await expect(stage.connection.withContract(Wallet.createRandom().address).assertReady()).rejects.toMatchObject({ code: 'chain.wrong-contract' })
    const foreign = Wallet.createRandom().address
    await stage.connection.provider.send('anvil_setCode', [foreign, '0x6001'])
    await expect(stage.connection.withContract(foreign).assertReady()).rejects.toMatchObject({ code: 'chain.wrong-contract' })
  })

  it('says that a network is away, without saying its whole URL', async () => {
    const connection = connectChain({ name: 'away', rpcUrl: 'http://127.0.0.1:9/secret-api-key', chainId: 31337 })
    const error: unknown = await connection.assertReady().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'chain.unreachable', retryable: true, message: expect.not.stringContaining('secret') as string })
    connection.close()
  })

  it('says what a node answers that is no node', async () => {
    const server = createServer((_, response) => { response.writeHead(200).end('hello') })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const connection = connectChain(network({ rpcUrl: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` }))
    await expect(connection.assertReady()).rejects.toMatchObject({ code: 'chain.rpc-failed' })
    connection.close()
    server.close()
  })

  it('refuses what is no URL and no address before asking anybody', () => {
    expect(() => connectChain(network({ rpcUrl: 'ftp://example.org' }))).toThrow(expect.objectContaining({ code: 'input.invalid' }))
    expect(() => connectChain(network({ rpcUrl: 'localhost' }))).toThrow(expect.objectContaining({ code: 'input.invalid' }))
    expect(() => connectChain(network({ contract: '0x12' }))).toThrow(expect.objectContaining({ code: 'input.invalid' }))
  })

  it('makes no market where no contract is named', () => {
    const bare = connectChain(network({}))
    const outbox = createWalletOutbox(new Wallet(Wallet.createRandom().privateKey), bare, openMemory())
    expect(() => createMarket({ connection: bare, outbox })).toThrow(expect.objectContaining({ code: 'chain.wrong-contract' }))
    bare.close()
  })
})
